/* The specification of the real-time API, section by section and call by call, against the local service and a camera that is
 * seen and heard: each call gives what was computed from that stream. Prints a row for each: the call, what came back, and what
 * it was computed from. What is heard needs flite and PocketSphinx; without them those rows are reported as skipped. */
#include "support.h"

#include <curl/curl.h>
#include <math.h>
#include <time.h>

#define FIRST "Please open the front door."
#define SECOND "There is a red car in front of the house."

static vdbrt_client *client;
static vdbrt_events *events;
static char *socket_id;
static char stream[128];
static double began;
static int rows;
static bool hears;
static const char *section = "";

static void begin(const char *name) { section = name; }

/* One line breaks no row, and a long answer is cut. */
static void row(const char *call, const char *from, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void row(const char *call, const char *from, const char *format, ...) {
  char text[160];
  va_list list;
  va_start(list, format);
  int length = vsnprintf(text, sizeof text, format, list);
  va_end(list);
  if (length > 100)
    snprintf(text + 97, 4, "...");
  for (char *at = text; *at; at++)
    if (*at == '\n')
      *at = ' ';
  printf("walk: %-18s | %-30s | %-100s | %s\n", section, call, text, from);
  rows++;
}

/* ---- The camera ----------------------------------------------------------------------------------------------------- */

static bool run(const char *const *argv) { return child_stop(child_start(argv)) == 0; }

static bool can_speak(void) {
  return access("/usr/bin/flite", X_OK) == 0 && access("/usr/share/pocketsphinx/model/en-us/en-us.lm.bin", R_OK) == 0;
}

/* A grey room. A red box comes in, crosses, and is gone, every four seconds; a voice says two sentences. */
static const char *make_clip(void) {
  static char clip[128];
  char first[128], second[128];
  snprintf(clip, sizeof clip, "%s/clip.mkv", temp_folder());
  snprintf(first, sizeof first, "%s/first.wav", temp_folder());
  snprintf(second, sizeof second, "%s/second.wav", temp_folder());
  const char *room =
      "color=c=0x808890:s=320x240:r=15,drawgrid=w=64:h=48:c=0x50585F[room];color=c=0xD02020:s=60x80:r=15[box];[room][box]"
      "overlay="
      "x='-61+(mod(t,4)-0.5)*190':y=90:eval=frame:enable='between(mod(t,4),0.5,2.6)',noise=alls=4:allf=t:all_seed=3";
  if (hears) {
    CHECK(run((const char *[]){"flite", "-voice", "rms", "-t", FIRST, "-o", first, NULL}));
    CHECK(run((const char *[]){"flite", "-voice", "rms", "-t", SECOND, "-o", second, NULL}));
    CHECK(run((const char *[]){"ffmpeg",
                               "-nostdin",
                               "-v",
                               "error",
                               "-i",
                               first,
                               "-i",
                               second,
                               "-f",
                               "lavfi",
                               "-i",
                               room,
                               "-filter_complex",
                               "[0]adelay=300,apad=pad_dur=1.5[a];[1]adelay=300,apad=pad_dur=1.5[b];[a][b]concat=v=0:a=1[s]",
                               "-map",
                               "2:v",
                               "-map",
                               "[s]",
                               "-c:v",
                               "libx264",
                               "-preset",
                               "ultrafast",
                               "-g",
                               "15",
                               "-pix_fmt",
                               "yuv420p",
                               "-c:a",
                               "flac",
                               "-shortest",
                               clip,
                               NULL}));
  } else if (!run((const char *[]){"ffmpeg", "-nostdin", "-v",       "error",   "-f",      "lavfi",   "-i",
                                   room,     "-t",       "8",        "-c:v",    "libx264", "-preset", "ultrafast",
                                   "-g",     "15",       "-pix_fmt", "yuv420p", clip,      NULL}))
    skipped("ffmpeg cannot make a clip here");
  return clip;
}

/* Plays the clip over HTTP, to each viewer and listener. */
static child *start_camera(const char *clip, char url[256]) {
  child *camera = child_start((const char *[]){"/usr/bin/python3", support_file("http_camera.py"), clip, NULL});
  char *line = child_line(camera);
  CHECK(line && sscanf(line, "url %255s", url) == 1);
  free(line);
  return camera;
}

/* ---- What comes on the channel --------------------------------------------------------------------------------------- */

static int seen[6], interims;

/* The text of the next event of a kind whose text holds `part`, to be freed. Its times must lie in this test's. */
static char *heard_of(int32_t kind, bool interim, const char *part) {
  for (int64_t end = now_ms() + slow(30000);;) {
    if (now_ms() > end)
      failed(__FILE__, __LINE__, "%s: no event of kind %d with \"%s\"", section, (int)kind, part);
    vdbrt_event *e = NULL;
    OK(vdbrt_events_next(events, slow(30000), &e, &err));
    int32_t is = vdbrt_event_kind(e);
    bool pending = (vdbrt_event_flags(e) & VDBRT_EVENT_INTERIM) != 0;
    size_t length;
    const char *bytes = is == VDBRT_EVENT_ALERT ? vdbrt_event_label(e, &length) : vdbrt_event_text(e, &length);
    char *text = text_of(bytes, length);
    if (is > 0 && is < 6) {
      seen[is]++;
      interims += pending;
      CHECK(vdbrt_event_start(e) >= began - 20 && vdbrt_event_end(e) <= (double)time(NULL) + 2);
      CHECK(vdbrt_event_start(e) < vdbrt_event_end(e));
      bytes = vdbrt_event_rtstream_id(e, &length);
      CHECK(length == strlen(stream) && !memcmp(bytes, stream, length));
    }
    vdbrt_event_free(e);
    if (is == kind && pending == interim && text && strstr(text, part))
      return text;
    free(text);
  }
}

/* ---- Calls ----------------------------------------------------------------------------------------------------------- */

typedef vdbrt_status stream_call(vdbrt_client *, const char *, const char *, vdbrt_op *, char **, vdbrt_error **);

static json_t *asked(stream_call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
static json_t *asked(stream_call *call, const char *format, ...) {
  va_list list;
  va_start(list, format);
  char *options = vquoted(format, list), *out = NULL;
  va_end(list);
  OK(call(client, stream, options, NULL, &out, &err));
  free(options);
  return json_taken(out);
}

static void remember(char id[128], json_t *json, const char *member) {
  snprintf(id, 128, "%s", text_at(json, member));
  json_decref(json);
}

static size_t keep(char *data, size_t size, size_t count, void *into) {
  fwrite(data, size, count, into);
  return size * count;
}

/* What a browser gets, to be freed: no key is sent. */
static char *fetched(const char *url, long want) {
  char *text = NULL;
  size_t length = 0;
  FILE *into = open_memstream(&text, &length);
  CURL *curl = curl_easy_init();
  long status = 0;
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, into);
  CHECK_INT(curl_easy_perform(curl), CURLE_OK);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_cleanup(curl);
  fclose(into);
  CHECK_INT(status, want);
  return text;
}

/* How long a player finds that it is. */
static double probed(const char *url) {
  child *ffprobe =
      child_start((const char *[]){"ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", url, NULL});
  char *line = child_line(ffprobe);
  double seconds = line ? atof(line) : 0;
  free(line);
  CHECK_INT(child_stop(ffprobe), 0);
  return seconds;
}

/* ---- The sections ---------------------------------------------------------------------------------------------------- */

static void quick_example(const char *camera_url, const char *webhook) {
  begin("Quick Example");
  char *out = NULL, index[128], rule[128];
  OK(vdbrt_collection_get(client, NULL, NULL, &out, &err));
  json_t *json = json_taken(out);
  row("get_collection", "the state of the service", "%s", text_at(json, "id"));
  json_decref(json);
  char *options = quoted("{'url':'%s','name':'front door','ws_connection_id':'%s','media_types':['video','audio'],"
                         "'enable_transcript':%s}",
                         camera_url, socket_id, hears ? "true" : "false");
  OK(vdbrt_rtstream_connect(client, NULL, options, NULL, &out, &err));
  free(options);
  remember(stream, json_taken(out), "id");
  OK(vdbrt_rtstream_get(client, stream, NULL, &out, &err));
  json = json_taken(out);
  CHECK_TEXT(text_at(json, "id"), stream);
  CHECK_TEXT(text_at(json, "status"), "connected");
  row("get_rtstream", "the state of the camera", "%s, %s", text_at(json, "name"), text_at(json, "status"));
  json_decref(json);
  json = asked(
      vdbrt_rtstream_index_visuals,
      "{'prompt':'Describe activity and detect unusual behavior','batch_config':{'type':'time','value':5,'frame_count':2}}");
  CHECK_TEXT(text_at(json, "status"), "running");
  row("index_visuals", "the request", "%s", text_at(json, "rtstream_index_id"));
  remember(index, json, "rtstream_index_id");
  OK(vdbrt_event_rule_create(client, "{\"event_prompt\":\"Detect when something enters\",\"label\":\"entered\"}", NULL, &out,
                             &err));
  json = json_taken(out);
  row("create_event", "the prompt, by fixed rules", "%s", text_at(json, "event_id"));
  remember(rule, json, "event_id");
  options = quoted("{'event_id':'%s','callback_url':'%s'}", rule, webhook);
  OK(vdbrt_alert_create(client, stream, index, options, NULL, &out, &err));
  free(options);
  json = json_taken(out);
  row("create_alert", "the request", "%s", text_at(json, "alert_id"));
  json_decref(json);
}

/* The index that has both sizes of windows' records; the shorter one's id. */
static void visual_indexing(char index[128]) {
  begin("Visual Indexing");
  json_t *json =
      asked(vdbrt_rtstream_index_visuals,
            "{'prompt':'Describe the scene and highlight congestion','name':'traffic_monitor','ws_connection_id':'%s',"
            "'batch_config':{'type':'time','value':2,'frame_count':4}}",
            socket_id);
  remember(index, json, "rtstream_index_id");
  char *text = heard_of(VDBRT_EVENT_SCENE_INDEX, false, "red");
  row("index_visuals, its event", "10 pictures a second: what is red", "%s", text);
  free(text);
  json = asked(vdbrt_rtstream_index_visuals, "{'prompt':'Describe','batch_config':{'type':'time','value':10,'frame_count':5}}");
  CHECK_INT(json_integer_value(value_at(json, "extraction_config.frame_count")), 5);
  row("index_visuals, 10 s, 5 frames", "the request", "%s", text_at(json, "rtstream_index_id"));
  json_decref(json);
  char *out = NULL;
  OK(vdbrt_scene_index_list(client, stream, NULL, &out, &err));
  json = json_taken(out);
  CHECK_INT(json_array_size(value_at(json, "scene_indexes")), 3);
  row("list_scene_indexes", "the state of the service", "3 indexes, the second is %s", text_at(json, "scene_indexes.1.name"));
  CHECK_TEXT(text_at(json, "scene_indexes.1.rtstream_index_id"), index);
  json_decref(json);
  OK(vdbrt_scene_index_get(client, stream, index, NULL, &out, &err));
  json = json_taken(out);
  row("get_scene_index", "the state of the service", "%s, %s", text_at(json, "name"), text_at(json, "status"));
  CHECK_TEXT(text_at(json, "status"), "running");
  json_decref(json);
  OK(vdbrt_scene_index_get_scenes(client, stream, index, "{\"start\":0,\"page\":1,\"page_size\":100}", NULL, &out, &err));
  json = json_taken(out);
  double start = json_number_value(value_at(json, "scene_index_records.0.start")),
         end = json_number_value(value_at(json, "scene_index_records.0.end"));
  CHECK(start > began - 20 && fabs(end - start - 2) < 0.5);
  row("get_scenes", "the pictures of each 2 s", "%zu records, the newest: %s",
      json_array_size(value_at(json, "scene_index_records")), text_at(json, "scene_index_records.0.description"));
  json_decref(json);
}

static void audio_indexing(void) {
  begin("Audio Indexing");
  json_t *json = asked(vdbrt_rtstream_index_audio,
                       "{'prompt':'Identify key speakers and main topics','batch_config':{'type':'word','value':5},"
                       "'ws_connection_id':'%s'}",
                       socket_id);
  char words[128], sentences[128], *out = NULL;
  remember(words, json, "rtstream_index_id");
  remember(sentences, asked(vdbrt_rtstream_index_audio, "{'prompt':'p','batch_config':{'type':'sentence','value':1}}"),
           "rtstream_index_id");
  json_decref(asked(vdbrt_rtstream_index_audio, "{'prompt':'p','batch_config':{'type':'time','value':5}}"));
  char *text = heard_of(VDBRT_EVENT_AUDIO_INDEX, false, "");
  int spaces = 0;
  for (char *at = text; *at; at++)
    spaces += *at == ' ';
  CHECK_INT(spaces, 4);
  row("index_audio, 5 words", "the voice: each 5 words", "%s", text);
  free(text);
  /* Its first record may be a sentence of which the beginning was not yet listened to. */
  for (int64_t deadline = now_ms() + slow(30000);; json_decref(json)) {
    OK(vdbrt_scene_index_get_scenes(client, stream, sentences, NULL, NULL, &out, &err));
    json = json_taken(out);
    if (json_array_size(value_at(json, "scene_index_records")))
      break;
    if (now_ms() > deadline)
      failed(__FILE__, __LINE__, "no sentence was kept");
    usleep(100000);
  }
  row("index_audio, 1 sentence", "the voice: between two pauses", "%s", text_at(json, "scene_index_records.0.description"));
  json_decref(json);
}

static void transcription(void) {
  begin("Transcription");
  json_t *json = asked(vdbrt_rtstream_start_transcript, "{'ws_connection_id':'%s'}", socket_id);
  CHECK_TEXT(text_at(json, "status"), "running");
  row("start_transcript", "the request", "%s", text_at(json, "status"));
  json_decref(json);
  char *interim = heard_of(VDBRT_EVENT_TRANSCRIPT, true, ""), *final = heard_of(VDBRT_EVENT_TRANSCRIPT, false, "door");
  row("its events, interim", "the voice so far", "%s", interim);
  row("its events, final", "the voice: \"" FIRST "\"", "%s", final);
  json = asked(vdbrt_rtstream_get_transcript, "{'start':0,'page':1,'page_size':100}");
  size_t index;
  json_t *record;
  bool found = false;
  json_array_foreach(value_at(json, "transcription_records"), index, record) {
    bool same = !strcmp(text_at(record, "text"), final);
    double at = json_number_value(value_at(record, "start")),
           first = json_number_value(value_at(record, "word_timestamps.0.start"));
    CHECK(at > began - 20 && fabs(at - first) < 0.01);
    found = found || same;
  }
  CHECK(found);
  row("get_transcript", "what was kept of it", "%zu utterances, each word with its time",
      json_array_size(value_at(json, "transcription_records")));
  json_decref(json);
  free(interim), free(final);
  json = asked(vdbrt_rtstream_stop_transcript, "{'mode':'graceful'}");
  CHECK_TEXT(text_at(json, "status"), "stopped");
  row("stop_transcript, graceful", "the request", "%s", text_at(json, "status"));
  json_decref(json);
}

/* One shot, and the playback that belongs to it. */
static void search(const char *query, const char *part, const char *from) {
  begin("Search");
  json_t *json = asked(vdbrt_rtstream_search, "{'query':'%s','score_threshold':0.5}", query);
  CHECK(json_array_size(value_at(json, "results")) > 0);
  const char *text = text_at(json, "results.0.text");
  double score = json_number_value(value_at(json, "results.0.score")),
         start = json_number_value(value_at(json, "results.0.start")), end = json_number_value(value_at(json, "results.0.end"));
  CHECK_HAS(text, part);
  CHECK(score >= 0.5 && score <= 1 && start > began - 20 && end > start);
  char call[64];
  snprintf(call, sizeof call, "search \"%s\"", query);
  row(call, from, "%zu shots, the best scores %.2f: %s", json_array_size(value_at(json, "results")), score, text);

  /* The piece of the recording that holds it may have to be finished first. */
  char *options = quoted("{'start':%f,'end':%f}", start, end), *out = NULL;
  for (int64_t deadline = now_ms() + slow(15000);;) {
    vdbrt_status status = vdbrt_shot_generate_stream(client, stream, options, NULL, &out, &err);
    if (status == VDBRT_OK)
      break;
    if (status != VDBRT_E_INVALID || now_ms() > deadline)
      failed(__FILE__, __LINE__, "%s: %s", vdbrt_status_name(status), vdbrt_error_message(err));
    err_clear();
    usleep(200000);
  }
  free(options);
  json_t *played = json_taken(out);
  char *playlist = fetched(text_at(played, "stream_url"), 200);
  CHECK_HAS(playlist, "#EXTINF:");
  free(playlist);
  OK(vdbrt_play_url(text_at(played, "stream_url"), &out, &err));
  CHECK_HAS(out, "/player?url=http%3A%2F%2F127.0.0.1");
  row("shot.stream_url, play", "the recording at that time", "%.1f s can be played", probed(text_at(played, "stream_url")));
  vdbrt_string_free(out);
  json_decref(played);
  json_decref(json);
}

static void stream_generation(void) {
  begin("Stream Generation");
  double start = began + 4, end = start + 6;
  WAIT_FOR((double)time(NULL) > end + 2, 12000);
  json_t *json = asked(vdbrt_rtstream_generate_stream,
                       "{'start':%f,'end':%f,'player_config':{'title':'Live Feed <b>Recording</b>',"
                       "'description':'Camera 1 - Front entrance','slug':'cam1-front'}}",
                       start, end);
  const char *player = text_at(json, "player_url"), *list = text_at(json, "stream_url");
  CHECK_HAS(player, "/watch?v=cam1-front");
  CHECK_HAS(list, ".m3u8");
  /* Give or take one piece. */
  double seconds = 0;
  WAIT_FOR(fabs((seconds = probed(list)) - 6) <= 2.1, 15000);
  row("generate_stream, stream_url", "the recording of these 6 s", "%.1f s can be played", seconds);
  char *page = fetched(player, 200), *out = NULL;
  CHECK_HAS(page, "Live Feed &lt;b&gt;Recording&lt;/b&gt;");
  CHECK_HAS(page, "Camera 1 - Front entrance");
  free(page);
  row("generate_stream, player_url", "player_config", "%s", strstr(player, "/watch"));
  OK(vdbrt_embed_code(player, NULL, &out, &err));
  char source[256];
  CHECK(sscanf(out, "<iframe src=\"%255[^\"]\"", source) == 1);
  page = fetched(source, 200);
  CHECK_HAS(page, "<video");
  free(page);
  row("get_embed_code", "player_url", "%.40s...", out);
  vdbrt_string_free(out);
  json_decref(json);
}

/* What the webhook of this label says, to be freed; NULL while it has not been called. */
static char *explained(server *receiver, const char *label) {
  json_t *requests = server_requests(receiver), *request;
  size_t number;
  char *why = NULL;
  json_array_foreach(requests, number, request) {
    json_t *call = value_at(request, "json");
    CHECK_TEXT(text_at(call, "rtstream_id"), stream);
    if (!why && !strcmp(text_at(call, "label"), label))
      why = strdup(text_at(call, "explanation"));
  }
  json_decref(requests);
  return why;
}

static void events_and_alerts(const char *index, server *receiver, const char *webhook) {
  begin("Events and Alerts");
  char *out = NULL, rule[128], alert[128];
  OK(vdbrt_event_rule_create(client, "{\"event_prompt\":\"something moves\",\"label\":\"motion\"}", NULL, &out, &err));
  json_t *json = json_taken(out);
  row("create_event", "the prompt, by fixed rules", "%s", text_at(json, "event_id"));
  remember(rule, json, "event_id");
  char *options = quoted("{'event_id':'%s','callback_url':'%s','ws_connection_id':'%s'}", rule, webhook, socket_id);
  OK(vdbrt_alert_create(client, stream, index, options, NULL, &out, &err));
  free(options);
  json = json_taken(out);
  row("create_alert", "the request", "%s", text_at(json, "alert_id"));
  remember(alert, json, "alert_id");
  char *label = heard_of(VDBRT_EVENT_ALERT, false, "motion");
  row("Alert Delivery, WebSocket", "movement in the pictures", "%s", label);
  free(label);
  char *why = NULL;
  WAIT_FOR(why = explained(receiver, "motion"), 10000);
  row("Alert Delivery, webhook", "movement in the pictures", "motion: %s", why);
  free(why);
  OK(vdbrt_alert_disable(client, stream, index, alert, NULL, &err));
  OK(vdbrt_alert_list(client, stream, index, NULL, &out, &err));
  json = json_taken(out);
  CHECK_TEXT(text_at(json, "alerts.0.status"), "disabled");
  row("disable_alert, list_alerts", "the request", "%s is %s", text_at(json, "alerts.0.label"),
      text_at(json, "alerts.0.status"));
  json_decref(json);
  OK(vdbrt_alert_enable(client, stream, index, alert, NULL, &err));
  OK(vdbrt_alert_list(client, stream, index, NULL, &out, &err));
  json = json_taken(out);
  CHECK_TEXT(text_at(json, "alerts.0.status"), "enabled");
  row("enable_alert, list_alerts", "the request", "%s is %s", text_at(json, "alerts.0.label"),
      text_at(json, "alerts.0.status"));
  json_decref(json);
}

static void websocket_events(void) {
  begin("WebSocket Events");
  row("scene_index", "the pictures of each 2 s", "%d events", seen[VDBRT_EVENT_SCENE_INDEX]);
  row("alert", "movement in the pictures", "%d events", seen[VDBRT_EVENT_ALERT]);
  CHECK(seen[VDBRT_EVENT_SCENE_INDEX] > 0 && seen[VDBRT_EVENT_ALERT] > 0);
  if (!hears)
    return;
  row("transcript", "the voice", "%d events, %d of them interim", seen[VDBRT_EVENT_TRANSCRIPT], interims);
  row("audio_index", "the voice: each 5 words", "%d events", seen[VDBRT_EVENT_AUDIO_INDEX]);
  CHECK(seen[VDBRT_EVENT_TRANSCRIPT] > interims && interims > 0 && seen[VDBRT_EVENT_AUDIO_INDEX] > 0);
}

int main(void) {
  alarm((unsigned)slow(110000) / 1000); /* the voice takes its time */
  setvbuf(stdout, NULL, _IOLBF, 0);
  char url[64], camera_url[256], webhook[64], index[128];
  child *service = service_start(url);
  hears = can_speak();
  child *camera = start_camera(make_clip(), camera_url);
  server *receiver = server_start();
  server_on(receiver, "POST /hook", "{'status':204}");
  snprintf(webhook, sizeof webhook, "http://127.0.0.1:%d/hook", server_port(receiver));
  began = (double)time(NULL);

  vdbrt_config *config = config_for(NULL, NULL);
  OK(vdbrt_config_set(config, "base_url", url, &err));
  OK(vdbrt_client_new(config, &client, &err));
  events = channel_open(client);
  OK(vdbrt_events_connection_id(events, &socket_id, &err));
  quick_example(camera_url, webhook);
  visual_indexing(index);
  if (hears) {
    audio_indexing();
    transcription();
  } else
    printf("skip every_section, what is heard: flite and PocketSphinx with pocketsphinx-en-us are not installed\n");
  search("something red moving", "red", "the words of the records");
  if (hears)
    search("opening doors", "open", "the words of the records");
  stream_generation();
  events_and_alerts(index, receiver, webhook);
  websocket_events();

  vdbrt_string_free(socket_id);
  vdbrt_events_release(events);
  client_end(client);
  CHECK_INT(child_stop(service), 0);
  printf("walk: %d rows of the specification, each computed from the stream\n", rows);
  CHECK_INT(child_stop(camera), 0);
  return passed();
}
