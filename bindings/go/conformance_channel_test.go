package videodb

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

var kinds = map[string]EventKind{
	"other": EventOther, "transcript": EventTranscript, "scene_index": EventSceneIndex, "audio_index": EventAudioIndex,
	"alert": EventAlert, "capture_session": EventCaptureSession,
}
var flags = map[string]EventFlag{
	"interim": FlagInterim, "triggered": FlagTriggered, "relative_time": FlagRelativeTime, "not_json": FlagNotJSON,
}

func checkEvent(t *testing.T, v *vector, e *Event) {
	t.Helper()
	if message := v.bytes(t); !bytes.Equal(e.JSON, message) {
		t.Errorf("the message is %s, not %s", e.JSON, message)
	}
	want := v.Event
	same(t, "the kind", e.Kind, kinds[want["kind"].(string)])
	var set EventFlag
	list, _ := want["flags"].([]any)
	for _, flag := range list {
		set |= flags[flag.(string)]
	}
	same(t, "the flags", e.Flags, set)
	for member, got := range map[string]string{
		"channel": e.Channel, "rtstream_id": e.RTStreamID, "text": e.Text, "label": e.Label, "data": string(e.Data),
	} {
		text, _ := want[member].(string)
		same(t, member, got, text)
	}
	for member, got := range map[string]float64{"start": e.Start, "end": e.End, "confidence": e.Confidence} {
		number, isThere := want[member].(float64)
		if isThere == math.IsNaN(got) || isThere && math.Abs(number-got) > 1e-6 {
			t.Errorf("%s is %v, not %v", member, got, want[member])
		}
	}
}

func (v *vector) bytes(t *testing.T) []byte {
	if v.Message != nil {
		return []byte(*v.Message)
	}
	message, err := hex.DecodeString(v.MessageHex)
	ok(t, err)
	return message
}

func within(t *testing.T, limit time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return ctx
}

func TestConformanceOfEvents(t *testing.T) {
	s := startServer(t)
	c := conformanceClient(t, s, nil)
	files, err := filepath.Glob(filepath.Join(root(), "Tests/Conformance/events/*.json"))
	ok(t, err)
	count := 0
	for _, path := range files {
		file := load(t, "events/"+filepath.Base(path))
		var frames []any
		for i := range file.Vectors {
			frames = append(frames, map[string]any{"opcode": "text", "hex": hex.EncodeToString(file.Vectors[i].bytes(t))})
		}
		encoded, err := json.Marshal(map[string]any{"frames": frames})
		ok(t, err)
		s.reset(t)
		s.websocket(t, string(encoded))
		ctx := within(t, 10*time.Second)
		w, err := c.ConnectWebSocket(ctx, WebSocketOptions{})
		ok(t, err)
		first, err := w.Next(ctx)
		ok(t, err)
		same(t, "the first event", first.Kind, EventConnected)
		for i := range file.Vectors {
			event, err := w.Next(ctx)
			ok(t, err)
			t.Run(file.Vectors[i].Name, func(t *testing.T) { checkEvent(t, &file.Vectors[i], &event) })
			count++
		}
		ok(t, w.Close())
	}
	if count < 50 {
		t.Errorf("%d events", count)
	}
	t.Logf("figure: %d events", count)
}

func TestConformanceOfFrames(t *testing.T) {
	s := startServer(t)
	files, err := filepath.Glob(filepath.Join(root(), "Tests/Conformance/frames/*.json"))
	ok(t, err)
	count := 0
	for _, path := range files {
		file := load(t, "frames/"+filepath.Base(path))
		settings := map[string]any{"ws.close_timeout_ms": 50}
		if file.MaxMessageBytes != 0 {
			settings["ws.max_message_bytes"] = file.MaxMessageBytes
		}
		c := conformanceClient(t, s, settings)
		for i := range file.Vectors {
			v := &file.Vectors[i]
			t.Run(v.Name, func(t *testing.T) { framesVector(t, s, c, v) })
			count++
		}
	}
	if count < 50 {
		t.Errorf("%d vectors", count)
	}
	t.Logf("figure: %d vectors of frames", count)
}

// Those of the last connection: the one before may still be ending.
func framesOfTheLast(t *testing.T, s *server) []map[string]any {
	requests := s.requests(t)
	last := requests[len(requests)-1]["connection"]
	var frames []map[string]any
	for _, frame := range s.list(t, "frames") {
		if frame["connection"] == last {
			frames = append(frames, frame)
		}
	}
	return frames
}

func framesVector(t *testing.T, s *server, c *Client, v *vector) {
	s.reset(t)
	steps := []string{`{"answers_close": false}`, `{"send_hex": "` + v.Bytes + `"}`}
	if v.End == nil {
		steps = append(steps, `{"json": "the end of the vector"}`)
	}
	s.websocket(t, steps...)
	ctx := within(t, 10*time.Second)
	w, err := c.ConnectWebSocket(ctx, WebSocketOptions{})
	ok(t, err)
	defer w.Close()
	var messages []string
	var last Event
	_, err = w.Next(ctx)
	ok(t, err)
	for {
		last, err = w.Next(ctx)
		ok(t, err)
		if last.Kind == EventDisconnected || v.End == nil && len(messages) == len(v.Messages) {
			break
		}
		messages = append(messages, string(last.JSON))
	}
	if len(messages)+len(v.Messages) > 0 && !reflect.DeepEqual(messages, v.Messages) {
		t.Errorf("the messages are %q, not %q", messages, v.Messages)
	}
	back := len(v.Pongs)
	if v.End != nil {
		back++
		var end struct {
			Status, Reason string
			CloseCode      int `json:"close_code"`
		}
		ok(t, json.Unmarshal(last.Data, &end))
		same(t, "the status", end.Status, v.End.Status)
		same(t, "the code", end.CloseCode, v.End.CloseCode)
		if !strings.Contains(end.Reason, v.Reason) {
			t.Errorf("the reason is %q", end.Reason)
		}
		_, err := w.Next(ctx)
		var e *Error
		same(t, "the error of the end", errors.As(err, &e) && e.Status.String() == v.End.Status, true)
		inOrder := end.CloseCode == 1000 || end.CloseCode == 1001 || end.CloseCode == 1005
		same(t, "in order", errors.Is(err, io.EOF), inOrder)
	}
	until(t, "the frames that go back", 5*time.Second, func() bool { return len(framesOfTheLast(t, s)) >= back })
	for i, frame := range framesOfTheLast(t, s) {
		switch {
		case i < len(v.Pongs):
			same(t, "a pong", frame["opcode"].(string)+" "+frame["hex"].(string), "pong "+v.Pongs[i])
		case v.End != nil:
			same(t, "the last frame", frame["opcode"].(string), "close")
			if code, isThere := frame["code"].(float64); isThere != (v.End.SentCode != nil) || isThere && int(code) != *v.End.SentCode {
				t.Errorf("the code %v went back", frame["code"])
			}
		}
	}
}
