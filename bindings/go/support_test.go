package videodb

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

const testKey = "sk-go-test-that-nobody-may-see"

// The root of the checkout.
func root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}

func header(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(), "Include/videodb_rt.h"))
	ok(t, err)
	return string(text)
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, not %v", what, got, want)
	}
}

// until waits for a condition.
func until(t testing.TB, what string, limit time.Duration, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after %v still not: %s", limit, what)
		}
	}
}

// A child process that says lines, and ends when its stdin does or on a signal.
type child struct {
	command *exec.Cmd
	signal  os.Signal // nil: its stdin is enough
	in      io.WriteCloser
	out     *bufio.Reader
}

func start(name string, arguments ...string) (*child, error) {
	c := &child{command: exec.Command(name, arguments...)}
	c.command.Stderr = os.Stderr
	var err error
	if c.in, err = c.command.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out = bufio.NewReader(out)
	return c, c.command.Start()
}

func (c *child) stop() {
	c.in.Close()
	if c.signal != nil {
		c.command.Process.Signal(c.signal)
	}
	timer := time.AfterFunc(10*time.Second, func() { c.command.Process.Kill() })
	defer timer.Stop()
	c.command.Wait()
}

// Tests/Support/scripted_server.py. Any goroutine may command it.
type server struct {
	*child
	lock sync.Mutex
	port int
}

func startServer(t testing.TB) *server {
	t.Helper()
	python := os.Getenv("VDBRT_PYTHON")
	if python == "" {
		python = "python3"
	}
	process, err := start(python, filepath.Join(root(), "Tests/Support/scripted_server.py"))
	ok(t, err)
	s := &server{child: process}
	t.Cleanup(s.stop)
	line, err := s.out.ReadString('\n')
	ok(t, err)
	_, err = fmt.Sscanf(line, "listening %d", &s.port)
	ok(t, err)
	return s
}

func (s *server) url() string { return fmt.Sprintf("http://127.0.0.1:%d", s.port) }

func (s *server) do(t testing.TB, what string, rest map[string]any) map[string]any {
	t.Helper()
	command := map[string]any{"do": what}
	for key, value := range rest {
		command[key] = value
	}
	encoded, err := json.Marshal(command)
	ok(t, err)
	s.lock.Lock()
	defer s.lock.Unlock()
	_, err = s.in.Write(append(encoded, '\n'))
	ok(t, err)
	line, err := s.out.ReadString('\n')
	ok(t, err)
	var reply map[string]any
	ok(t, json.Unmarshal([]byte(line), &reply))
	if reply["ok"] != true {
		t.Fatalf("%s: %v", what, reply["error"])
	}
	return reply
}

func (s *server) reset(t testing.TB) { s.do(t, "reset", nil) }

// on makes a rule; answers are JSON texts or values.
func (s *server) on(t testing.TB, line string, answers ...any) {
	t.Helper()
	for i, answer := range answers {
		if text, isText := answer.(string); isText {
			answers[i] = json.RawMessage(text)
		}
	}
	s.do(t, "rules", map[string]any{"rules": []any{map[string]any{"on": line, "answers": answers}}})
}

func (s *server) data(t testing.TB, line, data string) {
	t.Helper()
	s.on(t, line, `{"status": 200, "json": {"success": true, "data": `+data+`}}`)
}

// websocket gives channels the connection id conn-1, and then what the steps are.
func (s *server) websocket(t testing.TB, steps ...string) {
	t.Helper()
	s.data(t, "GET /collection/default/websocket", `{"websocket_url": "ws://127.0.0.1:@PORT@/ws?token=ws-secret"}`)
	all := append([]string{`{"upgrade": true}`, `{"json": {"connection_id": "conn-1"}}`}, steps...)
	s.on(t, "GET /ws", "["+strings.Join(all, ",")+"]")
}

func (s *server) requests(t testing.TB) []map[string]any { return s.list(t, "requests") }

func (s *server) list(t testing.TB, what string) []map[string]any {
	var result []map[string]any
	for _, item := range s.do(t, what, nil)[what].([]any) {
		result = append(result, item.(map[string]any))
	}
	return result
}

func (s *server) wait(t testing.TB, what string, count int) {
	t.Helper()
	s.do(t, "wait", map[string]any{"for": what, "count": count, "timeout_ms": 5000})
}

func (s *server) allow(t testing.TB, gate string) { s.do(t, "go", map[string]any{"gate": gate}) }

// Channels end where the server ends them.
func once(settings map[string]any) map[string]any {
	all := map[string]any{}
	described, _ := Describe()
	for _, setting := range described {
		if setting.Key == "reconnect.enabled" {
			all[setting.Key] = false
		}
	}
	for key, value := range settings {
		all[key] = value
	}
	return all
}

// connect makes a client of the server, which is closed at the end of the test.
func (s *server) connect(t testing.TB, settings map[string]any) *Client {
	t.Helper()
	c, err := Connect(Config{APIKey: testKey, BaseURL: s.url(), Settings: once(settings)})
	ok(t, err)
	t.Cleanup(func() { ok(t, c.Close()) })
	return c
}

// videodb-rt-local on a free port, with a data folder and a key of its own; "" as URL where it was not built.
type localService struct {
	*child
	url, key string
}

func startService(folder string) (*localService, error) {
	program := os.Getenv("VDBRT_LOCAL_SERVICE")
	if program == "" {
		program = filepath.Join(root(), "build/bin/videodb-rt-local")
	}
	if _, err := os.Stat(program); err != nil {
		return nil, err
	}
	s := &localService{key: "sk-local-go"}
	process := &child{signal: os.Interrupt, command: exec.Command(program, "--port", "0", "--data-dir", filepath.Join(folder, "data"))}
	process.command.Env = append(os.Environ(), "VIDEO_DB_API_KEY="+s.key)
	s.child = process
	var err error
	if process.in, err = process.command.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := process.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	process.out = bufio.NewReader(out)
	if err := process.command.Start(); err != nil {
		return nil, err
	}
	line, err := process.out.ReadString('\n')
	if err == nil {
		s.url = strings.Fields(line)[1]
	}
	return s, err
}
