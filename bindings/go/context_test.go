package videodb

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

const hang = `{"hang": true}`

func TestErrorsAreCompared(t *testing.T) {
	s := startServer(t)
	c := s.connect(t, map[string]any{"http.max_retries": 0})
	s.on(t, "GET /rtstream/rts-1", `{"status": 429, "headers": {"Retry-After": "7"}, "json": {"success": false, "message": "slow down"}}`)
	_, err := c.DefaultCollection().GetRTStream(context.Background(), "rts-1")
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, ErrRateLimited) || errors.Is(err, ErrNotFound) {
		t.Fatalf("%T: %v", err, err)
	}
	same(t, "the HTTP status", e.HTTPStatus, 429)
	same(t, "the wait", e.RetryAfter, 7*time.Second)
	same(t, "the message", strings.Contains(err.Error(), "slow down"), true)
	same(t, "the body", strings.Contains(string(e.Body), "slow down"), true)
	same(t, "a timeout", e.Timeout(), false)

	// What the service leaves out.
	s.data(t, "GET /rtstream/rts-1", `{"name": "no id"}`)
	_, err = c.DefaultCollection().GetRTStream(context.Background(), "rts-1")
	same(t, "an answer without id", errors.Is(err, ErrBadAnswer) && strings.Contains(err.Error(), "`id`"), true)
	s.data(t, "GET /rtstream/rts-1", `[1]`)
	_, err = c.DefaultCollection().GetRTStream(context.Background(), "rts-1")
	same(t, "an answer that is a list", errors.Is(err, ErrBadAnswer), true)
	s.data(t, "GET /rtstream/rts-1", `{"id": "rts-1", "sample_rate": "many", "media_types": 3, "store": "yes", "name": null}`)
	stream, err := c.DefaultCollection().GetRTStream(context.Background(), "rts-1")
	ok(t, err)
	same(t, "what is of another type", stream.SampleRate == 0 && stream.MediaTypes == nil && !stream.Store && stream.Name == "", true)

	// What is refused before anything is sent.
	s.reset(t)
	for _, bad := range []string{"a\xff", "\\\xff", "\xff\\ufffd"} {
		if _, err := c.CreateEvent(context.Background(), bad, "l"); !errors.Is(err, ErrEncoding) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	same(t, "the number of requests", len(s.requests(t)), 0)
	s.data(t, "POST /rtstream/event", `{"event_id": "ev-1"}`)
	for _, good := range []string{"\ufffd", `\ufffd`, `\\ufffd`, "ä\\"} {
		_, err := c.CreateEvent(context.Background(), good, "l")
		ok(t, err)
	}
	for i, request := range s.requests(t) {
		same(t, "the prompt", request["json"].(map[string]any)["event_prompt"].(string), []string{"\ufffd", `\ufffd`, `\\ufffd`, "ä\\"}[i])
	}
	for status, err := range map[Status]error{
		ErrEncoding: c.SetCredential("a\x00b"),
		ErrOption:   c.order(context.Background(), "scene_index_update", options{"prompt": func() {}}, "a", "b"),
		ErrArgument: func() error { _, err := EmbedURL("nothing"); return err }(),
	} {
		if !errors.Is(err, status) {
			t.Errorf("%v, not %v", err, status)
		}
	}
	for _, config := range []Config{
		{APIKey: testKey, Settings: map[string]any{"no.such": 1}},
		{APIKey: testKey, Settings: map[string]any{"http.timeout_ms": "soon"}},
		{APIKey: testKey, BaseURL: "http://example.com"},
		{APIKey: testKey, Settings: map[string]any{"http.proxy": func() {}}},
		{BaseURL: s.url()},
	} {
		t.Setenv("VIDEO_DB_API_KEY", "")
		if c, err := Connect(config); err == nil || c != nil || strings.Contains(err.Error(), testKey) {
			t.Errorf("%v: %v", config, err)
		}
	}
}

func TestADeadlineAndACancelEndACall(t *testing.T) {
	s := startServer(t)
	c := s.connect(t, map[string]any{"http.max_retries": 0, "http.timeout_ms": 60000})
	s.on(t, "GET /rtstream/rts-1", hang)
	get := func(ctx context.Context) error {
		_, err := c.DefaultCollection().GetRTStream(ctx, "rts-1")
		return err
	}
	began := time.Now()
	err := get(within(t, 50*time.Millisecond))
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, ErrTimeout) || time.Since(began) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
	var e *Error
	same(t, "a timeout", errors.As(err, &e) && e.Timeout(), true)

	s.reset(t)
	s.on(t, "GET /rtstream/rts-1", hang)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		s.wait(t, "requests", 1)
		cancel()
	}()
	err = get(ctx)
	if !errors.Is(err, context.Canceled) || !errors.Is(err, ErrCancelled) {
		t.Error(err)
	}
	// One that is over already sends nothing.
	s.reset(t)
	if err := get(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	over, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel()
	if err := get(over); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	same(t, "the number of requests", len(s.requests(t)), 0)
}

// A context without a deadline does not lift the setting's.
func TestTheSettingLimitsACall(t *testing.T) {
	s := startServer(t)
	s.on(t, "GET /rtstream/rts-1", hang)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for name, ctx := range map[string]context.Context{"background": context.Background(), "can be cancelled": ctx} {
		for _, value := range []any{60, "60", 60.0} {
			c := s.connect(t, map[string]any{"http.max_retries": 0, "http.timeout_ms": value})
			_, err := c.DefaultCollection().GetRTStream(ctx, "rts-1")
			if !errors.Is(err, ErrTimeout) || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestCallsOfManyGoroutinesAndACloseAmongThem(t *testing.T) {
	s := startServer(t)
	s.data(t, "GET /rtstream/rts-1", `{"id": "rts-1"}`)
	s.on(t, "GET /rtstream/rts-2", hang)
	c := s.connect(t, nil)
	var group sync.WaitGroup
	for i := 0; i < 8; i++ {
		group.Add(2)
		go func() {
			defer group.Done()
			for n := 0; n < 20; n++ {
				ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
				if _, err := c.DefaultCollection().GetRTStream(ctx, "rts-1"); err != nil && !errors.Is(err, ErrClosed) {
					t.Error(err)
				}
				cancel()
			}
		}()
		go func() {
			defer group.Done()
			if _, err := c.DefaultCollection().GetRTStream(context.Background(), "rts-2"); !errors.Is(err, ErrClosed) {
				t.Error(err)
			}
		}()
	}
	until(t, "all of them hang", 10*time.Second, func() bool {
		hanging := 0
		for _, request := range s.requests(t) {
			if request["path"] == "/rtstream/rts-2" {
				hanging++
			}
		}
		return hanging == 8
	})
	ok(t, c.Close())
	group.Wait()
	ok(t, c.Close())
	_, err := c.DefaultCollection().GetRTStream(context.Background(), "rts-1")
	same(t, "a call after the end", errors.Is(err, ErrClosed), true)
	_, err = c.ConnectWebSocket(context.Background(), WebSocketOptions{})
	same(t, "a channel after the end", errors.Is(err, ErrClosed), true)
	records := c.DefaultCollection().EachRTStream(ListOptions{})
	same(t, "records after the end", !records.Next(context.Background()) && errors.Is(records.Err(), ErrClosed), true)
}

func TestTheLogAndARefusedKey(t *testing.T) {
	s := startServer(t)
	s.on(t, "GET /rtstream/rts-1", `{"status": 401, "json": {"success": false}}`, `{"status": 200, "json": {"success": true, "data": {"id": "rts-1"}}}`)
	var lock sync.Mutex
	var lines []string
	refused := 0
	c, err := Connect(Config{
		APIKey: testKey, BaseURL: s.url(), LogLevel: LogDebug,
		Log: func(level LogLevel, topic, message string) {
			lock.Lock()
			defer lock.Unlock()
			lines = append(lines, topic+": "+message)
		},
		OnRefusedCredential: func(c *Client) {
			refused++
			ok(t, c.SetCredential("sk-new"))
		},
	})
	ok(t, err)
	_, err = c.DefaultCollection().GetRTStream(context.Background(), "rts-1")
	ok(t, err)
	ok(t, c.Close())
	same(t, "refusals", refused, 1)
	lock.Lock()
	defer lock.Unlock()
	if len(lines) == 0 || strings.Contains(strings.Join(lines, "\n"), testKey) {
		t.Errorf("the log is %q", lines)
	}
}

func TestRecordsGoOnAfterAnError(t *testing.T) {
	s := startServer(t)
	c := s.connect(t, map[string]any{"http.max_retries": 0})
	s.on(t, "GET /rtstream", `{"status": 200, "json": {"success": true, "data": {"results": [{"id": "a"}, {"id": "b"}], "count": 3, "next": "x"}}}`,
		`{"status": 500, "json": {"success": false}}`, `{"status": 200, "json": {"success": true, "data": {"results": [{"id": "c"}], "count": 3, "next": null}}}`)
	streams := c.DefaultCollection().EachRTStream(ListOptions{Status: "connected"})
	var ids string
	ctx := context.Background()
	for streams.Next(ctx) {
		ids += streams.Record().ID
	}
	same(t, "the error", errors.Is(streams.Err(), ErrServer), true)
	for streams.Next(ctx) {
		ids += streams.Record().ID
	}
	ok(t, streams.Err())
	same(t, "the ids", ids, "abc")
	same(t, "a cancelled context", streams.Next(ctx), false)
	ok(t, streams.Err())
}
