package videodb

import (
	"encoding/json"
	"fmt"
	"time"
)

// Status is what a call returned: [OK], or why it failed.
type Status int32

// Error makes a Status an error to compare with: errors.Is(err, ErrNotFound).
func (s Status) Error() string { return s.String() }

// LogLevel is how grave a line of the log is.
type LogLevel int32

// EventKind is what an event is.
type EventKind int32

// EventFlag is what else is known of an event.
type EventFlag int32

// Error is why a call failed. The key is never part of it.
type Error struct {
	Status     Status
	Message    string          // what was attempted, what came back, what to do
	HTTPStatus int             // of the service's answer; 0 where there was none
	Retryable  bool            // whether the same call may succeed later, and repeating it cannot do its work twice
	RetryAfter time.Duration   // what the service asks to wait; -1 where it does not say
	Body       json.RawMessage // the service's answer; nil where there was none

	cause error
}

func (e *Error) Error() string { return e.Message }

// Is compares with a [Status].
func (e *Error) Is(target error) bool {
	status, ok := target.(Status)
	return ok && status == e.Status
}

// Unwrap gives the context's error where the context was the reason, and io.EOF where a channel ended in order.
func (e *Error) Unwrap() error { return e.cause }

// Timeout says whether a deadline has passed.
func (e *Error) Timeout() bool { return e.Status == ErrTimeout }

func errorf(status Status, format string, arguments ...any) *Error {
	return &Error{Status: status, Message: fmt.Sprintf(format, arguments...), RetryAfter: -1}
}
