package videodb

/*
#include "native.h"
*/
import "C"

import (
	"encoding/json"
	"time"
	"unsafe"
)

// Event is what a WebSocket received: of the service, or the library's own about the channel. It is the program's; nothing in it changes.
type Event struct {
	Kind       EventKind
	Flags      EventFlag
	Channel    string          // its name in the documentation, "scene_index" also where the service says "visual_index"
	RTStreamID string          // empty where the message has none, as all texts
	Text       string          // what was said or seen; of an alert its text or explanation
	Label      string          // of an alert
	Start, End float64         // seconds since the Unix epoch, whatever unit was sent; NaN where there is none
	Confidence float64         // 0 to 1; NaN where there is none
	Received   time.Time       // when it was read from the socket
	JSON       json.RawMessage // the message as it came; no JSON with [FlagNotJSON]
	Data       json.RawMessage // its member data, a part of JSON; nil where there is none

	held *held // for Ack
}

// Is says whether it has a flag.
func (e *Event) Is(flag EventFlag) bool { return e.Flags&flag != 0 }

// StartTime is Start; zero where there is none, and where it is an offset ([FlagRelativeTime]).
func (e *Event) StartTime() time.Time { return e.point(e.Start) }

// EndTime is End; zero where there is none, and where it is an offset ([FlagRelativeTime]).
func (e *Event) EndTime() time.Time { return e.point(e.End) }

func (e *Event) point(seconds float64) time.Time {
	if e.Is(FlagRelativeTime) {
		return time.Time{}
	}
	return timeOf(seconds)
}

// Names that most events have, to be had without a copy each.
var channelNames = func() map[string]string {
	names := map[string]string{}
	for _, name := range []string{"transcript", "scene_index", "audio_index", "alert", "capture_session"} {
		names[name] = name
	}
	return names
}()

func bytesOf(t C.vdbgo_text) []byte {
	if t.bytes == nil {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(t.bytes)), int(t.length))
}

// fill copies what C has. last is the event before, whose texts are often the same.
func (e *Event) fill(c *C.vdbgo_event, last *Event) {
	e.Kind, e.Flags = EventKind(c.kind), EventFlag(c.flags)
	e.Start, e.End, e.Confidence = float64(c.start), float64(c.end), float64(c.confidence)
	e.Received = time.UnixMilli(int64(c.received_ms))
	channel := bytesOf(c.channel)
	if name, ok := channelNames[string(channel)]; ok {
		e.Channel = name
	} else {
		e.Channel = string(channel)
	}
	if id := bytesOf(c.rtstream_id); string(id) == last.RTStreamID {
		e.RTStreamID = last.RTStreamID
	} else {
		e.RTStreamID = string(id)
	}
	e.Text, e.Label = string(bytesOf(c.text)), string(bytesOf(c.label))
	whole := bytesOf(c.json)
	e.JSON = append(make(json.RawMessage, 0, len(whole)), whole...)
	if data := bytesOf(c.data); data != nil {
		e.Data = part(e.JSON, whole, data)
	}
}

// part is what a part of `from` is in a copy of it, or a copy of its own.
func part(copied, from, of []byte) json.RawMessage {
	if len(of) > 0 && len(from) > 0 {
		begin := uintptr(unsafe.Pointer(&of[0])) - uintptr(unsafe.Pointer(&from[0]))
		if end := begin + uintptr(len(of)); begin <= end && end <= uintptr(len(from)) {
			return json.RawMessage(copied[begin:end:end])
		}
	}
	return append(json.RawMessage{}, of...)
}
