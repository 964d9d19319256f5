package videodb

/*
#include "native.h"
*/
import "C"

import (
	"encoding/json"
	"runtime"
)

// Bindings are what is bound to a channel, so that after a restart it is not made a second time.
type Bindings struct {
	ConnectionID    string
	Pipelines       []BoundPipeline
	Alerts          []Alert         // ID and EventID
	CaptureSessions []string        // their ids
	Raw             json.RawMessage // with all that is known of them
}

// BoundPipeline is a transcript, an index or an understanding.
type BoundPipeline struct {
	Pipeline, RTStreamID, IndexID string
	Raw                           json.RawMessage
}

// Bindings are what is bound now.
func (w *WebSocket) Bindings() (*Bindings, error) {
	defer runtime.KeepAlive(w)
	var out *C.char
	var e *C.vdbrt_error
	if err := w.told(failed(C.vdbrt_events_bindings(w.handle, &out, &e), e)); err != nil {
		return nil, err
	}
	m, err := membersOf("bindings", json.RawMessage(taken(out)))
	if err != nil {
		return nil, err
	}
	b := &Bindings{ConnectionID: m.text("connection_id"), Raw: m.raw}
	b.Pipelines, err = each(m, "pipelines", func(m members) (BoundPipeline, error) {
		return BoundPipeline{m.text("pipeline"), m.text("rtstream_id"), m.text("index_id"), m.raw}, nil
	})
	if err == nil {
		b.Alerts, err = each(m, "alerts", func(m members) (Alert, error) { return alertOf(m), nil })
	}
	if err == nil {
		b.CaptureSessions, err = each(m, "capture_sessions", func(m members) (string, error) { return m.required("session_id") })
	}
	return b, err
}

// Counters say what has happened on a channel so far.
type Counters struct {
	Connections   int64
	Attempts      int64 // of connecting again
	Received      int64 // messages
	Backfilled    int64 // events that were fetched
	Duplicates    int64 // suppressed
	Dropped       int64 // by queue.overflow "drop_oldest"
	Gaps          int64
	Restored      int64 // bindings
	AlertsCreated int64 `json:"alerts_created"`
	Stalled       int64
	Queued        int64 // waiting to be taken
}

// Counters are how it stands.
func (w *WebSocket) Counters() (Counters, error) {
	defer runtime.KeepAlive(w)
	var counters Counters
	var out *C.char
	var e *C.vdbrt_error
	if err := w.told(failed(C.vdbrt_events_counters(w.handle, &out, &e), e)); err != nil {
		return counters, err
	}
	err := json.Unmarshal([]byte(taken(out)), &counters)
	return counters, err
}
