// Package generate writes what the Go package takes from videodb_rt.h: its constants, and the table of its operations. Only forms that
// the header uses are understood; anything else in it is an error, so that nothing is left out unseen.
package generate

import (
	"fmt"
	"regexp"
	"strings"
)

// Function is a function that the header declares.
type Function struct {
	Name       string
	Parameters []string // their names
	types      []string
}

// Constant is one of an enumeration.
type Constant struct {
	Name, Value, Comment string
}

var (
	comment     = regexp.MustCompile(`(?s)/\*.*?\*/`)
	declaration = regexp.MustCompile(`(?s)\bVDBRT_API\b([^;{(]*?[\s*])(vdbrt_\w+)\s*\(([^;]*)\)\s*;`)
	declared    = regexp.MustCompile(`(?m)^VDBRT_API\b`)
	enumeration = regexp.MustCompile(`(?s)\benum\s*\{(.*?)\}\s*;`)
	constant    = regexp.MustCompile(`(?s)(VDBRT_\w+)\s*=\s*(-?\d+)[ ,]*(?:/\*(.*?)\*/)?`)
	parameter   = regexp.MustCompile(`(?s)^(.*?[\s*])(\w+)$`)
	stars       = regexp.MustCompile(`\n\s*\* ?`) // of a comment's other lines
	spaces      = regexp.MustCompile(`\s+`)
)

func squeezed(text string) string { return strings.TrimSpace(spaces.ReplaceAllString(text, " ")) }

// Functions are all that the header declares, in its order.
func Functions(header string) ([]Function, error) {
	code := comment.ReplaceAllString(header, " ")
	found := declaration.FindAllStringSubmatch(code, -1)
	if count := len(declared.FindAllString(code, -1)); count != len(found) {
		return nil, fmt.Errorf("%d declarations, of which %d are understood", count, len(found))
	}
	var functions []Function
	for _, match := range found {
		function := Function{Name: match[2]}
		if squeezed(match[3]) != "void" {
			for _, text := range strings.Split(match[3], ",") {
				parts := parameter.FindStringSubmatch(squeezed(text))
				if parts == nil {
					return nil, fmt.Errorf("%s has the parameter %q, which is not understood", match[2], text)
				}
				function.types = append(function.types, squeezed(parts[1]))
				function.Parameters = append(function.Parameters, parts[2])
			}
		}
		functions = append(functions, function)
	}
	return functions, nil
}

// Operation says whether a function is a call of the service: how many text arguments it has, and whether it hands something out.
func (f Function) Operation() (texts int, hasOut, ok bool) {
	if len(f.types) < 3 || f.types[0] != "vdbrt_client *" || f.Name == "vdbrt_call_async" || f.Name == "vdbrt_events_open" {
		return 0, false, false
	}
	for i, kind := range f.types {
		switch kind {
		case "const char *":
			texts++
		case "vdbrt_op *":
			ok = true
		case "char **":
			hasOut = f.Parameters[i] == "out_json"
		}
	}
	return texts, hasOut, ok
}

// Enumerations are those of the header, each by its first constant.
func Enumerations(header string) (map[string][]Constant, error) {
	result := map[string][]Constant{}
	for _, match := range enumeration.FindAllStringSubmatch(header, -1) {
		var constants []Constant
		for _, found := range constant.FindAllStringSubmatch(match[1], -1) {
			constants = append(constants, Constant{found[1], found[2], squeezed(stars.ReplaceAllString(found[3], " "))})
		}
		names := strings.Count(comment.ReplaceAllString(match[1], " "), "VDBRT_")
		if len(constants) != names || names == 0 {
			return nil, fmt.Errorf("%d of the %d constants of an enumeration are understood", len(constants), names)
		}
		result[constants[0].Name] = constants
	}
	return result, nil
}
