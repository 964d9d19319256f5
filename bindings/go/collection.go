package videodb

import (
	"context"
	"encoding/json"
)

// Collection holds streams.
type Collection struct {
	ID, Name, Description string
	IsPublic              bool
	Raw                   json.RawMessage

	client *Client
}

// DefaultCollection is the account's own. Nothing is sent; only its ID is known.
func (c *Client) DefaultCollection() *Collection { return &Collection{ID: "default", client: c} }

// GetCollection fetches a collection.
func (c *Client) GetCollection(ctx context.Context, id string) (*Collection, error) {
	answer, err := c.answer(ctx, "collection_get", nil, id)
	if err != nil {
		return nil, err
	}
	return c.collection(answer)
}

// ListCollections fetches all collections.
func (c *Client) ListCollections(ctx context.Context) ([]*Collection, error) {
	answer, err := c.answer(ctx, "collection_list", nil)
	if err != nil {
		return nil, err
	}
	return each(answer, "collections", c.collection)
}

func (c *Client) collection(m members) (*Collection, error) {
	id, err := m.required("id")
	return &Collection{id, m.text("name"), m.text("description"), m.flag("is_public"), m.raw, c}, err
}

// ConnectOptions are of a new stream.
type ConnectOptions struct {
	MediaTypes        []string // "video", "audio"; the library's default is video alone
	SampleRate        int      // frames a second; the service's default is 30
	Store             bool     // keep the recording
	DisableTranscript bool     // the service's default is to have one
	ConnectionID      string   // of the WebSocket that gets its transcripts
	Extra             map[string]any
}

// ConnectRTStream connects a camera, rtsp://... or whatever else the service reads, and starts its ingest. Each call makes a stream.
func (coll *Collection) ConnectRTStream(ctx context.Context, url, name string, options ConnectOptions) (*RTStream, error) {
	o := optionsOf(options.Extra)
	o["url"], o["name"] = url, name
	list(o, "media_types", options.MediaTypes)
	o.whole("sample_rate", options.SampleRate)
	o.flag("store", options.Store)
	if options.DisableTranscript {
		o["enable_transcript"] = false
	}
	o.text("ws_connection_id", options.ConnectionID)
	answer, err := coll.client.answer(ctx, "rtstream_connect", o, coll.ID)
	if err != nil {
		return nil, err
	}
	return coll.client.stream(answer)
}

// GetRTStream fetches a stream.
func (coll *Collection) GetRTStream(ctx context.Context, id string) (*RTStream, error) {
	answer, err := coll.client.answer(ctx, "rtstream_get", nil, id)
	if err != nil {
		return nil, err
	}
	return coll.client.stream(answer)
}

// ListOptions choose streams. The service lists those of all collections.
type ListOptions struct {
	Limit    int    // of a page; the service's default is 10
	Offset   int    // where it begins
	Status   string // "connected" or "stopped"
	Name     string // a part of it
	Ordering string // a field, "-" before it for descending: "-created_at"
	Extra    map[string]any
}

func (l ListOptions) options() options {
	o := optionsOf(l.Extra)
	o.whole("limit", l.Limit)
	o.whole("offset", l.Offset)
	o.text("status", l.Status)
	o.text("name", l.Name)
	o.text("ordering", l.Ordering)
	return o
}

// ListRTStreams fetches one page of streams.
func (coll *Collection) ListRTStreams(ctx context.Context, options ListOptions) ([]*RTStream, error) {
	answer, err := coll.client.answer(ctx, "rtstream_list", options.options())
	if err != nil {
		return nil, err
	}
	return each(answer, "results", coll.client.stream)
}

// EachRTStream goes through all streams, and fetches page after page.
func (coll *Collection) EachRTStream(options ListOptions) *Records[*RTStream] {
	return recordsOf(coll.client, "rtstream_list", options.options(), coll.client.stream)
}

// Search asks for what was seen or said on the streams of a collection.
func (coll *Collection) Search(ctx context.Context, query string, options SearchOptions) ([]*Shot, error) {
	return coll.client.search(ctx, "collection_search", coll.ID, "", query, options)
}
