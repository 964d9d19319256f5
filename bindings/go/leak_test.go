package videodb

import (
	"context"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

func entries(t *testing.T, folder string) int {
	t.Helper()
	all, err := os.ReadDir(folder)
	ok(t, err)
	return len(all)
}

// Threads of the library, by its name for them.
func libraryThreads(t *testing.T) (count int) {
	t.Helper()
	all, err := os.ReadDir("/proc/self/task")
	ok(t, err)
	for _, task := range all {
		name, _ := os.ReadFile("/proc/self/task/" + task.Name() + "/comm")
		if strings.Contains(string(name), "vdbrt") || strings.Contains(string(name), "videodb") {
			count++
		}
	}
	return count
}

func resident(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	ok(t, err)
	fields := strings.Fields(string(text))
	pages := 0
	for _, digit := range fields[1] {
		pages = pages*10 + int(digit-'0')
	}
	return pages * os.Getpagesize()
}

func TestNothingIsLeftBehind(t *testing.T) {
	s := startServer(t)
	s.data(t, "GET /rtstream/rts-1", `{"id": "rts-1"}`)
	s.on(t, "GET /rtstream/rts-2", hang)
	s.websocket(t, numbers, `{"await": "never"}`)
	round := func(forget bool) {
		c, err := Connect(Config{APIKey: testKey, BaseURL: s.url()})
		ok(t, err)
		ctx, cancel := context.WithCancel(context.Background())
		for i := 0; i < 20; i++ {
			_, err := c.DefaultCollection().GetRTStream(ctx, "rts-1")
			ok(t, err)
		}
		short, stop := context.WithTimeout(ctx, 2*time.Millisecond)
		c.DefaultCollection().GetRTStream(short, "rts-2")
		stop()
		w, err := c.ConnectWebSocket(ctx, WebSocketOptions{})
		ok(t, err)
		events := w.Events(ctx)
		for i := 0; i < 300; i++ {
			<-events
		}
		cancel()
		for range events {
		}
		if !forget {
			ok(t, w.Close())
			ok(t, c.Close())
		}
	}
	settled := func(what string, goroutines, descriptors int) {
		t.Helper()
		until(t, what, 10*time.Second, func() bool {
			runtime.GC() // finalizers
			return runtime.NumGoroutine() <= goroutines && entries(t, "/proc/self/fd") <= descriptors && libraryThreads(t) == 0
		})
	}
	round(false)
	goroutines := 0
	until(t, "the goroutines of the first round end", 5*time.Second, func() bool {
		before := goroutines
		goroutines = runtime.NumGoroutine()
		return goroutines == before
	})
	descriptors := entries(t, "/proc/self/fd")
	threads := entries(t, "/proc/self/task")
	memory := 0
	for i := 0; i < 30; i++ {
		round(false)
		if i == 9 {
			runtime.GC()
			memory = resident(t)
		}
	}
	settled("what 30 clients had is given back", goroutines, descriptors)
	if now := entries(t, "/proc/self/task"); now > threads+6 {
		t.Errorf("%d threads, of which %d after the first client", now, threads)
	}
	runtime.GC()
	if grown := resident(t) - memory; grown > 8<<20 {
		t.Errorf("20 clients cost %d bytes", grown)
	}
	for i := 0; i < 5; i++ {
		round(true)
	}
	settled("what was forgotten is given back", goroutines, descriptors)
	registry.RLock()
	defer registry.RUnlock()
	same(t, "what C has of Go", len(registry.all), 0)
}
