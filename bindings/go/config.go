package videodb

/*
#include "native.h"
*/
import "C"

import (
	"encoding/json"
	"sort"
	"time"
)

// Config is what a client is made of. The zero one takes everything from the environment.
type Config struct {
	APIKey   string         // else the environment variable VIDEO_DB_API_KEY; a client token does too
	BaseURL  string         // else VIDEO_DB_API, else https://api.videodb.io
	Settings map[string]any // the other settings, by the keys that [Describe] lists: {"http.timeout_ms": 5000}

	// Log gets the lines of LogLevel and above, from any goroutine or thread, possibly several at once. It must not call this package.
	Log      func(level LogLevel, topic, message string)
	LogLevel LogLevel

	// OnRefusedCredential is called when the service refuses the key, before the call fails, for one call at a time. If it has called
	// SetCredential when it returns, the call is sent once more.
	OnRefusedCredential func(c *Client)
}

// Setting is a setting of the library.
type Setting struct {
	Key, Type, Unit, Description string
	Default                      any
	Allowed                      []string // of a choice
	Minimum, Maximum             *float64
}

// Describe lists all settings, sorted by key.
func Describe() ([]Setting, error) {
	var out *C.char
	var e *C.vdbrt_error
	if err := failed(C.vdbrt_config_describe(&out, &e), e); err != nil {
		return nil, err
	}
	var settings []Setting
	err := json.Unmarshal([]byte(taken(out)), &settings)
	return settings, err
}

// The library's own, for a client that is being made.
type nativeConfig struct {
	handle *C.vdbrt_config
}

func newConfig() (nativeConfig, error) {
	var n nativeConfig
	var e *C.vdbrt_error
	return n, failed(C.vdbrt_config_new(&n.handle, &e), e)
}

func (n nativeConfig) free() { C.vdbrt_config_free(n.handle) }

func (n nativeConfig) set(key, value string) error {
	texts := cTextsOf(given(key), given(value))
	defer texts.free()
	var e *C.vdbrt_error
	return failed(C.vdbrt_config_set(n.handle, texts[0], texts[1], &e), e)
}

func (n nativeConfig) setJSON(settings string) error {
	texts := cTextsOf(given(settings))
	defer texts.free()
	var e *C.vdbrt_error
	return failed(C.vdbrt_config_set_json(n.handle, texts[0], &e), e)
}

func (n nativeConfig) apply(config Config) error {
	keys := make([]string, 0, len(config.Settings))
	for key := range config.Settings {
		keys = append(keys, key)
	}
	sort.Strings(keys) // the same error each time
	for _, key := range keys {
		if text, ok := config.Settings[key].(string); ok {
			if err := n.set(key, text); err != nil {
				return err
			}
			continue
		}
		encoded, err := json.Marshal(map[string]any{key: config.Settings[key]})
		if err != nil {
			return errorf(ErrConfigValue, "%s is no JSON: %v.", key, err)
		}
		if err := n.setJSON(string(encoded)); err != nil {
			return err
		}
	}
	for key, value := range map[string]string{"api_key": config.APIKey, "base_url": config.BaseURL} {
		if value != "" {
			if err := n.set(key, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// timeoutOf is http.timeout_ms of the settings, which were found to be good, or its default.
func timeoutOf(settings map[string]any) (time.Duration, error) {
	const key = "http.timeout_ms"
	value := settings[key]
	if value == nil {
		all, err := Describe()
		if err != nil {
			return 0, err
		}
		for _, setting := range all {
			if setting.Key == key {
				value = setting.Default
			}
		}
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return 0, err
	}
	var ms json.Number // also of a text
	if err := json.Unmarshal(encoded, &ms); err != nil {
		return 0, err
	}
	whole, err := ms.Int64()
	return time.Duration(whole) * time.Millisecond, err
}
