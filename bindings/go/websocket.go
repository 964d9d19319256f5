package videodb

/*
#include "native.h"
*/
import "C"

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// WebSocket is an event channel. It receives also while nothing of it is waited for; what waits is bounded by the setting
// queue.max_events. Several goroutines may take events; each goes to one of them.
//
// After a cut it connects again by itself, binds again what was bound to it, and fetches what the gap swallowed: [EventReconnecting],
// [EventGap] and [EventBackfilled] tell of it, and events that were fetched have [FlagFetched]. The setting reconnect.enabled turns
// that off. With a state file the same goes for a process that was killed; see Event.Ack.
type WebSocket struct {
	client *Client
	handle *C.vdbrt_events
	closed atomic.Bool

	// Readable while an event, or the end, waits: Go's poller watches it, and no thread is held.
	file     *os.File
	readable syscall.RawConn

	turn    chan struct{} // held by whoever uses what follows
	batch   *C.vdbgo_event
	taken   C.size_t // events of the batch that are C's still
	pending []Event
	last    Event
	order   bool // the connection has ended in order

	unacknowledged *unacknowledged

	over  chan struct{}
	ended sync.Mutex
	err   error // why Events ended
}

// WebSocketOptions are of a channel.
type WebSocketOptions struct {
	CollectionID string // "default"
	StateFile    string // where the channel keeps what outlives the process; else the setting state.file
	Extra        map[string]any
}

// ConnectWebSocket opens an event channel, and waits until it is open. Its first event is [EventConnected].
func (c *Client) ConnectWebSocket(ctx context.Context, options WebSocketOptions) (*WebSocket, error) {
	o := optionsOf(options.Extra)
	o.text("collection_id", options.CollectionID)
	o.text("state_file", options.StateFile)
	encoded, err := encoded("websocket", o, false)
	if err != nil {
		return nil, err
	}
	texts := cTextsOf(encoded)
	defer texts.free()
	w := &WebSocket{
		client: c, turn: make(chan struct{}, 1), over: make(chan struct{}),
		unacknowledged: &unacknowledged{events: map[uint64]*C.vdbrt_event{}},
	}
	err = withOp(ctx, c.timeout, func(op *C.vdbrt_op) error {
		var e *C.vdbrt_error
		return c.told(failed(C.vdbrt_events_open(c.handle, texts[0], op, &w.handle, &e), e))
	})
	runtime.KeepAlive(c)
	if err != nil {
		return nil, err
	}
	if err := w.watch(); err != nil {
		C.vdbrt_events_release(w.handle)
		return nil, err
	}
	w.batch = (*C.vdbgo_event)(C.malloc(C.VDBGO_BATCH * C.sizeof_vdbgo_event))
	runtime.SetFinalizer(w, (*WebSocket).release)
	return w, nil
}

// watch gives Go's poller a descriptor of its own for what the library's is readable for.
func (w *WebSocket) watch() error {
	var fd C.int32_t
	var e *C.vdbrt_error
	if err := failed(C.vdbrt_events_fd(w.handle, &fd, &e), e); err != nil {
		return err
	}
	own, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_DUPFD_CLOEXEC, 0)
	if errno != 0 {
		return errorf(ErrNoMemory, "No descriptor for the event channel: %v.", errno)
	}
	w.file = os.NewFile(own, "videodb websocket")
	var err error
	if w.readable, err = w.file.SyscallConn(); err == nil {
		err = w.file.SetReadDeadline(time.Time{}) // fails for what the poller cannot watch
	}
	if err != nil {
		w.file.Close()
		return errorf(ErrInternal, "The event channel's descriptor cannot be watched: %v.", err)
	}
	return nil
}

// ConnectionID is the id to pass as ConnectionID of other options. [ErrDisconnected] when the connection has ended.
func (w *WebSocket) ConnectionID() (string, error) {
	defer runtime.KeepAlive(w)
	var out *C.char
	var e *C.vdbrt_error
	if err := w.told(failed(C.vdbrt_events_connection_id(w.handle, &out, &e), e)); err != nil {
		return "", err
	}
	return taken(out), nil
}

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

// Next waits for the next event. When the channel has ended and all events were taken, the error says why: [ErrClosed] when the program
// closed it, [ErrDisconnected] or another status of the network; errors.Is finds io.EOF in it where the end was in order.
func (w *WebSocket) Next(ctx context.Context) (Event, error) {
	if err := w.acquire(ctx); err != nil {
		return Event{}, err
	}
	defer w.giveTurn()
	if err := w.fetch(ctx); err != nil {
		return Event{}, err
	}
	event := w.pending[0]
	w.pending = w.pending[1:]
	return event, nil
}

// NextBatch waits for one event, and gives all that wait, at most 256. Its errors are those of Next.
func (w *WebSocket) NextBatch(ctx context.Context) ([]Event, error) {
	if err := w.acquire(ctx); err != nil {
		return nil, err
	}
	defer w.giveTurn()
	if err := w.fetch(ctx); err != nil {
		return nil, err
	}
	events := w.pending
	w.pending = nil
	return events, nil
}

// Events gives each event, until the channel has ended, or the context. Err says then which. A loop that is left before has to end the
// context, or close the channel; the event that it was not given is the first of the next Events or Next. Several goroutines may read
// from what it gives.
func (w *WebSocket) Events(ctx context.Context) <-chan Event {
	events := make(chan Event)
	go func() {
		defer close(events)
		for w.hand(ctx, events) {
		}
	}()
	return events
}

// hand gives one event. It is pending until it was taken.
func (w *WebSocket) hand(ctx context.Context, events chan<- Event) bool {
	err := w.acquire(ctx)
	if err == nil {
		defer w.giveTurn()
		err = w.fetch(ctx)
	}
	if err == nil {
		select {
		case events <- w.pending[0]:
			w.pending = w.pending[1:]
			return true
		case <-ctx.Done():
			err = over(ctx)
		case <-w.over:
			err = closedHere()
		}
	}
	w.ended.Lock()
	w.err = err
	w.ended.Unlock()
	return false
}

// Err is why the last channel of Events was closed; nil where the connection ended in order or the program closed it.
func (w *WebSocket) Err() error {
	w.ended.Lock()
	defer w.ended.Unlock()
	if errors.Is(w.err, io.EOF) {
		return nil
	}
	return w.err
}

// acquire waits for the turn.
func (w *WebSocket) acquire(ctx context.Context) error {
	select {
	case w.turn <- struct{}{}:
		return nil
	default:
	}
	select {
	case w.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return over(ctx)
	}
}

func (w *WebSocket) giveTurn() { <-w.turn }

// fetch waits until there are pending events.
func (w *WebSocket) fetch(ctx context.Context) error {
	if len(w.pending) > 0 {
		return nil
	}
	w.free()
	if err := w.take(); err != nil || len(w.pending) > 0 {
		return err
	}
	if ctx.Err() != nil {
		return over(ctx)
	}
	return w.wait(ctx)
}

// wait sleeps until something can be taken, or the context ends.
func (w *WebSocket) wait(ctx context.Context) error {
	stop := func() {}
	if ctx.Done() != nil {
		stop = onDone(ctx, func() { w.file.SetReadDeadline(time.Unix(1, 0)) })
	}
	var err error
	waited := w.readable.Read(func(uintptr) bool {
		err = w.take()
		return err != nil || len(w.pending) > 0
	})
	stop()
	if ctx.Err() != nil {
		w.file.SetReadDeadline(time.Time{})
	}
	if waited == nil || err != nil || len(w.pending) > 0 {
		return err
	}
	if w.closed.Load() {
		return closedHere()
	}
	return over(ctx)
}

// take copies what waits.
func (w *WebSocket) take() error {
	if w.closed.Load() {
		return closedHere()
	}
	var e *C.vdbrt_error
	status := C.vdbgo_take(w.handle, w.batch, C.VDBGO_BATCH, &w.taken, &e)
	if status != C.VDBRT_OK {
		w.taken = 0
		err := failed(status, e).(*Error)
		if err.Status == ErrAgain {
			return nil
		}
		if w.order || err.Status == ErrClosed {
			err.cause = io.EOF
		}
		return w.told(err)
	}
	events := make([]Event, w.taken)
	last := &w.last
	for i, all := 0, unsafe.Slice(w.batch, int(w.taken)); i < len(all); i++ {
		events[i].fill(&all[i], last)
		last = &events[i]
	}
	if w.client.acks {
		for i := range events {
			events[i].held = w.unacknowledged.hold(unsafe.Slice(w.batch, len(events))[i].event)
		}
		w.taken = 0 // they are not the batch's any more
	}
	w.last = Event{RTStreamID: last.RTStreamID}
	if last.Kind == EventDisconnected {
		w.order = inOrder(last.Data)
	}
	w.pending = events
	return nil
}

// inOrder says whether a connection ended with a close frame that says so, or here.
func inOrder(data json.RawMessage) bool {
	var end struct {
		Status    string `json:"status"`
		CloseCode int    `json:"close_code"`
	}
	if json.Unmarshal(data, &end) != nil {
		return false
	}
	switch end.CloseCode {
	case 1000, 1001, 1005:
		return true
	}
	return end.Status == ErrClosed.String()
}

// free gives the batch back. What was handed out of it was dealt with: whoever took it is back for more, or closes the channel.
func (w *WebSocket) free() {
	C.vdbgo_free(w.batch, w.taken, w.taken-C.size_t(len(w.pending)))
	w.taken = 0
}

// Finish ends the channel with a close handshake and waits for it. What it has received can still be taken.
func (w *WebSocket) Finish(ctx context.Context) error {
	timeout := closeTimeout
	if deadline, ok := ctx.Deadline(); ok {
		timeout = time.Until(deadline)
	}
	if timeout < 0 {
		timeout = 0
	}
	defer runtime.KeepAlive(w)
	var e *C.vdbrt_error
	return w.told(failed(C.vdbrt_events_close(w.handle, C.int64_t(timeout/time.Millisecond), &e), e))
}

// Close ends the channel in the background, and whoever waits for its events. What was not taken is dropped.
func (w *WebSocket) Close() error {
	if w.closed.Swap(true) {
		return nil
	}
	close(w.over)
	w.file.Close() // wakes who waits
	w.turn <- struct{}{}
	runtime.SetFinalizer(w, nil)
	w.release()
	w.pending = nil // without having been acknowledged
	w.giveTurn()
	return nil
}

func (w *WebSocket) release() {
	w.file.Close()
	w.free()
	w.unacknowledged.close()
	C.free(unsafe.Pointer(w.batch))
	w.batch = nil
	C.vdbrt_events_release(w.handle)
}

// told gives the use of a closed channel the status that it has while it is being closed.
func (w *WebSocket) told(err error) error {
	if e, ok := err.(*Error); ok && e.Status == ErrHandle && w.closed.Load() {
		return closedHere()
	}
	return err
}

func over(ctx context.Context) error {
	return ofContext(ctx, errorf(ErrCancelled, "No event within the time: %v.", ctx.Err()))
}

func closedHere() error {
	err := errorf(ErrClosed, "The channel was closed.")
	err.cause = io.EOF
	return err
}
