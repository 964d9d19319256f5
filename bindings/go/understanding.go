package videodb

import (
	"context"
	"encoding/json"
	"time"
)

// Understanding is one continuous job that describes windows of a stream, as it was when it was fetched.
type Understanding struct {
	ID         string
	RTStreamID string
	Status     string                     // "running", "stopped" or "failed"
	Outputs    map[string]json.RawMessage // by the analyzer's name: the source of an index
	Raw        json.RawMessage

	client *Client
}

// UnderstandOptions are of such a job.
type UnderstandOptions struct {
	Segmentation map[string]any   // {"type": "time", "window": "10s"}
	Analyzers    []map[string]any // exactly one: {"type": "vlm", "name": "scene", "config": {"prompt": "..."}}
	Store        *bool            // keep the records; true
	ConnectionID string           // of a WebSocket
	Extra        map[string]any
}

// Understand starts such a job.
func (s *RTStream) Understand(ctx context.Context, options UnderstandOptions) (*Understanding, error) {
	o := optionsOf(options.Extra)
	object(o, "segmentation", options.Segmentation)
	list(o, "analyzers", options.Analyzers)
	pointer(o, "store", options.Store)
	o.text("ws_connection_id", options.ConnectionID)
	return s.understanding(s.client.answer(ctx, "understanding_create", o, s.ID))
}

func (s *RTStream) understanding(m members, err error) (*Understanding, error) {
	if err != nil {
		return nil, err
	}
	id, err := m.required("understanding_id", "id")
	return &Understanding{id, s.ID, m.text("status"), member[map[string]json.RawMessage](m, "outputs"), m.raw, s.client}, err
}

// ListUnderstandings fetches the jobs of the stream.
func (s *RTStream) ListUnderstandings(ctx context.Context) ([]*Understanding, error) {
	answer, err := s.client.answer(ctx, "understanding_list", nil, s.ID)
	if err != nil {
		return nil, err
	}
	return each(answer, "understandings", func(m members) (*Understanding, error) { return s.understanding(m, nil) })
}

// GetUnderstanding fetches a job.
func (s *RTStream) GetUnderstanding(ctx context.Context, id string) (*Understanding, error) {
	return s.understanding(s.client.answer(ctx, "understanding_get", nil, s.ID, id))
}

// Start resumes it.
func (u *Understanding) Start(ctx context.Context) error {
	return u.client.order(ctx, "understanding_start", nil, u.RTStreamID, u.ID)
}

// Stop stops it.
func (u *Understanding) Stop(ctx context.Context) error {
	return u.client.order(ctx, "understanding_stop", nil, u.RTStreamID, u.ID)
}

// Record is what a job or its index has stored, as the service has it.
type Record struct {
	Start, End time.Time
	Raw        json.RawMessage
}

func recordOf(m members) (Record, error) { return Record{m.time("start"), m.time("end"), m.raw}, nil }

// GetRecords fetches one page of records. Start and End are required; output is the analyzer's name, "scene" where it is empty.
func (u *Understanding) GetRecords(ctx context.Context, output string, options PageOptions) (*Page[Record], error) {
	o := options.options()
	o.text("output", output)
	answer, err := u.client.answer(ctx, "understanding_get_records", o, u.RTStreamID, u.ID)
	if err != nil {
		return nil, err
	}
	return pageOf(answer, "records", recordOf)
}

// EachRecord goes through all records between two times, and fetches page after page.
func (u *Understanding) EachRecord(output string, options PageOptions) *Records[Record] {
	o := options.options()
	o.text("output", output)
	o["rtstream_id"], o["understanding_id"] = u.RTStreamID, u.ID
	return recordsOf(u.client, "understanding_get_records", o, recordOf)
}
