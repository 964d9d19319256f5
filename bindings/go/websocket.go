package videodb

/*
#include "native.h"
*/
import "C"

import (
	"context"
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
	taken   C.size_t       // events of the batch that are C's still
	settled C.size_t       // how many of them were acknowledged
	lent    *C.vdbrt_event // the last one of the batch before, while it is in hand
	keeps   bool           // there is a state file to acknowledge them in
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
		keeps:          !c.acks && (options.StateFile != "" || c.keeps),
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
	w.settle(0)
	w.free(0)
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
