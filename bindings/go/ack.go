package videodb

/*
#include "native.h"
*/
import "C"

import (
	"runtime"
	"sync"
)

// The events of a channel that are to be acknowledged, as C has them. They go back when they are, when nobody can do it any more, and
// when the channel is closed.
type unacknowledged struct {
	sync.Mutex
	last   uint64
	events map[uint64]*C.vdbrt_event
}

// held is one of them.
type held struct {
	of     *unacknowledged
	number uint64
	done   bool
}

func (u *unacknowledged) hold(event *C.vdbrt_event) *held {
	u.Lock()
	defer u.Unlock()
	u.last++
	u.events[u.last] = event
	h := &held{of: u, number: u.last}
	runtime.SetFinalizer(h, (*held).forget)
	return h
}

func (h *held) forget() {
	h.of.Lock()
	defer h.of.Unlock()
	h.of.free(h.number)
}

func (u *unacknowledged) free(number uint64) {
	C.vdbrt_event_free(u.events[number])
	delete(u.events, number)
}

func (u *unacknowledged) close() {
	u.Lock()
	defer u.Unlock()
	for number := range u.events {
		u.free(number)
	}
}

// Ack says that the program has dealt with the event: with a state file it does not come again after a restart. It is for the setting
// state.ack "manual", and possible until the channel is closed. With "auto" an event is acknowledged when whoever took it is back for
// more, and this does nothing.
func (e *Event) Ack() error {
	h := e.held
	if h == nil {
		return nil
	}
	h.of.Lock()
	defer h.of.Unlock()
	event := h.of.events[h.number]
	switch {
	case h.done:
		return nil
	case event == nil:
		return errorf(ErrClosed, "The channel of the event was closed before it was acknowledged.")
	}
	var failure *C.vdbrt_error
	if err := failed(C.vdbrt_event_ack(event, &failure), failure); err != nil {
		return err
	}
	h.done = true
	h.of.free(h.number)
	return nil
}
