package videodb

/*
#include "native.h"
*/
import "C"

import (
	"context"
	"encoding/json"
	"runtime"
	"sync"
)

// Records goes through what a paged operation lists, record by record. Records that move to the next page because newer ones arrive
// are not given twice.
//
//	scenes := index.EachScene(videodb.PageOptions{})
//	for scenes.Next(ctx) {
//		fmt.Println(scenes.Record().Description)
//	}
//	err := scenes.Err()
type Records[T any] struct {
	client    *Client
	handle    *C.vdbrt_records
	operation string
	make      func(members) (T, error)

	lock   sync.Mutex
	record T
	err    error
}

// recordsOf sends nothing; what is wrong with the arguments is found by the first Next.
func recordsOf[T any](c *Client, operation string, arguments options, make func(members) (T, error)) *Records[T] {
	r := &Records[T]{client: c, operation: operation, make: make}
	encoded, err := encoded(operation, arguments, false)
	if err != nil {
		r.err = err
		return r
	}
	texts := cTextsOf(given(operation), encoded)
	defer texts.free()
	defer runtime.KeepAlive(c)
	var e *C.vdbrt_error
	if r.err = c.told(failed(C.vdbrt_records_new(c.handle, texts[0], texts[1], &r.handle, &e), e)); r.err == nil {
		runtime.SetFinalizer(r, func(r *Records[T]) { C.vdbrt_records_release(r.handle) })
	}
	return r
}

// Next takes the next record, and says whether there is one. After an error of the network or of the context it may be called again.
func (r *Records[T]) Next(ctx context.Context) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	if r.handle == nil {
		return false
	}
	var out *C.char
	r.err = withOp(ctx, r.client.timeout, func(op *C.vdbrt_op) error {
		var e *C.vdbrt_error
		return r.client.told(failed(C.vdbrt_records_next(r.handle, op, &out, &e), e))
	})
	runtime.KeepAlive(r.client)
	if r.err != nil {
		return false
	}
	var m members
	if m, r.err = membersOf(r.operation, json.RawMessage(taken(out))); r.err == nil {
		r.record, r.err = r.make(m)
	}
	return r.err == nil
}

// Record is what the last Next took.
func (r *Records[T]) Record() T {
	r.lock.Lock()
	defer r.lock.Unlock()
	return r.record
}

// Err is why Next gave false; nil after the last record.
func (r *Records[T]) Err() error {
	r.lock.Lock()
	defer r.lock.Unlock()
	if e, ok := r.err.(*Error); ok && e.Status == ErrEnd {
		return nil
	}
	return r.err
}
