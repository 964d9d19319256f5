// Command go_events reads the channel and the text of events, through the library's package in three ways, or through gorilla's WebSocket and
// encoding/json.
//
//	go_events gorilla|events|next|batch URL EVENTS
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
	videodb "libvideodb_rt/bindings/go"
)

const streamID = "rts-0190d1b2-7c3e-7a55-9d0e-3f1c5a9be471"

// The message as a program with encoding/json would describe it.
type message struct {
	Channel    string `json:"channel"`
	RTStreamID string `json:"rtstream_id"`
	Data       struct {
		Text       string  `json:"text"`
		Start      float64 `json:"start"`
		End        float64 `json:"end"`
		IsFinal    bool    `json:"is_final"`
		Label      string  `json:"label"`
		Triggered  bool    `json:"triggered"`
		Confidence float64 `json:"confidence"`
	} `json:"data"`
}

type tally struct {
	expected, events, text, transcripts int
	cpu, spent                          time.Duration
	wall                                time.Time
}

func used() time.Duration {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// add says whether more is to come.
func (t *tally) add(channel, text string) bool {
	if t.events == 0 {
		t.cpu, t.wall = used(), time.Now()
	}
	if channel == "transcript" {
		t.transcripts++
	}
	t.text += len(text)
	t.events++
	if t.events < t.expected {
		return true
	}
	t.cpu, t.spent = used()-t.cpu, time.Since(t.wall)
	return false
}

func (t *tally) report() {
	encoded, err := json.Marshal(map[string]any{
		"events": t.events, "text": t.text, "unit": "bytes", "transcripts": t.transcripts, "cpu": t.cpu.Seconds(), "wall": t.spent.Seconds(),
	})
	must(err)
	fmt.Println(string(encoded))
}

func gorilla(url string, t *tally) {
	dialer := *websocket.DefaultDialer
	if ca := os.Getenv("BENCH_CA"); ca != "" {
		pem, err := os.ReadFile(ca)
		must(err)
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		dialer.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	connection, _, err := dialer.Dial(strings.Replace(url, "http", "ws", 1)+"/ws", nil)
	must(err)
	_, _, err = connection.ReadMessage() // the connection id
	must(err)
	for more := true; more; {
		_, bytes, err := connection.ReadMessage()
		must(err)
		var m message
		must(json.Unmarshal(bytes, &m))
		more = t.add(m.Channel, m.Data.Text)
	}
}

func ours(url, how string, t *tally) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	settings := map[string]any{}
	if ca := os.Getenv("BENCH_CA"); ca != "" {
		settings["tls.ca_file"] = ca
	}
	conn, err := videodb.Connect(videodb.Config{APIKey: "sk-bench", BaseURL: url, Settings: settings})
	must(err)
	defer conn.Close()
	ws, err := conn.ConnectWebSocket(ctx, videodb.WebSocketOptions{})
	must(err)
	id, err := ws.ConnectionID()
	must(err)
	stream, err := conn.DefaultCollection().GetRTStream(ctx, streamID)
	must(err)
	_, err = stream.StartTranscript(ctx, videodb.TranscriptOptions{ConnectionID: id})
	must(err)
	_, err = stream.IndexVisuals(ctx, videodb.IndexOptions{Prompt: "What moves?", ConnectionID: id})
	must(err)
	add := func(event *videodb.Event) bool {
		return event.Kind >= videodb.EventConnected || t.add(event.Channel, event.Text)
	}
	switch how {
	case "events":
		for event := range ws.Events(ctx) {
			if !add(&event) {
				return
			}
		}
	case "next":
		for more := true; more; {
			event, err := ws.Next(ctx)
			must(err)
			more = add(&event)
		}
	case "batch":
		for more := true; more; {
			events, err := ws.NextBatch(ctx)
			must(err)
			for i := range events {
				more = add(&events[i])
			}
		}
	}
}

func main() {
	if len(os.Args) < 4 {
		log.Fatal("usage: go_events gorilla|events|next|batch URL EVENTS")
	}
	expected, err := strconv.Atoi(os.Args[3])
	must(err)
	t := &tally{expected: expected}
	if os.Args[1] == "gorilla" {
		gorilla(os.Args[2], t)
	} else {
		ours(os.Args[2], os.Args[1], t)
	}
	t.report()
}
