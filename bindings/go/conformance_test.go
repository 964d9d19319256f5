package videodb

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"testing"

	"libvideodb_rt/bindings/go/internal/generate"
)

const conformanceKey = "sk-conformance"

// The vectors of Tests/Conformance. Their format is in README.md there.
type vector struct {
	Name      string
	Operation string
	Args      map[string]json.RawMessage
	Request   *struct {
		Method, Path string
		Query        map[string]string
		Body         any
	}
	Answer any
	Result result
	Helper string
	Text   *string

	Set     map[string]string
	SetJSON json.RawMessage `json:"set_json"`

	Message    *string
	MessageHex string `json:"message_hex"`
	Event      map[string]any

	Bytes    string
	Messages []string
	Pongs    []string
	End      *struct {
		Status    string
		CloseCode int  `json:"close_code"`
		SentCode  *int `json:"sent_code"`
	}
	Reason string
}

type result struct {
	Status       string
	Out          json.RawMessage
	HTTPStatus   *int `json:"http_status"`
	Retryable    any
	RetryAfterMs *int64 `json:"retry_after_ms"`
	Message      []string
	Body         json.RawMessage
}

type vectors struct {
	Operation       string
	Vectors         []vector
	MaxMessageBytes int `json:"max_message_bytes"`
}

func load(t *testing.T, name string) vectors {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(), "Tests/Conformance", name))
	ok(t, err)
	var v vectors
	ok(t, json.Unmarshal(text, &v))
	return v
}

func sameJSON(got, want []byte) bool {
	var a, b any
	return json.Unmarshal(got, &a) == nil && json.Unmarshal(want, &b) == nil && reflect.DeepEqual(a, b)
}

// argument is a text argument of a vector: a text exactly so, any other value as JSON.
func argument(raw json.RawMessage) text {
	var value string
	switch {
	case raw == nil:
		return none
	case json.Unmarshal(raw, &value) == nil && string(raw) != "null":
		return given(value)
	}
	return given(string(raw))
}

func checkResult(t *testing.T, want result, err error, isRead bool) {
	t.Helper()
	if err == nil {
		same(t, "the status", "VDBRT_OK", want.Status)
		return
	}
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%T: %v", err, err)
	}
	same(t, "the status of "+e.Message, e.Status.String(), want.Status)
	if e.Message == "" || strings.Contains(e.Message, conformanceKey) || !errors.Is(err, e.Status) {
		t.Errorf("the message is %q", e.Message)
	}
	if want.HTTPStatus != nil {
		same(t, "the HTTP status", e.HTTPStatus, *want.HTTPStatus)
	}
	if want.Retryable != nil {
		same(t, "retryable", e.Retryable, want.Retryable == true || want.Retryable == "reads" && isRead)
	}
	if want.RetryAfterMs != nil {
		wait := e.RetryAfter.Milliseconds()
		if e.RetryAfter < 0 {
			wait = -1
		}
		same(t, "the wait", wait, *want.RetryAfterMs)
	}
	for _, part := range want.Message {
		if !strings.Contains(e.Message, part) {
			t.Errorf("%q has no %q", e.Message, part)
		}
	}
	if want.Body != nil {
		body := e.Body
		if body == nil {
			body = []byte("null")
		}
		if !sameJSON(body, want.Body) {
			t.Errorf("the body is %s, not %s", e.Body, want.Body)
		}
	}
}

func queryOf(t *testing.T, request map[string]any) map[string]string {
	t.Helper()
	text, _ := request["query"].(string)
	query, err := url.ParseQuery(text)
	ok(t, err)
	values := map[string]string{}
	for key := range query {
		values[key] = query.Get(key)
	}
	return values
}

func checkRequest(t *testing.T, s *server, v *vector, mayRepeat bool) {
	t.Helper()
	requests := s.requests(t)
	if v.Request == nil {
		same(t, "the number of requests", len(requests), 0)
		return
	}
	if len(requests) == 0 || len(requests) > 1 && !mayRepeat {
		t.Errorf("%d requests", len(requests))
		return
	}
	got := requests[0]
	same(t, "the method", got["method"].(string), v.Request.Method)
	same(t, "the path", got["path"].(string), v.Request.Path)
	values := queryOf(t, got)
	if len(values)+len(v.Request.Query) > 0 && !reflect.DeepEqual(values, v.Request.Query) {
		t.Errorf("the query is %v, not %v", values, v.Request.Query)
	}
	if !reflect.DeepEqual(got["json"], v.Request.Body) {
		t.Errorf("the body is %v, not %v", got["json"], v.Request.Body)
	}
	for _, header := range got["headers"].([]any) {
		if pair := header.([]any); strings.EqualFold(pair[0].(string), "x-access-token") {
			same(t, "the key", pair[1].(string), conformanceKey)
			return
		}
	}
	t.Error("no key")
}

func conformanceClient(t *testing.T, s *server, settings map[string]any) *Client {
	t.Helper()
	c, err := Connect(Config{APIKey: conformanceKey, BaseURL: s.url(), Settings: once(settings)})
	ok(t, err)
	t.Cleanup(func() { ok(t, c.Close()) })
	return c
}

// Each vector of an operation, and each answer of answers.json with each operation.
func TestConformanceOfREST(t *testing.T) {
	s := startServer(t)
	c := conformanceClient(t, s, map[string]any{"http.max_retries": 0})
	functions, err := generate.Functions(header(t))
	ok(t, err)
	answers := load(t, "answers.json")
	count, answered := 0, 0
	var names []string
	for _, function := range functions {
		if _, _, isOperation := function.Operation(); !isOperation {
			continue
		}
		operation := strings.TrimPrefix(function.Name, "vdbrt_")
		names = append(names, operation+".json")
		file := load(t, "rest/"+operation+".json")
		same(t, "the operation", file.Operation, operation)
		first := file.Vectors[0]
		isRead := first.Request.Method == "GET"
		run := func(v *vector) {
			s.reset(t)
			if v.Answer != nil {
				s.on(t, "* /*", v.Answer)
			}
			var texts []text
			for _, parameter := range function.Parameters[1:] {
				if parameter == "op" {
					break
				}
				texts = append(texts, argument(v.Args[parameter]))
			}
			out, err := c.run(context.Background(), operation, texts...)
			checkResult(t, v.Result, err, isRead)
			if err == nil && v.Result.Out != nil && out != nil && !sameJSON(out, v.Result.Out) {
				t.Errorf("%s came out, not %s", out, v.Result.Out)
			}
			checkRequest(t, s, v, isRead && errors.Is(err, ErrDisconnected))
		}
		for i := range file.Vectors {
			t.Run(operation+": "+file.Vectors[i].Name, func(t *testing.T) { run(&file.Vectors[i]) })
			count++
		}
		for _, answer := range answers.Vectors {
			answer.Args, answer.Request = first.Args, first.Request
			t.Run(operation+" with "+answer.Name, func(t *testing.T) { run(&answer) })
			answered++
		}
	}
	files, err := filepath.Glob(filepath.Join(root(), "Tests/Conformance/rest/*.json"))
	ok(t, err)
	sort.Strings(names)
	for i := range files {
		same(t, "a file", filepath.Base(files[i]), names[i])
	}
	t.Logf("figure: %d operations, %d vectors, %d answers with each", len(names), count, answered/len(names))
}

func TestConformanceOfHelpers(t *testing.T) {
	helpers := map[string]func(url, options text) (string, error){
		"embed_url":  func(url, _ text) (string, error) { return embedURL(url) },
		"embed_code": embedCode,
		"play_url":   func(url, _ text) (string, error) { return playURL(url) },
	}
	for _, v := range load(t, "helpers.json").Vectors {
		t.Run(v.Helper+": "+v.Name, func(t *testing.T) {
			got, err := helpers[v.Helper](argument(v.Args["url"]), argument(v.Args["options_json"]))
			checkResult(t, v.Result, err, false)
			want := ""
			if v.Text != nil {
				want = *v.Text
			}
			same(t, "it", got, want)
		})
	}
}

func TestConformanceOfConfig(t *testing.T) {
	for _, v := range load(t, "config.json").Vectors {
		t.Run(v.Name, func(t *testing.T) {
			config, err := newConfig()
			ok(t, err)
			defer config.free()
			for key, value := range v.Set {
				if err == nil {
					err = config.set(key, value)
				}
			}
			if v.SetJSON != nil {
				err = config.setJSON(argument(v.SetJSON).value)
			}
			checkResult(t, v.Result, err, false)
		})
	}
}
