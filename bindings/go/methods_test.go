package videodb

import (
	"context"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"libvideodb_rt/bindings/go/internal/generate"
)

// An answer that every method finds what it needs in.
const everything = `{"status": 200, "json": {"success": true, "data": {
	"id": "x-1", "name": "front", "event_id": "ev-1", "alert_id": "al-1", "rtstream_index_id": "ix-1", "understanding_id": "und-1",
	"index_id": "idx-1", "session_id": "cap-1", "token": "st-1", "expires_at": 1760000000, "expires_in": 86400, "status": "running",
	"sample_rate": 30, "media_types": ["video", "audio"], "store": true, "collection_id": "c-1", "created_at": "2025-05-27T13:07:38",
	"stream_url": "https://s/x.m3u8", "player_url": "https://p/watch?v=x", "export_status": "exported", "video_id": "m-1", "duration": 1.5,
	"extraction_config": {"time": "10"}, "outputs": {"scene": {"type": "understanding"}}, "is_public": true, "engine": "default",
	"collections": [{"id": "c-1"}], "results": [{"id": "r-1", "start": 1.5, "end": 2, "text": "a car", "score": 0.75, "metadata": {"a": 1}}],
	"count": 1, "next": null, "scene_indexes": [{"rtstream_index_id": "ix-2"}], "next_page": null, "total_count": 1,
	"scene_index_records": [{"start": 1760000000.25, "end": 1760000002, "description": "a car"}],
	"transcription_records": [{"start": 1760000000, "end": 1760000001, "text": "hello", "word_timestamps": []}],
	"events": [{"event_id": "ev-1", "event_prompt": "p", "label": "l"}], "alerts": [{"alert_id": "al-1", "status": "enabled"}],
	"understandings": [{"id": "und-1"}], "records": [{"start": 5}], "indexes": [{"id": "idx-1"}], "sessions": [{"session_id": "cap-1"}],
	"channels": [{"channel_id": "mic", "type": "audio", "rtsp_url": "rtsp://x"}], "rtstreams": [{"rtstream_id": "rts-9"}]}}}`

// Each method sends the request that the vectors have for its operation, with the arguments that are not the caller's to choose.
func TestEveryOperationHasAMethod(t *testing.T) {
	s := startServer(t)
	c := s.connect(t, map[string]any{"http.max_retries": 0})
	ctx := context.Background()
	coll := &Collection{ID: "c-1", client: c}
	stream := &RTStream{ID: "rts-1", client: c}
	index := &SceneIndex{ID: "ix-1", RTStreamID: "rts-1", alerts: alerts{c, "alert", "rts-1", "ix-1"}}
	stored := &Index{ID: "idx-1", RTStreamID: "rts-1", alerts: alerts{c, "index_alert", "rts-1", "idx-1"}}
	understanding := &Understanding{ID: "und-1", RTStreamID: "rts-1", client: c}
	session := &CaptureSession{ID: "cap-1", CollectionID: "c-1", client: c}
	start, end := time.Unix(0, 0), time.UnixMilli(1500)
	both := func(result any, err error) error { return err }
	tried := map[string]bool{}
	type body = map[string]any
	type query = map[string]string
	for operation, call := range map[string]struct {
		call   func() error
		line   string
		wanted any
	}{
		"call":            {func() error { return both(c.Call(ctx, "POST", "/x", map[string]any{"a": 1}, body{"b": 2})) }, "POST /x", body{"b": 2.0}},
		"collection_get":  {func() error { return both(c.GetCollection(ctx, "c-1")) }, "GET /collection/c-1", nil},
		"collection_list": {func() error { return both(c.ListCollections(ctx)) }, "GET /collection", nil},
		"rtstream_connect": {func() error {
			return both(coll.ConnectRTStream(ctx, "rtsp://x", "front", ConnectOptions{
				MediaTypes: []string{"audio"}, Store: true, DisableTranscript: true, Extra: map[string]any{"new": 1},
			}))
		}, "POST /rtstream", body{"collection_id": "c-1", "url": "rtsp://x", "name": "front", "media_types": []any{"audio"}, "store": true, "enable_transcript": false, "new": 1.0}},
		"rtstream_get":    {func() error { return both(coll.GetRTStream(ctx, "rts-1")) }, "GET /rtstream/rts-1", nil},
		"rtstream_list":   {func() error { return both(coll.ListRTStreams(ctx, ListOptions{Limit: 3, Ordering: "-name"})) }, "GET /rtstream", query{"limit": "3", "ordering": "-name"}},
		"rtstream_update": {func() error { return both(stream.Update(ctx, UpdateOptions{Name: "back"})) }, "PATCH /rtstream/rts-1", body{"name": "back"}},
		"rtstream_start":  {func() error { return stream.Start(ctx) }, "PATCH /rtstream/rts-1/status", body{"action": "start"}},
		"rtstream_stop":   {func() error { return stream.Stop(ctx) }, "PATCH /rtstream/rts-1/status", body{"action": "stop"}},
		"rtstream_export": {func() error {
			exported, err := stream.Export(ctx, "e")
			same(t, "the export", exported.VideoID == "m-1" && exported.Duration == 1500*time.Millisecond && exported.StreamURL == "https://s/x.m3u8", true)
			return err
		}, "POST /rtstream/rts-1/export", body{"name": "e"}},
		"rtstream_generate_stream": {func() error {
			playback, err := stream.GenerateStream(ctx, start, end, &PlayerConfig{Title: "T", Slug: "s"})
			ok(t, err)
			code, err := playback.EmbedCode(EmbedOptions{Width: "640", Height: 360, Title: "<x>", ForbidFullscreen: true})
			same(t, "the code", code, `<iframe src="https://p/embed?v=x" width="640" height="360" title="&lt;x&gt;" frameborder="0"></iframe>`)
			return err
		}, "GET /rtstream/rts-1/stream", query{"start": "0", "end": "1.5", "player_title": "T", "player_slug_prefix": "s"}},
		"shot_generate_stream": {func() error {
			return both((&Shot{RTStreamID: "rts-1", Start: start, End: end, client: c}).GenerateStream(ctx))
		}, "GET /rtstream/rts-1/stream", query{"start": "0", "end": "2"}},
		"rtstream_index_visuals": {func() error {
			made, err := stream.IndexVisuals(ctx, IndexOptions{
				Prompt: "p", BatchConfig: &BatchConfig{Type: "time", Value: 5, FrameCount: 2}, Name: "n", ConnectionID: "conn-1",
			})
			same(t, "the index", made.ID == "ix-1" && made.Status == "running" && made.ExtractionConfig["time"] == "10", true)
			return err
		}, "POST /rtstream/rts-1/index/scene", nil},
		"rtstream_index_audio": {func() error {
			return both(stream.IndexAudio(ctx, AudioIndexOptions{IndexOptions{Prompt: "p", BatchConfig: &BatchConfig{Type: "word", Value: 50}}, true}))
		}, "POST /rtstream/rts-1/index/scene", nil},
		"rtstream_index_spoken_words": {func() error { return both(stream.IndexSpokenWords(ctx, AudioIndexOptions{})) }, "POST /rtstream/rts-1/index/scene", nil},
		"rtstream_index_scenes":       {func() error { return both(stream.IndexScenes(ctx, ExtractionOptions{ExtractionType: "shot"})) }, "POST /rtstream/rts-1/index/scene", nil},
		"scene_index_list":            {func() error { return both(stream.ListSceneIndexes(ctx)) }, "GET /rtstream/rts-1/index/scene", nil},
		"scene_index_get":             {func() error { return both(stream.GetSceneIndex(ctx, "ix-1")) }, "GET /rtstream/rts-1/index/ix-1", nil},
		"scene_index_update":          {func() error { return index.Update(ctx, "p") }, "PATCH /rtstream/rts-1/index/scene/ix-1", body{"prompt": "p"}},
		"scene_index_start":           {func() error { return index.Start(ctx) }, "PATCH /rtstream/rts-1/index/scene/ix-1/status", body{"action": "start"}},
		"scene_index_stop":            {func() error { return index.Stop(ctx) }, "PATCH /rtstream/rts-1/index/scene/ix-1/status", body{"action": "stop"}},
		"scene_index_get_scenes": {func() error {
			page, err := index.GetScenes(ctx, PageOptions{Start: start, Page: 2, PageSize: 5})
			scene := page.Records[0]
			same(t, "the scene", scene.Start.UnixMilli() == 1760000000250 && scene.Description == "a car", true)
			return err
		}, "GET /rtstream/rts-1/index/scene/ix-1", query{"start": "0", "page": "2", "page_size": "5"}},
		"rtstream_start_transcript": {func() error { return both(stream.StartTranscript(ctx, TranscriptOptions{ConnectionID: "conn-1"})) }, "POST /rtstream/rts-1/transcription", body{"action": "start", "ws_connection_id": "conn-1"}},
		"rtstream_stop_transcript":  {func() error { return both(stream.StopTranscript(ctx, StopOptions{Mode: "graceful"})) }, "POST /rtstream/rts-1/transcription", body{"action": "stop", "mode": "graceful"}},
		"rtstream_get_transcript": {func() error {
			page, err := stream.GetTranscript(ctx, SegmentOptions{PageOptions: PageOptions{End: end}, Since: start})
			same(t, "the segment", page.Records[0].Text, "hello")
			return err
		}, "GET /rtstream/rts-1/transcription", query{"end": "1.5", "since": "0", "page": "1", "page_size": "100"}},
		"rtstream_transcript_status": {func() error { return both(stream.GetTranscriptStatus(ctx, "e")) }, "GET /rtstream/rts-1/transcription/status", query{"engine": "e"}},
		"rtstream_search": {func() error {
			shots, err := stream.Search(ctx, "car", SearchOptions{ScoreThreshold: Ptr(0.0), Stitch: Ptr(false), IndexID: "ix-1"})
			same(t, "the shot", shots[0].SearchScore == 0.75 && shots[0].Text == "a car" && shots[0].RTStreamID == "r-1", true)
			return err
		}, "POST /rtstream/rts-1/search", body{"query": "car", "scene_index_id": "ix-1", "score_threshold": 0.0, "stitch": false}},
		"collection_search":         {func() error { return both(coll.Search(ctx, "car", SearchOptions{})) }, "POST /rtstream/collection/c-1/search", body{"query": "car", "filter": []any{}}},
		"event_rule_create":         {func() error { return both(c.CreateEvent(ctx, "p", "l")) }, "POST /rtstream/event", body{"event_prompt": "p", "label": "l"}},
		"event_rule_list":           {func() error { return both(c.ListEvents(ctx)) }, "GET /rtstream/event", nil},
		"alert_create":              {func() error { return both(index.CreateAlert(ctx, "ev-1", AlertOptions{ConnectionID: "conn-1"})) }, "POST /rtstream/rts-1/index/ix-1/alert", nil},
		"alert_list":                {func() error { return both(index.ListAlerts(ctx)) }, "GET /rtstream/rts-1/index/ix-1/alert", nil},
		"alert_enable":              {func() error { return index.EnableAlert(ctx, "al-1") }, "PATCH /rtstream/rts-1/index/ix-1/alert/al-1/status", body{"action": "enable"}},
		"alert_disable":             {func() error { return index.DisableAlert(ctx, "al-1") }, "PATCH /rtstream/rts-1/index/ix-1/alert/al-1/status", body{"action": "disable"}},
		"understanding_create":      {func() error { return both(stream.Understand(ctx, UnderstandOptions{Store: Ptr(false)})) }, "POST /rtstream/rts-1/understand", body{"segmentation": body{}, "analyzers": []any{}, "store": false}},
		"understanding_list":        {func() error { return both(stream.ListUnderstandings(ctx)) }, "GET /rtstream/rts-1/understand", nil},
		"understanding_get":         {func() error { return both(stream.GetUnderstanding(ctx, "und-1")) }, "GET /rtstream/rts-1/understand/und-1", nil},
		"understanding_start":       {func() error { return understanding.Start(ctx) }, "PATCH /rtstream/rts-1/understand/und-1/status", body{"action": "start"}},
		"understanding_stop":        {func() error { return understanding.Stop(ctx) }, "PATCH /rtstream/rts-1/understand/und-1/status", body{"action": "stop"}},
		"understanding_get_records": {func() error { return both(understanding.GetRecords(ctx, "", PageOptions{Start: start, End: end})) }, "GET /rtstream/rts-1/understand/und-1/records", query{"start": "0", "end": "1.5", "output": "scene", "page": "1", "page_size": "100"}},
		"index_create": {func() error {
			return both(stream.CreateIndex(ctx, json.RawMessage(`{"type":"x"}`), CreateIndexOptions{Name: "n"}))
		}, "POST /rtstream/rts-1/indexes", body{"source": body{"type": "x"}, "name": "n"}},
		"index_list":             {func() error { return both(stream.ListIndexes(ctx)) }, "GET /rtstream/rts-1/indexes", nil},
		"index_get":              {func() error { return both(stream.GetIndex(ctx, "idx-1")) }, "GET /rtstream/rts-1/indexes/idx-1", nil},
		"index_start":            {func() error { return stored.Start(ctx) }, "PATCH /rtstream/rts-1/indexes/idx-1/status", body{"action": "start"}},
		"index_stop":             {func() error { return stored.Stop(ctx) }, "PATCH /rtstream/rts-1/indexes/idx-1/status", body{"action": "stop"}},
		"index_get_records":      {func() error { return both(stored.GetRecords(ctx, PageOptions{})) }, "GET /rtstream/rts-1/indexes/idx-1/records", query{"page": "1", "page_size": "100"}},
		"index_alert_create":     {func() error { return both(stored.CreateAlert(ctx, "ev-1", AlertOptions{CallbackURL: "http://x"})) }, "POST /rtstream/rts-1/indexes/idx-1/alert", nil},
		"index_alert_list":       {func() error { return both(stored.ListAlerts(ctx)) }, "GET /rtstream/rts-1/indexes/idx-1/alert", nil},
		"index_alert_enable":     {func() error { return stored.EnableAlert(ctx, "al-1") }, "PATCH /rtstream/rts-1/indexes/idx-1/alert/al-1/status", body{"action": "enable"}},
		"index_alert_disable":    {func() error { return stored.DisableAlert(ctx, "al-1") }, "PATCH /rtstream/rts-1/indexes/idx-1/alert/al-1/status", body{"action": "disable"}},
		"capture_session_create": {func() error { return both(coll.CreateCaptureSession(ctx, "u", CaptureOptions{})) }, "POST /collection/c-1/capture/session", body{"end_user_id": "u"}},
		"capture_session_list": {func() error {
			sessions := coll.EachCaptureSession(SessionListOptions{Limit: 5})
			same(t, "a session", sessions.Next(ctx) && sessions.Record().ID == "cap-1" && !sessions.Next(ctx), true)
			return sessions.Err()
		}, "GET /collection/c-1/capture/session", query{"limit": "5"}},
		"capture_session_get": {func() error {
			got, err := coll.GetCaptureSession(ctx, "cap-1")
			same(t, "the session", got.RTStreams[0].ID == "rts-9" && got.Channels[0].ID == "mic", true)
			return err
		}, "GET /collection/c-1/capture/session/cap-1", nil},
		"capture_session_export": {func() error { return both(session.Export(ctx, "mic", "")) }, "POST /collection/c-1/capture/session/cap-1/export", body{"video_channel_id": "mic"}},
		"capture_session_start": {func() error {
			return both(session.Start(ctx, []NewChannel{{ID: "mic", Name: "m", Type: "audio", Store: Ptr(true)}}, CaptureOptions{}))
		}, "POST /capture/session/start", nil},
		"capture_session_channels": {func() error { return both(session.ListChannels(ctx)) }, "GET /capture/session/cap-1", nil},
		"capture_session_stop":     {func() error { return session.Stop(ctx) }, "POST /capture/session/cap-1/stop", nil},
		"client_token_create": {func() error {
			token, err := c.GenerateClientToken(ctx, TokenOptions{ExpiresIn: time.Minute, UserID: "u"})
			same(t, "the token", token.Token == "st-1" && token.ExpiresAt.Unix() == 1760000000 && token.ExpiresIn == 24*time.Hour, true)
			return err
		}, "POST /capture/session/token", body{"expires_in": 60.0, "user_id": "u"}},
		"async_response_get": {func() error { return both(c.GetAsyncResponse(ctx, "r-1")) }, "GET /async-response/r-1", nil},
	} {
		t.Run(operation, func(t *testing.T) {
			s.reset(t)
			s.on(t, "* /*", everything)
			ok(t, call.call())
			sent := s.requests(t)
			same(t, "the number of requests", len(sent), 1)
			same(t, "the request", sent[0]["method"].(string)+" "+sent[0]["path"].(string), call.line)
			switch wanted := call.wanted.(type) {
			case body:
				if !reflect.DeepEqual(sent[0]["json"], any(wanted)) {
					t.Errorf("the body is %v, not %v", sent[0]["json"], wanted)
				}
			case query:
				if got := queryOf(t, sent[0]); !reflect.DeepEqual(got, wanted) {
					t.Errorf("the query is %v, not %v", got, wanted)
				}
			}
		})
		tried[operation] = true
	}
	functions, err := generate.Functions(header(t))
	ok(t, err)
	for _, function := range functions {
		if _, _, isOperation := function.Operation(); isOperation && !tried[function.Name[len("vdbrt_"):]] {
			t.Errorf("%s was not tried", function.Name)
		}
	}
}

// Page after page, of each that has pages.
func TestEveryListHasAnIterator(t *testing.T) {
	s := startServer(t)
	c := s.connect(t, nil)
	ctx := context.Background()
	stream := &RTStream{ID: "rts-1", client: c}
	index := &SceneIndex{ID: "ix-1", RTStreamID: "rts-1", alerts: alerts{client: c}}
	s.on(t, "* /*", everything)
	count := func(next func(context.Context) bool, err func() error) {
		t.Helper()
		n := 0
		for next(ctx) {
			n++
		}
		ok(t, err())
		same(t, "the number", n, 1)
	}
	streams := c.DefaultCollection().EachRTStream(ListOptions{})
	count(streams.Next, streams.Err)
	scenes := index.EachScene(PageOptions{Start: time.Unix(1, 0)})
	count(scenes.Next, scenes.Err)
	segments := stream.EachSegment(SegmentOptions{})
	count(segments.Next, segments.Err)
	records := (&Understanding{ID: "und-1", RTStreamID: "rts-1", client: c}).EachRecord("scene", PageOptions{Start: time.Unix(1, 0), End: time.Unix(2, 0)})
	count(records.Next, records.Err)
	stored := (&Index{ID: "idx-1", RTStreamID: "rts-1", alerts: alerts{client: c}}).EachRecord(PageOptions{})
	count(stored.Next, stored.Err)
}
