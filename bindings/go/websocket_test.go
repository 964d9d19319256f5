package videodb

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const numbers = `{"flood": {"count": 1000, "json": {"channel": "scene_index", "rtstream_id": "rts-1", "data": {"text": "{n}", "start": 1760000000000}}}}`

var (
	_ io.Closer = (*Client)(nil)
	_ io.Closer = (*WebSocket)(nil)
	_ error     = (*Error)(nil)
)

func open(t *testing.T, s *server, c *Client, steps ...string) *WebSocket {
	t.Helper()
	s.websocket(t, steps...)
	w, err := c.ConnectWebSocket(within(t, 10*time.Second), WebSocketOptions{})
	ok(t, err)
	t.Cleanup(func() { ok(t, w.Close()) })
	event, err := w.Next(within(t, 10*time.Second))
	ok(t, err)
	same(t, "the first event", event.Kind, EventConnected)
	return w
}

func TestALoopThatIsLeftLosesNothing(t *testing.T) {
	s := startServer(t)
	c := s.connect(t, nil)
	w := open(t, s, c, numbers, `{"close_frame": 1001}`)
	id, err := w.ConnectionID()
	if err != nil && !errors.Is(err, ErrDisconnected) || err == nil && id != "conn-1" {
		t.Error(id, err)
	}
	next, ended := 0, false
	for !ended {
		ctx, cancel := context.WithCancel(within(t, 20*time.Second))
		for event := range w.Events(ctx) {
			if event.Kind == EventDisconnected {
				ended = true
				continue
			}
			same(t, "the text", event.Text, strconv.Itoa(next))
			same(t, "the start", event.StartTime().Unix(), 1760000000)
			if next++; next%97 == 0 {
				break
			}
		}
		cancel()
		if next%5 == 0 && !ended { // by another way
			event, err := w.Next(within(t, 20*time.Second))
			ok(t, err)
			if event.Kind == EventDisconnected {
				ended = true
			} else {
				same(t, "the text", event.Text, strconv.Itoa(next))
				next++
			}
		}
	}
	same(t, "the number", next, 1000)
	until(t, "the end", 5*time.Second, func() bool { _, err := w.Next(context.Background()); return errors.Is(err, io.EOF) })
	for range w.Events(context.Background()) {
		t.Error("an event after the end")
	}
	ok(t, w.Err())
}

func TestAnEndOutOfOrderIsAnError(t *testing.T) {
	s := startServer(t)
	c := s.connect(t, nil)
	w := open(t, s, c, `{"close_frame": 1011}`)
	for range w.Events(within(t, 10*time.Second)) {
	}
	same(t, "the error", errors.Is(w.Err(), ErrDisconnected) && !errors.Is(w.Err(), io.EOF), true)
	_, err := w.ConnectionID()
	same(t, "the id", errors.Is(err, ErrDisconnected), true)
}

func TestEachEventGoesToOneOfSeveral(t *testing.T) {
	s := startServer(t)
	c := s.connect(t, nil)
	w := open(t, s, c, `{"await": "go"}`, numbers, strings.Replace(numbers, "rts-1", "rts-2", 1), `{"close_frame": 1000}`)
	var lock sync.Mutex
	seen := map[int]int{}
	var group sync.WaitGroup
	for i := 0; i < 4; i++ {
		i := i
		group.Add(1)
		go func() {
			defer group.Done()
			last := -1
			take := func(events ...Event) {
				lock.Lock()
				defer lock.Unlock()
				for _, event := range events {
					if event.Kind == EventSceneIndex {
						n, err := strconv.Atoi(event.Text)
						if err != nil {
							t.Error(err)
						}
						if event.RTStreamID == "rts-2" {
							n += 1000
						}
						seen[n]++
						if n < last {
							t.Errorf("%d after %d", n, last)
						}
						last = n
					}
				}
			}
			for {
				var events []Event
				var err error
				if i%2 == 0 {
					events, err = w.NextBatch(context.Background())
				} else {
					var event Event
					event, err = w.Next(context.Background())
					events = []Event{event}
				}
				if err != nil {
					same(t, "the end", errors.Is(err, io.EOF), true)
					return
				}
				take(events...)
			}
		}()
	}
	s.allow(t, "go")
	group.Wait()
	same(t, "the number", len(seen), 2000)
	for n, count := range seen {
		if count != 1 {
			t.Errorf("%d came %d times", n, count)
		}
	}
}

func TestAWaitEndsWithItsContextAndWithTheChannel(t *testing.T) {
	s := startServer(t)
	c := s.connect(t, nil)
	w := open(t, s, c, `{"await": "go"}`, `{"json": {"channel": "alert", "data": {"label": "late"}}}`, `{"await": "never"}`)
	for i := 0; i < 20; i++ {
		if _, err := w.Next(within(t, time.Millisecond)); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, ErrTimeout) {
			t.Fatal(err)
		}
	}
	over, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := w.Next(over)
	same(t, "a cancelled context", errors.Is(err, context.Canceled), true)
	// What waits is given also then, as a poll.
	result := make(chan Event)
	go func() {
		event, err := w.Next(context.Background())
		if err != nil {
			t.Error(err)
		}
		result <- event
	}()
	// The turn is taken: another waits for it no longer than it may.
	_, err = w.Next(within(t, 5*time.Millisecond))
	same(t, "the second", errors.Is(err, context.DeadlineExceeded), true)
	s.allow(t, "go")
	same(t, "the label", (<-result).Label, "late")

	ended := make(chan error)
	events := w.Events(context.Background())
	go func() {
		for range events {
		}
		_, err := w.Next(context.Background())
		ended <- err
	}()
	ok(t, w.Close())
	same(t, "the error", errors.Is(<-ended, ErrClosed), true)
	ok(t, w.Err())
	ok(t, w.Close())
	_, err = w.ConnectionID()
	same(t, "the id after the end", errors.Is(err, ErrClosed), true)
	same(t, "Finish after the end", errors.Is(w.Finish(context.Background()), ErrClosed), true)
}

func TestFinishKeepsWhatWasReceived(t *testing.T) {
	s := startServer(t)
	c := s.connect(t, nil)
	w := open(t, s, c, `{"json": {"channel": "alert", "data": {"label": "one"}}}`, `{"await": "never"}`)
	_, err := w.Next(within(t, 5*time.Second))
	ok(t, err)
	ok(t, w.Finish(within(t, 5*time.Second)))
	event, err := w.Next(context.Background())
	ok(t, err)
	same(t, "the last event", event.Kind, EventDisconnected)
	_, err = w.Next(context.Background())
	same(t, "the error", errors.Is(err, ErrClosed) && errors.Is(err, io.EOF), true)
}

func TestAChannelThatCannotBeOpened(t *testing.T) {
	s := startServer(t)
	c := s.connect(t, nil)
	s.data(t, "GET /collection/default/websocket", `{"websocket_url": "ws://127.0.0.1:@PORT@/ws"}`)
	s.on(t, "GET /ws", `{"status": 403}`)
	_, err := c.ConnectWebSocket(context.Background(), WebSocketOptions{})
	same(t, "the error", errors.Is(err, ErrUpgrade), true)
	s.on(t, "GET /ws", `[{"upgrade": true}, {"await": "never"}]`)
	_, err = c.ConnectWebSocket(within(t, 50*time.Millisecond), WebSocketOptions{})
	same(t, "the error", errors.Is(err, context.DeadlineExceeded), true)
}

// An event is the program's, whatever comes after it.
func TestAnEventStays(t *testing.T) {
	s := startServer(t)
	c := s.connect(t, nil)
	w := open(t, s, c, numbers, numbers, `{"close_frame": 1000}`)
	var events []Event
	for event := range w.Events(within(t, 20*time.Second)) {
		events = append(events, event)
	}
	ok(t, w.Close())
	ok(t, c.Close())
	for i, event := range events[:2000] {
		n := strconv.Itoa(i % 1000)
		if event.Text != n || string(event.Data) != `{"text":"`+n+`","start":1760000000000}` && string(event.Data) != `{"text": "`+n+`", "start": 1760000000000}` {
			t.Fatalf("%d: %s %s", i, event.Text, event.Data)
		}
	}
}

func TestALoopGoesOnAfterACut(t *testing.T) {
	s := startServer(t)
	c := s.connect(t, map[string]any{"reconnect.enabled": true, "reconnect.base_ms": 1})
	s.websocket(t)
	s.on(t, "GET /ws", `[{"upgrade": true}, {"json": {"connection_id": "conn-1"}}, {"reset": true}]`,
		`[{"upgrade": true}, {"json": {"connection_id": "conn-2"}}, {"json": {"channel": "alert", "data": {"label": "after"}}}, {"await": "never"}]`)
	ctx := within(t, 10*time.Second)
	w, err := c.ConnectWebSocket(ctx, WebSocketOptions{})
	ok(t, err)
	defer w.Close()
	kinds := map[EventKind]int{}
	for event := range w.Events(ctx) {
		kinds[event.Kind]++
		if event.Label == "after" {
			break
		}
	}
	if kinds[EventConnected] != 2 || kinds[EventDisconnected] != 1 || kinds[EventReconnecting] == 0 || kinds[EventAlert] != 1 {
		t.Errorf("%v", kinds)
	}
	id, err := w.ConnectionID()
	ok(t, err)
	same(t, "the id", id, "conn-2")
	counters, err := w.Counters()
	ok(t, err)
	same(t, "the counters", counters.Connections == 2 && counters.Attempts >= 1 && counters.Received >= 1 && counters.Dropped == 0, true)
}

// What was not acknowledged comes again to the next process; what was does not.
func TestAStateFileOutlivesTheProcess(t *testing.T) {
	s := startServer(t)
	file := t.TempDir() + "/state"
	alerts := `{"json": {"channel": "alert", "rtstream_id": "rts-1", "data": {"label": "one", "start": 1760000001000}}},
		{"json": {"channel": "alert", "rtstream_id": "rts-1", "data": {"label": "two", "start": 1760000002000}}},
		{"json": {"channel": "alert", "rtstream_id": "rts-1", "data": {"label": "three", "start": 1760000003000}}}`
	labels := func(ack string, want int, steps ...string) (labels string) {
		s.reset(t)
		s.websocket(t, append(steps, `{"await": "never"}`)...)
		c, err := Connect(Config{APIKey: testKey, BaseURL: s.url(), Settings: map[string]any{"state.ack": ack}})
		ok(t, err)
		defer c.Close()
		ctx := within(t, 10*time.Second)
		w, err := c.ConnectWebSocket(ctx, WebSocketOptions{StateFile: file})
		ok(t, err)
		defer w.Close()
		for want > 0 {
			event, err := w.Next(ctx)
			ok(t, err)
			if event.Kind != EventAlert {
				continue
			}
			want--
			labels += event.Label + " "
			if event.Is(FlagRedelivered) {
				labels += "again "
			}
			if event.Label == "two" {
				ok(t, event.Ack())
				ok(t, event.Ack())
			}
		}
		bound, err := w.Bindings()
		ok(t, err)
		same(t, "the bindings", bound.ConnectionID == "conn-1" && len(bound.Pipelines)+len(bound.Alerts)+len(bound.CaptureSessions) == 0, true)
		return labels
	}
	same(t, "the first time", labels("manual", 3, alerts), "one two three ")
	same(t, "the second time", labels("auto", 2), "one again three again ")
	// Who took them came back for more, or closed the channel.
	same(t, "the third time", labels("auto", 1, `{"frames": [{"opcode": "text", "text": "{\"channel\": \"alert\", \"data\": {\"label\": \"four\"}}"},
		{"opcode": "text", "text": "{\"channel\": \"alert\", \"data\": {\"label\": \"five\"}}"}]}`), "four ")
	// What was received and not taken is not lost by a close.
	same(t, "the fourth time", labels("auto", 1), "five again ")
}

// What TestMain runs in a child of the next test: a process that is killed with the third alert in hand.
func beKilled(url, file string) {
	c, err := Connect(Config{APIKey: testKey, BaseURL: url})
	if err != nil {
		panic(err)
	}
	w, err := c.ConnectWebSocket(context.Background(), WebSocketOptions{StateFile: file})
	if err != nil {
		panic(err)
	}
	handle := func(event Event) {
		if event.Label == "3" {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
	}
	if os.Getenv("VDBRT_GO_NEXT") == "" {
		for event := range w.Events(context.Background()) {
			handle(event)
		}
	}
	for {
		event, err := w.Next(context.Background())
		if err != nil {
			panic(err)
		}
		handle(event)
	}
}

// Killed in the middle of what came at once: what was not dealt with comes again, and nothing else.
func TestWhatAKilledProcessWasNotDoneWithComesAgain(t *testing.T) {
	for _, next := range []string{"", "yes"} {
		killedAndAgain(t, next)
	}
}

func killedAndAgain(t *testing.T, next string) {
	s := startServer(t)
	file := t.TempDir() + "/state"
	frames := ""
	for _, label := range []string{"1", "2", "3", "4", "5"} {
		frames += `,{"opcode": "text", "text": "{\"channel\": \"alert\", \"data\": {\"label\": \"` + label + `\"}}"}`
	}
	s.websocket(t, `{"frames": [`+frames[1:]+`]}`, `{"await": "never"}`)
	killed := exec.Command(os.Args[0])
	killed.Env = append(os.Environ(), "VDBRT_GO_KILLED="+file, "VIDEO_DB_API="+s.url(), "VDBRT_GO_NEXT="+next)
	out, err := killed.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("%v\n%s", err, out)
	}
	s.reset(t)
	s.websocket(t, `{"json": {"channel": "alert", "data": {"label": "end"}}}`, `{"await": "never"}`)
	c := s.connect(t, nil)
	w, err := c.ConnectWebSocket(within(t, 10*time.Second), WebSocketOptions{StateFile: file})
	ok(t, err)
	defer w.Close()
	labels := ""
	for !strings.HasSuffix(labels, "end") {
		event, err := w.Next(within(t, 10*time.Second))
		ok(t, err)
		if event.Kind == EventAlert {
			labels += event.Label
		}
		if event.Label == "3" {
			same(t, "marked", event.Is(FlagRedelivered), true)
		}
	}
	if next == "" { // the second is acknowledged beside the loop that has just got the third
		labels = strings.TrimPrefix(labels, "2")
	}
	same(t, "what comes again", labels, "345end")
}
