package videodb

/*
#include "native.h"
*/
import "C"

import (
	"context"
	"time"
)

// withOp runs a call with an op that has the context's deadline, or limit where it has none, and that the end of the context cancels.
func withOp(ctx context.Context, limit time.Duration, call func(op *C.vdbrt_op) error) error {
	if err := ctx.Err(); err != nil {
		return ofContext(ctx, errorf(ErrCancelled, "Not called: %v.", err))
	}
	deadline, hasDeadline := ctx.Deadline()
	if !hasDeadline && ctx.Done() == nil {
		return call(nil)
	}
	if hasDeadline {
		limit = time.Until(deadline)
		if limit < 0 {
			limit = 0
		}
	}
	var op *C.vdbrt_op
	var e *C.vdbrt_error
	// Rounded up: a context that is over is to be found so.
	if err := failed(C.vdbrt_op_new(C.int64_t((limit+time.Millisecond-1)/time.Millisecond), &op, &e), e); err != nil {
		return err
	}
	defer C.vdbrt_op_release(op)
	stop := onDone(ctx, func() { C.vdbrt_op_cancel(op) })
	err := call(op)
	stop()
	return ofContext(ctx, err)
}

// onDone runs f when the context ends. After the function that it gives has returned, f has, or never will.
func onDone(ctx context.Context, f func()) (stop func()) {
	over, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-ctx.Done():
			f()
		case <-over:
		}
	}()
	return func() {
		close(over)
		<-ended
	}
}

// ofContext gives an error its context's reason, where that was what ended the call.
func ofContext(ctx context.Context, err error) error {
	e, ok := err.(*Error)
	if !ok || e.cause != nil {
		return err
	}
	switch e.Status {
	case ErrCancelled:
		e.cause = ctx.Err()
		if e.cause == context.DeadlineExceeded {
			e.Status = ErrTimeout
		}
	case ErrTimeout:
		if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline.Add(-time.Millisecond)) {
			e.cause = context.DeadlineExceeded
		}
	}
	return err
}
