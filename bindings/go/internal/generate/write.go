package generate

import (
	"fmt"
	"go/format"
	"strings"
)

type enum struct {
	first, prefix, goPrefix, goType, text string
}

// The enumerations of the header, and what they are in Go.
var enums = []enum{
	{"VDBRT_OK", "VDBRT_", "", "Status", "What a call returned. Each is an error to compare with: errors.Is(err, ErrNotFound)."},
	{"VDBRT_LOG_DEBUG", "VDBRT_LOG_", "Log", "LogLevel", "How grave a line of the log is."},
	{"VDBRT_EVENT_OTHER", "VDBRT_EVENT_", "Event", "EventKind", "What an event is. From 100 on they are the library's own."},
	{"VDBRT_EVENT_INTERIM", "VDBRT_EVENT_", "Flag", "EventFlag", "What else is known of an event."},
	{first: "VDBRT_COLUMN_MESSAGE"}, // not in Go, where one crossing takes all of many events
}

var capitals = map[string]string{"JSON": "JSON", "TLS": "TLS", "URL": "URL", "OK": "OK"}

func camel(name string) string {
	var b strings.Builder
	for _, word := range strings.Split(name, "_") {
		if whole, ok := capitals[word]; ok {
			b.WriteString(whole)
		} else {
			b.WriteString(word[:1] + strings.ToLower(word[1:]))
		}
	}
	return b.String()
}

func goName(e enum, name string) string {
	rest := strings.TrimPrefix(name, e.prefix)
	if e.goType == "Status" && strings.HasPrefix(rest, "E_") {
		return "Err" + camel(rest[2:])
	}
	return e.goPrefix + camel(rest)
}

// Constants is the text of constants.go.
func Constants(header string) (string, error) {
	found, err := Enumerations(header)
	if err != nil {
		return "", err
	}
	if len(found) != len(enums) {
		return "", fmt.Errorf("the header has %d enumerations, and %d are known", len(found), len(enums))
	}
	var b strings.Builder
	b.WriteString("// Code generated from videodb_rt.h by go generate; DO NOT EDIT.\n\npackage videodb\n")
	for _, e := range enums {
		constants, ok := found[e.first]
		if !ok {
			return "", fmt.Errorf("no enumeration begins with %s", e.first)
		}
		if e.goType == "" {
			continue
		}
		fmt.Fprintf(&b, "\n// %s\nconst (\n", e.text)
		for _, c := range constants {
			fmt.Fprintf(&b, "\t%s %s = %s", goName(e, c.Name), e.goType, c.Value)
			if c.Comment != "" {
				fmt.Fprintf(&b, " // %s", c.Comment)
			}
			b.WriteByte('\n')
		}
		b.WriteString(")\n")
	}
	source, err := format.Source([]byte(b.String()))
	return string(source), err
}

// Operations is the text of operations.h.
func Operations(header string) (string, error) {
	functions, err := Functions(header)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("/* Written from videodb_rt.h by go generate; not to be edited. */\n")
	for _, f := range functions {
		texts, hasOut, ok := f.Operation()
		if !ok {
			continue
		}
		macro := "NO_OUT"
		if hasOut {
			macro = "OUT"
		}
		fmt.Fprintf(&b, "%s(%s, %d)\n", macro, strings.TrimPrefix(f.Name, "vdbrt_"), texts)
	}
	return b.String(), nil
}
