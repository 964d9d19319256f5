package videodb

import (
	"context"
	"encoding/json"
	"time"
)

// SceneIndex describes a stream's pictures or speech, as it was when it was fetched.
type SceneIndex struct {
	ID               string
	RTStreamID       string
	Name             string
	Status           string // "running" or "stopped"
	Prompt           string
	ExtractionType   string
	ExtractionConfig map[string]any
	Raw              json.RawMessage

	alerts
}

func (s *RTStream) sceneIndex(m members) (*SceneIndex, error) {
	id, err := m.required("rtstream_index_id")
	return &SceneIndex{
		ID: id, RTStreamID: s.ID, Name: m.text("name"), Status: m.text("status"), Prompt: m.text("prompt"),
		ExtractionType: m.text("extraction_type"), ExtractionConfig: m.object("extraction_config"), Raw: m.raw,
		alerts: alerts{s.client, "alert", s.ID, id},
	}, err
}

// Scene is what an index has seen or heard in a window of time.
type Scene struct {
	Start, End  time.Time
	Description string
	Raw         json.RawMessage
}

func sceneOf(m members) (Scene, error) {
	return Scene{m.time("start"), m.time("end"), m.text("description", "text"), m.raw}, nil
}

// PageOptions choose records. Each may be zero.
type PageOptions struct {
	Start, End time.Time
	Page       int // from 1
	PageSize   int // 100
	Extra      map[string]any
}

func (p PageOptions) options() options {
	o := optionsOf(p.Extra)
	o.time("start", p.Start)
	o.time("end", p.End)
	o.whole("page", p.Page)
	o.whole("page_size", p.PageSize)
	return o
}

// Page is a page of records.
type Page[T any] struct {
	Records  []T
	NextPage bool // there are more
	Raw      json.RawMessage
}

func pageOf[T any](m members, key string, make func(members) (T, error)) (*Page[T], error) {
	records, err := each(m, key, make)
	return &Page[T]{records, m.flag("next_page"), m.raw}, err
}

// GetScenes fetches one page of scenes, newest first.
func (i *SceneIndex) GetScenes(ctx context.Context, options PageOptions) (*Page[Scene], error) {
	answer, err := i.client.answer(ctx, "scene_index_get_scenes", options.options(), i.RTStreamID, i.ID)
	if err != nil {
		return nil, err
	}
	return pageOf(answer, "scene_index_records", sceneOf)
}

// EachScene goes through all scenes, newest first, and fetches page after page.
func (i *SceneIndex) EachScene(options PageOptions) *Records[Scene] {
	o := options.options()
	o["rtstream_id"], o["index_id"] = i.RTStreamID, i.ID
	return recordsOf(i.client, "scene_index_get_scenes", o, sceneOf)
}

// Update changes the prompt.
func (i *SceneIndex) Update(ctx context.Context, prompt string) error {
	return i.client.order(ctx, "scene_index_update", options{"prompt": prompt}, i.RTStreamID, i.ID)
}

// Start resumes it.
func (i *SceneIndex) Start(ctx context.Context) error {
	return i.client.order(ctx, "scene_index_start", nil, i.RTStreamID, i.ID)
}

// Stop stops it. What it has described stays.
func (i *SceneIndex) Stop(ctx context.Context) error {
	return i.client.order(ctx, "scene_index_stop", nil, i.RTStreamID, i.ID)
}
