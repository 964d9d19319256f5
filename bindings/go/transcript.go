package videodb

import (
	"context"
	"encoding/json"
	"time"
)

// TranscriptStatus is how a transcript is.
type TranscriptStatus struct {
	Status   string // "running", "stopped" or "not_configured"
	Engine   string
	Language string
	Raw      json.RawMessage
}

func transcriptStatus(m members, err error) (*TranscriptStatus, error) {
	if err != nil {
		return nil, err
	}
	return &TranscriptStatus{m.text("status"), m.text("engine"), m.text("language"), m.raw}, nil
}

// TranscriptOptions are of a transcript.
type TranscriptOptions struct {
	ConnectionID string // of the WebSocket that gets its events
	Engine       string
	Extra        map[string]any
}

// StartTranscript starts the transcript. Its events are of [EventTranscript].
func (s *RTStream) StartTranscript(ctx context.Context, options TranscriptOptions) (*TranscriptStatus, error) {
	o := optionsOf(options.Extra)
	o.text("engine", options.Engine)
	o.text("ws_connection_id", options.ConnectionID)
	return transcriptStatus(s.client.answer(ctx, "rtstream_start_transcript", o, s.ID))
}

// StopOptions say how a transcript ends.
type StopOptions struct {
	Mode   string // "graceful" finishes what was said, "force" drops it
	Engine string
	Extra  map[string]any
}

// StopTranscript stops the transcript.
func (s *RTStream) StopTranscript(ctx context.Context, options StopOptions) (*TranscriptStatus, error) {
	o := optionsOf(options.Extra)
	o.text("mode", options.Mode)
	o.text("engine", options.Engine)
	return transcriptStatus(s.client.answer(ctx, "rtstream_stop_transcript", o, s.ID))
}

// GetTranscriptStatus asks how the transcript is; engine may be empty.
func (s *RTStream) GetTranscriptStatus(ctx context.Context, engine string) (*TranscriptStatus, error) {
	o := options{}
	o.text("engine", engine)
	return transcriptStatus(s.client.answer(ctx, "rtstream_transcript_status", o, s.ID))
}

// Segment is what was said in a stretch of time.
type Segment struct {
	Start, End     time.Time
	Text           string
	WordTimestamps json.RawMessage
	Raw            json.RawMessage
}

func segmentOf(m members) (Segment, error) {
	return Segment{m.time("start"), m.time("end"), m.text("text"), m.all["word_timestamps"], m.raw}, nil
}

// SegmentOptions choose what of a transcript is read. Each may be zero.
type SegmentOptions struct {
	PageOptions           // PageSize at most 1000
	Since       time.Time // only what is newer
	Engine      string
}

func (t SegmentOptions) options() options {
	o := t.PageOptions.options()
	o.time("since", t.Since)
	o.text("engine", t.Engine)
	return o
}

// GetTranscript fetches one page of what was said.
func (s *RTStream) GetTranscript(ctx context.Context, options SegmentOptions) (*Page[Segment], error) {
	answer, err := s.client.answer(ctx, "rtstream_get_transcript", options.options(), s.ID)
	if err != nil {
		return nil, err
	}
	return pageOf(answer, "transcription_records", segmentOf)
}

// EachSegment goes through all that was said, and fetches page after page.
func (s *RTStream) EachSegment(options SegmentOptions) *Records[Segment] {
	o := options.options()
	o["rtstream_id"] = s.ID
	return recordsOf(s.client, "rtstream_get_transcript", o, segmentOf)
}
