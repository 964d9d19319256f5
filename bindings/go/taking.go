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
	"time"
	"unsafe"
)

// Next waits for the next event. When the channel has ended and all events were taken, the error says why: [ErrClosed] when the program
// closed it, [ErrDisconnected] or another status of the network; errors.Is finds io.EOF in it where the end was in order.
func (w *WebSocket) Next(ctx context.Context) (Event, error) {
	if err := w.acquire(ctx); err != nil {
		return Event{}, err
	}
	defer w.giveTurn()
	w.settle(0)
	if err := w.fetch(ctx, 0); err != nil {
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
	w.settle(0)
	if err := w.fetch(ctx, 0); err != nil {
		return nil, err
	}
	events := w.pending
	w.pending = nil
	return events, nil
}

// Events gives each event, until the channel has ended, or the context. Err says then which. A loop that is left before has to end the
// context, or close the channel; the event that it was not given is the first of the next Events or Next. Several goroutines may read
// from what it gives; a Next beside it waits until the event that it has ready was taken.
func (w *WebSocket) Events(ctx context.Context) <-chan Event {
	events := make(chan Event)
	w.setErr(nil)
	go func() {
		defer close(events)
		for w.hand(ctx, events) {
		}
	}()
	return events
}

// hand gives one event. It is pending until it was taken; then whoever took it is done with those before.
func (w *WebSocket) hand(ctx context.Context, events chan<- Event) bool {
	err := w.acquire(ctx)
	if err == nil {
		defer w.giveTurn()
		err = w.fetch(ctx, 1)
	}
	if err == nil {
		select {
		case events <- w.pending[0]:
			w.pending = w.pending[1:]
			w.settle(1)
			return true
		case <-ctx.Done():
			err = over(ctx)
		case <-w.over:
			err = closedHere()
		}
	}
	w.setErr(err)
	return false
}

func (w *WebSocket) setErr(err error) {
	w.ended.Lock()
	defer w.ended.Unlock()
	w.err = err
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

// fetch waits until there are pending events. `inHand` of those before are still being dealt with: 0, or the last one.
func (w *WebSocket) fetch(ctx context.Context, inHand C.size_t) error {
	if len(w.pending) > 0 {
		return nil
	}
	w.free(inHand)
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

// settle acknowledges what was handed out, but for the last one where that is still in hand: whoever took it is back for more, or closes
// the channel.
func (w *WebSocket) settle(inHand C.size_t) {
	if !w.keeps {
		return
	}
	given := w.taken - C.size_t(len(w.pending))
	if w.lent != nil && (inHand == 0 || given > 0) {
		C.vdbrt_event_ack(w.lent, nil)
		C.vdbrt_event_free(w.lent)
		w.lent = nil
	}
	if given > w.settled+inHand {
		C.vdbgo_ack(w.batch, w.settled, given-inHand)
		w.settled = given - inHand
	}
}

// free gives the batch back, of which all was handed out; the last one stays where that is still in hand.
func (w *WebSocket) free(inHand C.size_t) {
	if w.taken == 0 {
		return
	}
	w.settle(inHand)
	rest := w.taken
	if w.keeps && w.settled < w.taken-C.size_t(len(w.pending)) {
		rest--
		w.lent = unsafe.Slice(w.batch, int(w.taken))[rest].event
	}
	C.vdbgo_free(w.batch, rest)
	w.taken, w.settled = 0, 0
}

func over(ctx context.Context) error {
	return ofContext(ctx, errorf(ErrCancelled, "No event within the time: %v.", ctx.Err()))
}

func closedHere() error {
	err := errorf(ErrClosed, "The channel was closed.")
	err.cause = io.EOF
	return err
}
