package videodb

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"libvideodb_rt/bindings/go/internal/generate"
)

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	ok(t, err)
	return string(text)
}

func TestConstantsAndOperationsAreThoseOfTheHeader(t *testing.T) {
	constants, err := generate.Constants(header(t))
	ok(t, err)
	table, err := generate.Operations(header(t))
	ok(t, err)
	if constants != read(t, "constants.go") || table != read(t, "operations.h") {
		t.Error("not what the header declares: run `go generate` in bindings/go")
	}
}

// What differs is seen, and what is not understood is an error. Types of functions are compared by the C compiler: each is called.
func TestAChangeOfTheHeaderIsSeen(t *testing.T) {
	text := header(t)
	written := func(text string) string {
		constants, err := generate.Constants(text)
		if err != nil {
			return err.Error()
		}
		table, err := generate.Operations(text)
		if err != nil {
			return err.Error()
		}
		return constants + table
	}
	last := "VDBRT_API void vdbrt_event_free(vdbrt_event *e);"
	for _, change := range [][2]string{
		{"VDBRT_E_HANDLE = -2", "VDBRT_E_HANDLE = -3"},
		{"VDBRT_EVENT_OVERFLOW = 102", "VDBRT_EVENT_OVERFLOW = 102, VDBRT_EVENT_MORE = 1000"},
		{"vdbrt_collection_list(vdbrt_client *client, vdbrt_op", "vdbrt_collection_list(vdbrt_client *client, const char *id, vdbrt_op"},
		{last, last + "\nVDBRT_API vdbrt_status vdbrt_more(vdbrt_client *client, vdbrt_op *op, vdbrt_error **err);"},
		{last, last + "\nVDBRT_API vdbrt_status vdbrt_more(vdbrt_client *client, int);"},
		{last, last + "\nenum { VDBRT_NEW = 1 };"},
	} {
		if strings.Count(text, change[0]) != 1 {
			t.Fatalf("the header has %q %d times", change[0], strings.Count(text, change[0]))
		}
		if written(text) == written(strings.Replace(text, change[0], change[1], 1)) {
			t.Errorf("not seen: %s", change[1])
		}
	}
}

// Functions that Go has no use for, and why.
var unused = map[string]string{
	"vdbrt_call_async":           "a goroutine waits",
	"vdbrt_client_loop_fd":       "Go has its own loop",
	"vdbrt_client_step":          "Go has its own loop",
	"vdbrt_error_code":           "the call gave it",
	"vdbrt_event_column":         "one crossing from Go to C takes all of many events",
	"vdbrt_event_pickle":         "it is for Python",
	"vdbrt_events_next":          "events come in batches",
	"vdbrt_events_subscribe":     "a channel of Go gives events",
	"vdbrt_subscription_cancel":  "see vdbrt_events_subscribe",
	"vdbrt_subscription_release": "see vdbrt_events_subscribe",
	"vdbrt_subscription_wait":    "see vdbrt_events_subscribe",
}

func TestEveryFunctionIsReached(t *testing.T) {
	functions, err := generate.Functions(header(t))
	ok(t, err)
	code := read(t, "native.c")
	files, err := filepath.Glob("*.go")
	ok(t, err)
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			code += read(t, file)
		}
	}
	for _, function := range functions {
		used := regexp.MustCompile(`\b` + function.Name + `\b`).MatchString(code)
		if _, _, isOperation := function.Operation(); isOperation {
			_, known := operations[strings.TrimPrefix(function.Name, "vdbrt_")]
			used = known && (strings.Contains(code, `"`+strings.TrimPrefix(function.Name, "vdbrt_")+`"`) || isAlert(function.Name))
		}
		if _, excused := unused[function.Name]; used == excused {
			t.Errorf("%s: used %v, excused %v", function.Name, used, excused)
		}
	}
	if len(functions) < 100 {
		t.Errorf("%d functions", len(functions))
	}
}

// The names of these are put together.
func isAlert(name string) bool {
	return regexp.MustCompile(`^vdbrt_(index_)?alert_(create|list|enable|disable)$`).MatchString(name)
}

func TestTheLibraryIsOfTheHeadersVersion(t *testing.T) {
	number := regexp.MustCompile(`VDBRT_VERSION_STRING "(.*)"`).FindStringSubmatch(header(t))[1]
	same(t, "the version", Version(), number)
	same(t, "a name", ErrNotFound.Error(), "VDBRT_E_NOT_FOUND")
	same(t, "an unknown name", Status(-12345).String(), "VDBRT_E_UNKNOWN")
}
