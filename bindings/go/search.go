package videodb

import (
	"context"
	"encoding/json"
	"time"
)

// SearchOptions narrow a search. What is nil or zero is left to the service.
type SearchOptions struct {
	IndexID                string   // this index only
	ResultThreshold        int      // how many results at most; the service's default is 10
	ScoreThreshold         *float64 // 0 to 1
	DynamicScorePercentage *float64 // 0 to 100; the service's default is 20
	Filter                 []map[string]any
	IndexType              string
	Stitch, Rerank         *bool
	RerankParams           map[string]any
	Extra                  map[string]any
}

// Shot is a match of a search.
type Shot struct {
	RTStreamID, RTStreamName string
	Start, End               time.Time
	Text                     string
	SearchScore              float64 // 0 to 1
	SceneIndexID             string
	SceneIndexName           string
	Metadata                 json.RawMessage
	Raw                      json.RawMessage

	client *Client
}

// Search asks for what was seen or said on a stream.
func (s *RTStream) Search(ctx context.Context, query string, options SearchOptions) ([]*Shot, error) {
	return s.client.search(ctx, "rtstream_search", s.ID, s.ID, query, options)
}

func (c *Client) search(ctx context.Context, operation, id, streamID, query string, search SearchOptions) ([]*Shot, error) {
	o := optionsOf(search.Extra)
	o["query"] = query
	o.text("index_id", search.IndexID)
	o.whole("result_threshold", search.ResultThreshold)
	pointer(o, "score_threshold", search.ScoreThreshold)
	pointer(o, "dynamic_score_percentage", search.DynamicScorePercentage)
	list(o, "filter", search.Filter)
	o.text("index_type", search.IndexType)
	pointer(o, "stitch", search.Stitch)
	pointer(o, "rerank", search.Rerank)
	object(o, "rerank_params", search.RerankParams)
	answer, err := c.answer(ctx, operation, o, id)
	if err != nil {
		return nil, err
	}
	return each(answer, "results", func(m members) (*Shot, error) {
		stream := m.text("rtstream_id", "id")
		if stream == "" {
			stream = streamID
		}
		return &Shot{
			stream, m.text("rtstream_name"), m.time("start"), m.time("end"), m.text("text"), m.number("score"),
			m.text("scene_index_id"), m.text("scene_index_name"), m.all["metadata"], m.raw, c,
		}, nil
	})
}

// GenerateStream asks for what plays the shot, in whole seconds, so that nothing of it is cut off.
func (s *Shot) GenerateStream(ctx context.Context) (*Playback, error) {
	o := options{}
	o.time("start", s.Start)
	o.time("end", s.End)
	answer, err := s.client.answer(ctx, "shot_generate_stream", o, s.RTStreamID)
	if err != nil {
		return nil, err
	}
	playback := playbackOf(answer)
	return &playback, nil
}
