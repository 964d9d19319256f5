// Command http2 answers the REST calls of the benchmarks over TLS, and offers HTTP/2.
//
//	http2 CERTIFICATE KEY
//
// Prints its port as JSON; when its standard input ends, how many calls came over which protocol.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
)

const streamID = "rts-0190d1b2-7c3e-7a55-9d0e-3f1c5a9be471"

var answers = map[string]string{
	"/collection/default": `{"id":"default","name":"Default","description":"","is_public":false}`,
	"/rtstream/" + streamID: `{"id":"` + streamID + `","name":"yard: north camera","status":"connected","sample_rate":30,` +
		`"media_types":["video","audio"],"collection_id":"c-0b1f2a3c","store":true,"created_at":"2026-01-02T03:04:05Z"}`,
}

func main() {
	var lock sync.Mutex
	calls := map[string]int{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("{\"port\":%d}\n", listener.Addr().(*net.TCPAddr).Port)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		lock.Lock()
		json.NewEncoder(os.Stdout).Encode(map[string]any{"cpu": 0, "calls": calls})
		os.Exit(0)
	}()
	handler := func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		calls[r.Proto]++
		lock.Unlock()
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"success":true,"data":%s}`, answers[r.URL.Path])
	}
	log.Fatal(http.ServeTLS(listener, http.HandlerFunc(handler), os.Args[1], os.Args[2]))
}
