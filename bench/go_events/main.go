// Command go_events counts the events of a channel, and prints what the process used from the first to the last, user and system time
// together, the library's own thread included. Run by bench/go_events.py.
//
//	go_events gorilla|events|next|batch URL
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
	videodb "libvideodb_rt/bindings/go"
)

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
	count, texts int
	cpu          time.Duration
	wall         time.Time
}

func used() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func (t *tally) begin() { t.cpu, t.wall = used(), time.Now() }

func (t *tally) add(channel, text string) {
	t.count++
	if channel == "transcript" {
		t.texts += len(text)
	}
}

func (t *tally) report() {
	encoded, _ := json.Marshal(map[string]any{
		"count": t.count, "texts": t.texts, "cpu": (used() - t.cpu).Seconds(), "wall": time.Since(t.wall).Seconds(),
	})
	fmt.Println(string(encoded))
}

func gorilla(url string, t *tally) {
	connection, _, err := websocket.DefaultDialer.Dial(strings.Replace(url, "http:", "ws:", 1)+"/ws", nil)
	if err != nil {
		log.Fatal(err)
	}
	if _, _, err := connection.ReadMessage(); err != nil { // the connection id
		log.Fatal(err)
	}
	t.begin()
	for {
		_, bytes, err := connection.ReadMessage()
		if err != nil {
			break
		}
		var m message
		if err := json.Unmarshal(bytes, &m); err != nil {
			log.Fatal(err)
		}
		t.add(m.Channel, m.Data.Text)
	}
	t.report()
}

func ours(url, how string, t *tally) {
	ctx := context.Background()
	conn, err := videodb.Connect(videodb.Config{APIKey: "sk-bench", BaseURL: url, Settings: map[string]any{"reconnect.enabled": false}})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	ws, err := conn.ConnectWebSocket(ctx, videodb.WebSocketOptions{})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := ws.Next(ctx); err != nil { // that it is connected
		log.Fatal(err)
	}
	t.begin()
	switch how {
	case "events":
		for event := range ws.Events(ctx) {
			t.add(event.Channel, event.Text)
		}
	case "next":
		for event, err := ws.Next(ctx); err == nil; event, err = ws.Next(ctx) {
			t.add(event.Channel, event.Text)
		}
	case "batch":
		for events, err := ws.NextBatch(ctx); err == nil; events, err = ws.NextBatch(ctx) {
			for i := range events {
				t.add(events[i].Channel, events[i].Text)
			}
		}
	}
	t.count-- // the event that says that it ended
	t.report()
}

func main() {
	if os.Args[1] == "gorilla" {
		gorilla(os.Args[2], &tally{})
	} else {
		ours(os.Args[2], os.Args[1], &tally{})
	}
}
