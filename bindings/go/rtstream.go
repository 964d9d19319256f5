package videodb

import (
	"context"
	"encoding/json"
	"time"
)

// RTStream is a live stream, as it was when it was fetched.
type RTStream struct {
	ID           string
	Name         string
	Status       string // "connected" or "stopped"
	CollectionID string
	ChannelID    string // of a capture session: "mic", "screen", "system_audio"
	SampleRate   int
	MediaTypes   []string
	Store        bool
	CreatedAt    string // as the service writes it, in UTC
	Raw          json.RawMessage

	client *Client
}

func (c *Client) stream(m members) (*RTStream, error) {
	id, err := m.required("id", "rtstream_id")
	return &RTStream{
		ID: id, Name: m.text("name"), Status: m.text("status"), CollectionID: m.text("collection_id"), ChannelID: m.text("channel_id"),
		SampleRate: m.whole("sample_rate"), MediaTypes: m.texts("media_types"), Store: m.flag("store"), CreatedAt: m.text("created_at"),
		Raw: m.raw, client: c,
	}, err
}

// Start resumes the ingest at the live edge. A stream that runs gives [ErrInvalid].
func (s *RTStream) Start(ctx context.Context) error {
	return s.client.order(ctx, "rtstream_start", nil, s.ID)
}

// Stop ends the ingest.
func (s *RTStream) Stop(ctx context.Context) error {
	return s.client.order(ctx, "rtstream_stop", nil, s.ID)
}

// UpdateOptions are what can be changed of a stream.
type UpdateOptions struct {
	Name       string
	SampleRate int
	Extra      map[string]any
}

// Update changes a stream, and gives it as it is then.
func (s *RTStream) Update(ctx context.Context, options UpdateOptions) (*RTStream, error) {
	o := optionsOf(options.Extra)
	o.text("name", options.Name)
	o.whole("sample_rate", options.SampleRate)
	answer, err := s.client.answer(ctx, "rtstream_update", o, s.ID)
	if err != nil {
		return nil, err
	}
	return s.client.stream(answer)
}

// Exported is a recording that was made a video of its own.
type Exported struct {
	Playback // without URLs where there is only sound
	VideoID  string
	Name     string
	Duration time.Duration
	Raw      json.RawMessage
}

// Export makes the recording of a stopped stream that stores a video; name may be empty. Repeating it gives the same video.
func (s *RTStream) Export(ctx context.Context, name string) (*Exported, error) {
	o := options{}
	o.text("name", name)
	answer, err := s.client.answer(ctx, "rtstream_export", o, s.ID)
	if err != nil {
		return nil, err
	}
	return &Exported{
		Playback: playbackOf(answer), VideoID: answer.text("video_id"), Name: answer.text("name"),
		Duration: time.Duration(answer.number("duration") * float64(time.Second)), Raw: answer.raw,
	}, nil
}
