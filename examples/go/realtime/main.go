// Command realtime is the real-time API of VideoDB from Go, a subcommand for each of its parts.
//
//	realtime [flags] visual-indexing   [STREAM]    describes the pictures, and reads the scenes back
//	realtime [flags] audio-indexing    [STREAM]    describes speech
//	realtime [flags] transcription     [STREAM]    starts, reads and stops the transcript
//	realtime [flags] search            [STREAM]
//	realtime [flags] stream-generation [STREAM]    a page that plays the last minute
//	realtime [flags] embed             [STREAM]    the same as an <iframe>
//	realtime [flags] events-and-alerts [STREAM]
//	realtime [flags] websocket         [STREAM]    prints scenes, words and alerts as they come
//
// The key is in VIDEO_DB_API_KEY, the service's address in VIDEO_DB_API. Without STREAM, the newest stream that is connected is taken.
// Indexes that were started here are stopped at the end.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"time"

	videodb "libvideodb_rt/bindings/go"
)

var (
	query   = flag.String("query", "a white car moving fast", "what to search for")
	webhook = flag.String("webhook", "", "address that gets alerts")
	seconds = flag.Int("seconds", 20, "how long results are waited for")
)

// What a section works with.
type session struct {
	conn   *videodb.Client
	stream *videodb.RTStream
}

var sections = map[string]func(session, context.Context) error{
	"visual-indexing": session.visualIndexing, "audio-indexing": session.audioIndexing, "transcription": session.transcription,
	"search": session.search, "stream-generation": session.streamGeneration, "embed": session.embed,
	"events-and-alerts": session.eventsAndAlerts, "websocket": session.websocket,
}

func main() {
	log.SetFlags(0)
	flag.Parse()
	section, isSection := sections[flag.Arg(0)]
	if !isSection {
		log.Fatalf("usage: realtime [flags] SECTION [STREAM]; the sections are in the first lines of the source")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, section, flag.Arg(1)); err != nil {
		log.Fatal("realtime: ", err)
	}
}

func run(ctx context.Context, section func(session, context.Context) error, id string) error {
	conn, err := videodb.Connect(videodb.Config{})
	if err != nil {
		return err
	}
	defer conn.Close()
	stream, err := find(ctx, conn.DefaultCollection(), id)
	if err != nil {
		return err
	}
	return section(session{conn, stream}, ctx)
}

func find(ctx context.Context, coll *videodb.Collection, id string) (*videodb.RTStream, error) {
	if id != "" {
		return coll.GetRTStream(ctx, id)
	}
	streams, err := coll.ListRTStreams(ctx, videodb.ListOptions{Limit: 1, Status: "connected", Ordering: "-created_at"})
	if err == nil && len(streams) == 0 {
		err = errors.New("no stream is connected: connect a camera first, with ConnectRTStream")
	}
	if err != nil {
		return nil, err
	}
	return streams[0], nil
}

// waitFor asks until there is a result, twice a second.
func waitFor(ctx context.Context, what string, result func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(*seconds)*time.Second)
	defer cancel()
	for {
		if found, err := result(ctx); found || err != nil {
			return err
		}
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("no %s within %d s", what, *seconds)
		}
	}
}

// running tells of an index. The function that it gives stops the index, also where the program was interrupted.
func running(index *videodb.SceneIndex) (stop func()) {
	fmt.Printf("index %s is %s\n", index.ID, index.Status)
	return func() {
		if err := index.Stop(context.Background()); err != nil {
			log.Print(err)
		}
	}
}

func showScenes(ctx context.Context, index *videodb.SceneIndex) error {
	return waitFor(ctx, "scene", func(ctx context.Context) (bool, error) {
		page, err := index.GetScenes(ctx, videodb.PageOptions{PageSize: 5})
		if err != nil {
			return false, err
		}
		for _, scene := range page.Records {
			fmt.Printf("%s  %s\n", scene.Start.Format("15:04:05"), scene.Description)
		}
		return len(page.Records) > 0, nil
	})
}

func visuals(connectionID string) videodb.IndexOptions {
	return videodb.IndexOptions{
		Prompt:       "Describe what moves",
		BatchConfig:  &videodb.BatchConfig{Type: "time", Value: 2, FrameCount: 4},
		ConnectionID: connectionID,
	}
}

func (s session) visualIndexing(ctx context.Context) error {
	index, err := s.stream.IndexVisuals(ctx, visuals(""))
	if err != nil {
		return err
	}
	defer running(index)()
	if err := showScenes(ctx, index); err != nil {
		return err
	}
	indexes, err := s.stream.ListSceneIndexes(ctx)
	fmt.Printf("indexes: %d\n", len(indexes))
	return err
}

func (s session) audioIndexing(ctx context.Context) error {
	options := videodb.AudioIndexOptions{AutoStartTranscript: true}
	options.Prompt, options.BatchConfig = "What is said?", &videodb.BatchConfig{Type: "sentence", Value: 1}
	index, err := s.stream.IndexAudio(ctx, options)
	if err != nil {
		return err
	}
	defer running(index)()
	return showScenes(ctx, index)
}

func (s session) transcription(ctx context.Context) error {
	began := time.Now()
	transcript, err := s.stream.StartTranscript(ctx, videodb.TranscriptOptions{})
	if err != nil {
		return err
	}
	fmt.Println("transcript:", transcript.Status)
	heard := waitFor(ctx, "words", func(ctx context.Context) (bool, error) {
		page, err := s.stream.GetTranscript(ctx, videodb.SegmentOptions{Since: began})
		return err == nil && len(page.Records) > 0, err
	})
	segments := s.stream.EachSegment(videodb.SegmentOptions{PageOptions: videodb.PageOptions{Start: began.Add(-time.Minute)}})
	for heard == nil && segments.Next(ctx) {
		segment := segments.Record()
		fmt.Printf("%s-%s  %s\n", segment.Start.Format("15:04:05"), segment.End.Format("15:04:05"), segment.Text)
	}
	transcript, err = s.stream.StopTranscript(context.Background(), videodb.StopOptions{Mode: "graceful"})
	if err == nil {
		fmt.Println("transcript:", transcript.Status)
	}
	for _, e := range []error{heard, segments.Err()} {
		if e != nil {
			return e
		}
	}
	return err
}

func (s session) search(ctx context.Context) error {
	shots, err := s.stream.Search(ctx, *query, videodb.SearchOptions{ScoreThreshold: videodb.Ptr(0.3)})
	if err != nil {
		return err
	}
	fmt.Printf("%d results\n", len(shots))
	for _, shot := range shots {
		playback, err := shot.GenerateStream(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("%.2f  %s  %s\n      %s\n", shot.SearchScore, shot.Start.Format(time.ANSIC), shot.Text, playback.StreamURL)
	}
	return nil
}

func (s session) lastMinute(ctx context.Context) (*videodb.Playback, error) {
	end := time.Now().Add(-3 * time.Second) // the last seconds may not be recorded yet
	return s.stream.GenerateStream(ctx, end.Add(-time.Minute), end, &videodb.PlayerConfig{Title: s.stream.Name, Slug: "example"})
}

func (s session) streamGeneration(ctx context.Context) error {
	playback, err := s.lastMinute(ctx)
	if err == nil {
		fmt.Printf("page:   %s\nstream: %s\n", playback.PlayerURL, playback.StreamURL)
	}
	return err
}

func (s session) embed(ctx context.Context) error {
	playback, err := s.lastMinute(ctx)
	if err != nil {
		return err
	}
	code, err := playback.EmbedCode(videodb.EmbedOptions{Width: "640", Height: 360, Title: "The last minute"})
	fmt.Println(code)
	return err
}

// watch opens a channel, and gives it an index of the pictures and alerts on what moves. stop ends them.
func (s session) watch(ctx context.Context) (ws *videodb.WebSocket, index *videodb.SceneIndex, stop func(), err error) {
	if ws, err = s.conn.ConnectWebSocket(ctx, videodb.WebSocketOptions{}); err != nil {
		return nil, nil, nil, err
	}
	id, err := ws.ConnectionID()
	if err != nil {
		return nil, nil, nil, err
	}
	if index, err = s.stream.IndexVisuals(ctx, visuals(id)); err != nil {
		return nil, nil, nil, err
	}
	stopIndex := running(index)
	stop = func() { stopIndex(); ws.Close() }
	eventID, err := s.conn.CreateEvent(ctx, "something moves", "movement")
	if err == nil {
		_, err = index.CreateAlert(ctx, eventID, videodb.AlertOptions{CallbackURL: *webhook, ConnectionID: id})
	}
	if err != nil {
		stop()
	}
	return ws, index, stop, err
}

func (s session) eventsAndAlerts(ctx context.Context) error {
	ws, index, stop, err := s.watch(ctx)
	if err != nil {
		return err
	}
	defer stop()
	alerts, err := index.ListAlerts(ctx)
	if err != nil {
		return err
	}
	for _, alert := range alerts {
		fmt.Printf("alert %s on '%s' is %s\n", alert.ID, alert.Label, alert.Status)
		defer index.DisableAlert(context.Background(), alert.ID)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(*seconds)*time.Second)
	defer cancel()
	for event := range ws.Events(ctx) {
		if event.Kind == videodb.EventAlert {
			fmt.Printf("%s: %s\n", event.Label, event.Text)
			return nil
		}
	}
	return ws.Err()
}

func (s session) websocket(ctx context.Context) error {
	ws, _, stop, err := s.watch(ctx)
	if err != nil {
		return err
	}
	defer stop()
	id, err := ws.ConnectionID()
	if err != nil {
		return err
	}
	if _, err := s.stream.StartTranscript(ctx, videodb.TranscriptOptions{ConnectionID: id}); err != nil {
		fmt.Println("no transcript:", err)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(*seconds)*time.Second)
	defer cancel()
	for event := range ws.Events(ctx) {
		text := event.Text
		if text == "" {
			text = event.Label
		}
		fmt.Printf("%-12s %s\n", event.Channel, text)
	}
	if errors.Is(ws.Err(), context.DeadlineExceeded) {
		return nil
	}
	return ws.Err()
}
