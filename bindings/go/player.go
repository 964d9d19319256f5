package videodb

/*
#include "native.h"
*/
import "C"

import (
	"context"
	"time"
)

// Playback is what plays a time range.
type Playback struct {
	PlayerURL string // a page that plays it
	StreamURL string // HLS, for a player of one's own
}

func playbackOf(m members) Playback { return Playback{m.text("player_url"), m.text("stream_url")} }

// PlayerConfig describes a player page.
type PlayerConfig struct {
	Title, Description, Slug string
}

// GenerateStream asks for what plays a time range; live with two zero times.
func (s *RTStream) GenerateStream(ctx context.Context, start, end time.Time, config *PlayerConfig) (*Playback, error) {
	o := options{}
	o.time("start", start)
	o.time("end", end)
	if config != nil {
		player := options{}
		player.text("title", config.Title)
		player.text("description", config.Description)
		player.text("slug", config.Slug)
		o["player_config"] = player
	}
	answer, err := s.client.answer(ctx, "rtstream_generate_stream", o, s.ID)
	if err != nil {
		return nil, err
	}
	playback := playbackOf(answer)
	return &playback, nil
}

// EmbedOptions are of an <iframe>.
type EmbedOptions struct {
	Width            string // "100%"
	Height           int    // in pixels; 405
	Title            string // "VideoDB Player"
	ForbidFullscreen bool
}

// EmbedCode is an <iframe> that plays it, on one line.
func (p *Playback) EmbedCode(options EmbedOptions) (string, error) {
	return EmbedCode(p.PlayerURL, options)
}

// EmbedCode is an <iframe> for a player URL, on one line. Values are escaped.
func EmbedCode(playerURL string, embed EmbedOptions) (string, error) {
	o := options{}
	o.text("width", embed.Width)
	o.whole("height", embed.Height)
	o.text("title", embed.Title)
	if embed.ForbidFullscreen {
		o["allow_fullscreen"] = false
	}
	encoded, err := encoded("embed_code", o, len(o) == 0)
	if err != nil {
		return "", err
	}
	return embedCode(given(playerURL), encoded)
}

func embedCode(url, options text) (string, error) {
	texts := cTextsOf(url, options)
	defer texts.free()
	var out *C.char
	var e *C.vdbrt_error
	if err := failed(C.vdbrt_embed_code(texts[0], texts[1], &out, &e), e); err != nil {
		return "", err
	}
	return taken(out), nil
}

// EmbedURL is the URL to embed for a player URL: ".../watch?v=x" gives ".../embed?v=x", and so does ".../player?v=x".
func EmbedURL(playerURL string) (string, error) { return embedURL(given(playerURL)) }

func embedURL(url text) (string, error) {
	texts := cTextsOf(url)
	defer texts.free()
	var out *C.char
	var e *C.vdbrt_error
	if err := failed(C.vdbrt_embed_url(texts[0], &out, &e), e); err != nil {
		return "", err
	}
	return taken(out), nil
}

// PlayURL is the page of the hosted console that plays a stream URL.
func PlayURL(streamURL string) (string, error) { return playURL(given(streamURL)) }

func playURL(url text) (string, error) {
	texts := cTextsOf(url)
	defer texts.free()
	var out *C.char
	var e *C.vdbrt_error
	if err := failed(C.vdbrt_play_url(texts[0], &out, &e), e); err != nil {
		return "", err
	}
	return taken(out), nil
}
