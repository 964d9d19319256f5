package videodb_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	videodb "libvideodb_rt/bindings/go"
)

// A stream of the service that the examples run against; "rts-..." in a program.
func connected(ctx context.Context) (*videodb.Client, *videodb.RTStream) {
	conn, err := videodb.Connect(videodb.Config{})
	if err != nil {
		log.Fatal(err)
	}
	streams, err := conn.DefaultCollection().ListRTStreams(ctx, videodb.ListOptions{Status: "connected", Limit: 1})
	if err != nil || len(streams) == 0 {
		log.Fatal("no stream is connected: ", err)
	}
	return conn, streams[0]
}

// Watches a stream, and tells a backend of what it sees there.
func Example() {
	ctx := context.Background()
	conn, stream := connected(ctx)
	defer conn.Close()

	index, err := stream.IndexVisuals(ctx, videodb.IndexOptions{
		Prompt:      "Describe activity and detect unusual behavior",
		BatchConfig: &videodb.BatchConfig{Type: "time", Value: 5, FrameCount: 2},
	})
	if err != nil {
		log.Fatal(err)
	}
	eventID, err := conn.CreateEvent(ctx, "Detect when someone enters restricted area", "intrusion_detected")
	if err != nil {
		log.Fatal(err)
	}
	alertID, err := index.CreateAlert(ctx, eventID, videodb.AlertOptions{CallbackURL: "http://127.0.0.1:9/webhooks/alerts"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(index.Status, alertID != "")
	fmt.Println(index.Stop(ctx))
	// Output:
	// running true
	// <nil>
}

func ExampleWebSocket_Events() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel() // ends the loop, also one that is left
	conn, stream := connected(ctx)
	defer conn.Close()

	ws, err := conn.ConnectWebSocket(ctx, videodb.WebSocketOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer ws.Close()
	id, err := ws.ConnectionID()
	if err != nil {
		log.Fatal(err)
	}
	index, err := stream.IndexVisuals(ctx, videodb.IndexOptions{
		Prompt: "Describe what moves", BatchConfig: &videodb.BatchConfig{Type: "time", Value: 1, FrameCount: 2}, ConnectionID: id,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer index.Stop(context.Background())
	for event := range ws.Events(ctx) {
		if event.Kind == videodb.EventSceneIndex {
			fmt.Println(event.Channel, event.Text != "")
			break
		}
	}
	// Output: scene_index true
}

func ExampleRecords() {
	ctx := context.Background()
	conn, stream := connected(ctx)
	defer conn.Close()

	streams := conn.DefaultCollection().EachRTStream(videodb.ListOptions{})
	for streams.Next(ctx) {
		fmt.Println(streams.Record().Name, streams.Record().ID == stream.ID)
	}
	fmt.Println(streams.Err())
	// Output:
	// front door true
	// <nil>
}

func ExampleError() {
	conn, _ := connected(context.Background())
	defer conn.Close()

	_, err := conn.DefaultCollection().GetRTStream(context.Background(), "rts-none")
	var e *videodb.Error
	if errors.As(err, &e) {
		fmt.Println(errors.Is(err, videodb.ErrNotFound), e.HTTPStatus, e.Retryable)
	}

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = conn.DefaultCollection().GetRTStream(ctx, "rts-none")
	fmt.Println(errors.Is(err, context.Canceled))
	// Output:
	// true 404 false
	// true
}

func ExampleConnect() {
	conn, err := videodb.Connect(videodb.Config{
		APIKey:   os.Getenv("VIDEO_DB_API_KEY"),
		Settings: map[string]any{"http.timeout_ms": 5000, "queue.max_events": 10000},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(conn.Close())
	settings, err := videodb.Describe()
	if err != nil {
		log.Fatal(err)
	}
	for _, setting := range settings {
		if setting.Key == "http.timeout_ms" {
			fmt.Println(setting.Type, setting.Unit, setting.Default, strings.Count(setting.Description, "\n"))
		}
	}
	// Output:
	// <nil>
	// integer ms 30000 0
}
