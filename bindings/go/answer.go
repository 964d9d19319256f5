package videodb

import (
	"context"
	"encoding/json"
	"math"
	"time"
)

// ---- What goes in

// options are the members of an options object. What is not given is left out.
type options map[string]any

func optionsOf(extra map[string]any) options {
	o := options{}
	for key, value := range extra {
		o[key] = value
	}
	return o
}

func (o options) text(key, value string) {
	if value != "" {
		o[key] = value
	}
}

func (o options) whole(key string, value int) {
	if value != 0 {
		o[key] = value
	}
}

func (o options) flag(key string, value bool) {
	if value {
		o[key] = true
	}
}

// time is in seconds, whole ones without a point.
func (o options) time(key string, value time.Time) {
	if !value.IsZero() {
		o[key] = float64(value.UnixMicro()) / 1e6
	}
}

// pointer is left out where it is nil.
func pointer[T any](o options, key string, value *T) {
	if value != nil {
		o[key] = *value
	}
}

func object(o options, key string, value map[string]any) {
	if value != nil {
		o[key] = value
	}
}

func list[T any](o options, key string, value []T) {
	if value != nil {
		o[key] = value
	}
}

// Ptr is a pointer to a value, for options where zero is not the same as nothing.
func Ptr[T any](value T) *T { return &value }

// encoded is JSON as an argument; what is absent is NULL.
func encoded(what string, value any, absent bool) (text, error) {
	if absent {
		return none, nil
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return none, errorf(ErrOption, "%s: this is no JSON: %v.", what, err)
	}
	if hasReplaced(string(encoded)) {
		return none, errorf(ErrEncoding, "%s: a text is not UTF-8.", what)
	}
	return given(string(encoded)), nil
}

// hasReplaced says whether encoding/json has put \ufffd, which it writes for nothing else, in the place of bytes that are no UTF-8.
func hasReplaced(encoded string) bool {
	for i := 0; i+6 <= len(encoded); i++ {
		if encoded[i] == '\\' {
			if encoded[i+1:i+6] == "ufffd" {
				return true
			}
			i++ // what is escaped
		}
	}
	return false
}

// ---- What comes out

// members are those of an answer's object. A member that is not there, or of another type, is zero.
type members struct {
	all map[string]json.RawMessage
	raw json.RawMessage
	of  string // the operation
}

// answer makes a call with options after its ids. What comes out has to be an object.
func (c *Client) answer(ctx context.Context, operation string, o options, ids ...string) (members, error) {
	texts, err := texts(operation, o, ids)
	if err != nil {
		return members{}, err
	}
	raw, err := c.run(ctx, operation, texts...)
	if err != nil {
		return members{}, err
	}
	return membersOf(operation, raw)
}

// order makes a call that hands nothing out.
func (c *Client) order(ctx context.Context, operation string, o options, ids ...string) error {
	texts, err := texts(operation, o, ids)
	if err == nil {
		_, err = c.run(ctx, operation, texts...)
	}
	return err
}

// texts are ids and, where the operation takes them, options.
func texts(operation string, o options, ids []string) ([]text, error) {
	var all []text
	for _, id := range ids {
		all = append(all, given(id))
	}
	if o == nil {
		return all, nil
	}
	encoded, err := encoded(operation, o, len(o) == 0)
	return append(all, encoded), err
}

func membersOf(operation string, raw json.RawMessage) (members, error) {
	m := members{raw: raw, of: operation}
	if err := json.Unmarshal(raw, &m.all); err != nil || m.all == nil {
		return m, &Error{Status: ErrBadAnswer, Message: operation + ": the answer is no JSON object.", RetryAfter: -1, Body: raw}
	}
	return m, nil
}

func member[T any](m members, key string) T {
	var value T
	if json.Unmarshal(m.all[key], &value) != nil {
		var zero T
		return zero
	}
	return value
}

func (m members) text(keys ...string) string {
	for _, key := range keys {
		if value := member[string](m, key); value != "" {
			return value
		}
	}
	return ""
}

func (m members) number(key string) float64 { return member[float64](m, key) }
func (m members) whole(key string) int      { return int(m.number(key)) }
func (m members) flag(key string) bool      { return member[bool](m, key) }
func (m members) texts(key string) []string { return member[[]string](m, key) }

func (m members) object(key string) map[string]any { return member[map[string]any](m, key) }

// time is a number of seconds since the Unix epoch.
func (m members) time(key string) time.Time {
	seconds := member[*float64](m, key)
	if seconds == nil {
		return time.Time{}
	}
	return timeOf(*seconds)
}

func timeOf(seconds float64) time.Time {
	if math.IsNaN(seconds) || math.Abs(seconds) > 1e12 {
		return time.Time{}
	}
	return time.UnixMicro(int64(math.Round(seconds * 1e6)))
}

// required is a text that has to be there, under one of the names.
func (m members) required(keys ...string) (string, error) {
	if value := m.text(keys...); value != "" {
		return value, nil
	}
	return "", &Error{Status: ErrBadAnswer, Message: m.of + ": the answer has no `" + keys[0] + "`.", RetryAfter: -1, Body: m.raw}
}

// each makes something of each object of a list, which has to be there.
func each[T any](m members, key string, make func(members) (T, error)) ([]T, error) {
	var items []json.RawMessage
	if err := json.Unmarshal(m.all[key], &items); err != nil || items == nil {
		return nil, &Error{Status: ErrBadAnswer, Message: m.of + ": the answer has no list `" + key + "`.", RetryAfter: -1, Body: m.raw}
	}
	result := []T{}
	for _, item := range items {
		item, err := membersOf(m.of, item)
		if err != nil {
			return nil, err
		}
		made, err := make(item)
		if err != nil {
			return nil, err
		}
		result = append(result, made)
	}
	return result, nil
}
