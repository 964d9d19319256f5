package videodb

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// The local service with a stream of a moving picture: for the tests and the examples.
var local struct {
	service  *localService
	streamID string
	reason   string // why there is none
}

func TestMain(m *testing.M) {
	if file := os.Getenv("VDBRT_GO_KILLED"); file != "" {
		beKilled(os.Getenv("VIDEO_DB_API"), file)
	}
	folder, err := os.MkdirTemp("", "videodb-rt-go-")
	if err != nil {
		panic(err)
	}
	if err := startLocal(folder); err != nil {
		local.reason = err.Error()
	}
	code := m.Run()
	if local.service != nil {
		local.service.stop()
	}
	os.RemoveAll(folder)
	os.Exit(code)
}

func startLocal(folder string) error {
	clip := filepath.Join(folder, "clip.mp4")
	made, err := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=10:duration=10",
		"-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-pix_fmt", "yuv420p", clip).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ffmpeg: %v %s", err, made)
	}
	if local.service, err = startService(folder); err != nil {
		return err
	}
	os.Setenv("VIDEO_DB_API", local.service.url)
	os.Setenv("VIDEO_DB_API_KEY", local.service.key)
	conn, err := Connect(Config{})
	if err != nil {
		return err
	}
	defer conn.Close()
	stream, err := conn.DefaultCollection().ConnectRTStream(context.Background(), clip, "front door", ConnectOptions{SampleRate: 10})
	if err == nil {
		local.streamID = stream.ID
	}
	return err
}

func needLocal(t *testing.T) *RTStream {
	t.Helper()
	if local.streamID == "" {
		t.Skip("no local service: ", local.reason)
	}
	conn, err := Connect(Config{})
	ok(t, err)
	t.Cleanup(func() { ok(t, conn.Close()) })
	stream, err := conn.DefaultCollection().GetRTStream(context.Background(), local.streamID)
	ok(t, err)
	return stream
}

// The main job on real video: index, rule, alert; scenes and alerts arrive, the webhook is called, records can be read.
func TestOneCameraEndToEnd(t *testing.T) {
	stream := needLocal(t)
	same(t, "the stream", stream.Name == "front door" && stream.Status == "connected" && stream.SampleRate == 10, true)
	var called atomic.Int32
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		called.Add(1)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer hook.Close()

	ctx := within(t, 60*time.Second)
	ws, err := stream.client.ConnectWebSocket(ctx, WebSocketOptions{})
	ok(t, err)
	defer ws.Close()
	id, err := ws.ConnectionID()
	ok(t, err)
	began := time.Now()
	index, err := stream.IndexVisuals(ctx, IndexOptions{
		Prompt: "Describe what moves", BatchConfig: &BatchConfig{Type: "time", Value: 1, FrameCount: 2}, ConnectionID: id,
	})
	ok(t, err)
	event, err := stream.client.CreateEvent(ctx, "something moves", "movement")
	ok(t, err)
	alert, err := index.CreateAlert(ctx, event, AlertOptions{CallbackURL: hook.URL, ConnectionID: id})
	ok(t, err)
	scenes, alerted := 0, 0
	loop, stop := context.WithCancel(ctx)
	defer stop()
	for event := range ws.Events(loop) {
		switch event.Kind {
		case EventSceneIndex:
			scenes++
			if event.Text == "" || event.RTStreamID != stream.ID || event.StartTime().Before(began.Add(-5*time.Second)) {
				t.Errorf("a scene of %v: %s", event.StartTime(), event.JSON)
			}
		case EventAlert:
			alerted++
			same(t, "the label", event.Label, "movement")
		}
		if scenes > 1 && alerted > 0 {
			break
		}
	}
	stop()
	same(t, "scenes and alerts arrived", scenes > 1 && alerted > 0, true)
	until(t, "the webhook is called", 10*time.Second, func() bool { return called.Load() > 0 })
	all := index.EachScene(PageOptions{PageSize: 1})
	records := 0
	for all.Next(ctx) {
		records++
		if all.Record().Description == "" || all.Record().End.Before(all.Record().Start) {
			t.Errorf("%s", all.Record().Raw)
		}
	}
	ok(t, all.Err())
	same(t, "all scenes are recorded", records >= scenes, true)
	ok(t, index.DisableAlert(ctx, alert))
	alerts, err := index.ListAlerts(ctx)
	ok(t, err)
	same(t, "the alert", len(alerts) == 1 && alerts[0].ID == alert && alerts[0].Status == "disabled", true)
	ok(t, index.Stop(ctx))
	stopped, err := stream.GetSceneIndex(ctx, index.ID)
	ok(t, err)
	same(t, "the index", stopped.Status, "stopped")
}
