package videodb

import (
	"context"
	"encoding/json"
)

// Index makes what an understanding stores searchable, as it was when it was fetched.
type Index struct {
	ID                    string
	RTStreamID            string
	Name                  string
	Status                string // "running", "stopped" or "failed"
	UseFor                []string
	SourceUnderstandingID string
	Output                string // the analyzer's name
	Raw                   json.RawMessage

	alerts
}

// CreateIndexOptions are of an index over what a job stores.
type CreateIndexOptions struct {
	Name   string
	UseFor []string // ["semantic"]
	Extra  map[string]any
}

// CreateIndex makes an index over one of an understanding's outputs.
func (s *RTStream) CreateIndex(ctx context.Context, source json.RawMessage, options CreateIndexOptions) (*Index, error) {
	o := optionsOf(options.Extra)
	o["source"] = source
	o.text("name", options.Name)
	list(o, "use_for", options.UseFor)
	answer, err := s.client.answer(ctx, "index_create", o, s.ID)
	if err != nil {
		return nil, err
	}
	return s.storedIndex(answer)
}

func (s *RTStream) storedIndex(m members) (*Index, error) {
	id, err := m.required("index_id", "id")
	return &Index{
		ID: id, RTStreamID: s.ID, Name: m.text("name"), Status: m.text("status"), UseFor: m.texts("use_for"),
		SourceUnderstandingID: m.text("source_understanding_id"), Output: m.text("output"), Raw: m.raw,
		alerts: alerts{s.client, "index_alert", s.ID, id},
	}, err
}

// ListIndexes fetches these indexes of the stream.
func (s *RTStream) ListIndexes(ctx context.Context) ([]*Index, error) {
	answer, err := s.client.answer(ctx, "index_list", nil, s.ID)
	if err != nil {
		return nil, err
	}
	return each(answer, "indexes", s.storedIndex)
}

// GetIndex fetches such an index.
func (s *RTStream) GetIndex(ctx context.Context, id string) (*Index, error) {
	answer, err := s.client.answer(ctx, "index_get", nil, s.ID, id)
	if err != nil {
		return nil, err
	}
	return s.storedIndex(answer)
}

// Start resumes it.
func (i *Index) Start(ctx context.Context) error {
	return i.client.order(ctx, "index_start", nil, i.RTStreamID, i.ID)
}

// Stop stops it. What it has stays searchable.
func (i *Index) Stop(ctx context.Context) error {
	return i.client.order(ctx, "index_stop", nil, i.RTStreamID, i.ID)
}

// GetRecords fetches one page of records.
func (i *Index) GetRecords(ctx context.Context, options PageOptions) (*Page[Record], error) {
	answer, err := i.client.answer(ctx, "index_get_records", options.options(), i.RTStreamID, i.ID)
	if err != nil {
		return nil, err
	}
	return pageOf(answer, "records", recordOf)
}

// EachRecord goes through all records, and fetches page after page.
func (i *Index) EachRecord(options PageOptions) *Records[Record] {
	o := options.options()
	o["rtstream_id"], o["index_id"] = i.RTStreamID, i.ID
	return recordsOf(i.client, "index_get_records", o, recordOf)
}
