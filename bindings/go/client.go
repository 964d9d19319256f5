package videodb

/*
#include "native.h"
*/
import "C"

import (
	"context"
	"encoding/json"
	"runtime"
	"sync/atomic"
	"time"
)

// Client is a connection to the service: kept connections, and the channels with the library's thread.
type Client struct {
	handle  *C.vdbrt_client
	token   uintptr
	timeout time.Duration // of a call whose context has no deadline
	acks    bool          // events are acknowledged by the program
	keeps   bool          // channels have a state file without being told
	closed  atomic.Bool
}

// Connect makes a client. It sends nothing yet.
func Connect(config Config) (*Client, error) {
	native, err := newConfig()
	if err != nil {
		return nil, err
	}
	defer native.free()
	if err := native.apply(config); err != nil {
		return nil, err
	}
	c := &Client{acks: config.Settings["state.ack"] == "manual", keeps: config.Settings["state.file"] != nil}
	// The library would take an event for dealt with when it is copied to Go.
	if err := native.set("state.ack", "manual"); err != nil {
		return nil, err
	}
	if c.timeout, err = timeoutOf(config.Settings); err != nil {
		return nil, err
	}
	functions := &callbacks{log: config.Log}
	if refused := config.OnRefusedCredential; refused != nil {
		functions.refused = func() { refused(c) }
	}
	c.token = register(functions)
	if err := c.open(native.handle, config, functions); err != nil {
		c.release()
		return nil, err
	}
	runtime.SetFinalizer(c, (*Client).release)
	return c, nil
}

func (c *Client) open(native *C.vdbrt_config, config Config, functions *callbacks) error {
	var e *C.vdbrt_error
	if functions.log != nil {
		if err := failed(C.vdbgo_set_log(native, C.int32_t(config.LogLevel), C.uintptr_t(c.token), &e), e); err != nil {
			return err
		}
	}
	if err := failed(C.vdbrt_client_new(native, &c.handle, &e), e); err != nil {
		return err
	}
	if functions.refused == nil {
		return nil
	}
	return failed(C.vdbgo_on_refused(c.handle, C.uintptr_t(c.token), &e), e)
}

// SetCredential replaces the key, or the client token, of all that is sent from here on.
func (c *Client) SetCredential(credential string) error {
	texts := cTextsOf(given(credential))
	defer texts.free()
	defer runtime.KeepAlive(c)
	var e *C.vdbrt_error
	return c.told(failed(C.vdbrt_client_set_credential(c.handle, texts[0], &e), e))
}

// How long Close waits for the service to answer the close handshakes.
const closeTimeout = 5 * time.Second

// Close ends the calls under way ([ErrClosed]) and the channels, with a handshake, and gives everything back. No function of the Config
// runs after it. With [ErrTimeout] the channels go on ending in the background.
func (c *Client) Close() error {
	if c.closed.Swap(true) {
		return nil
	}
	var e *C.vdbrt_error
	err := failed(C.vdbrt_client_shutdown(c.handle, C.int64_t(closeTimeout/time.Millisecond), &e), e)
	c.release()
	runtime.SetFinalizer(c, nil)
	return err
}

func (c *Client) release() {
	c.closed.Store(true)
	C.vdbrt_client_release(c.handle)
	unregister(c.token)
}

// told gives the use of a closed client the status that it has while it is being closed.
func (c *Client) told(err error) error {
	if e, ok := err.(*Error); ok && e.Status == ErrHandle && c.closed.Load() {
		return errorf(ErrClosed, "The client was closed.")
	}
	return err
}

// run makes the call vdbrt_OPERATION with its text arguments in the order of the header, and gives what it hands out.
func (c *Client) run(ctx context.Context, operation string, texts ...text) (json.RawMessage, error) {
	number, ok := operations[operation]
	if !ok || int(C.vdbgo_operation_texts(number)) != len(texts) {
		return nil, errorf(ErrArgument, "There is no operation %s with %d arguments.", operation, len(texts))
	}
	a := cTextsOf(texts...)
	defer a.free()
	defer runtime.KeepAlive(c)
	var answer json.RawMessage
	err := withOp(ctx, c.timeout, func(op *C.vdbrt_op) error {
		var out *C.char
		var e *C.vdbrt_error
		if err := failed(C.vdbgo_run(number, c.handle, a[0], a[1], a[2], a[3], op, &out, &e), e); err != nil {
			return c.told(err)
		}
		if C.vdbgo_operation_has_out(number) != 0 {
			answer = json.RawMessage(taken(out))
		}
		return nil
	})
	return answer, err
}

// Call makes any request that this package has no method for. path is absolute, "/rtstream", percent-encoded, without a query; query
// has scalar values, and body is anything that becomes a JSON object; both may be nil. It gives the answer's data.
func (c *Client) Call(ctx context.Context, method, path string, query map[string]any, body any) (json.RawMessage, error) {
	queryText, err := encoded("query", query, query == nil)
	if err != nil {
		return nil, err
	}
	bodyText, err := encoded("body", body, body == nil)
	if err != nil {
		return nil, err
	}
	return c.run(ctx, "call", given(method), given(path), queryText, bodyText)
}

// GetAsyncResponse is the result of a call that the service answers later. The calls of this package wait for such a result themselves.
func (c *Client) GetAsyncResponse(ctx context.Context, id string) (json.RawMessage, error) {
	return c.run(ctx, "async_response_get", given(id))
}

// Token is a credential for a device, to be used as Config.APIKey there.
type Token struct {
	Token     string
	ExpiresAt time.Time
	ExpiresIn time.Duration
	Raw       json.RawMessage
}

// TokenOptions say what a client token is for. The service's default is a day.
type TokenOptions struct {
	ExpiresIn time.Duration // to the second
	UserID    string
	Extra     map[string]any
}

// GenerateClientToken makes a client token.
func (c *Client) GenerateClientToken(ctx context.Context, options TokenOptions) (*Token, error) {
	o := optionsOf(options.Extra)
	if options.ExpiresIn != 0 {
		o["expires_in"] = int64(options.ExpiresIn / time.Second)
	}
	o.text("user_id", options.UserID)
	answer, err := c.answer(ctx, "client_token_create", o)
	if err != nil {
		return nil, err
	}
	token, err := answer.required("token")
	return &Token{token, answer.time("expires_at"), time.Duration(answer.number("expires_in") * float64(time.Second)), answer.raw}, err
}
