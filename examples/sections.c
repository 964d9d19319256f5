/*
 * sections: the real-time API of VideoDB from C, a subcommand for each of its parts.
 *
 *   cc -std=c11 sections.c -o sections $(pkg-config --cflags --libs videodb_rt jansson)
 *
 * jansson is used for JSON; any other library does as well. The key is in VIDEO_DB_API_KEY, the service's address in VIDEO_DB_API.
 * What a program of its own would free as it goes on is left to the end of the process here.
 */
#define _GNU_SOURCE
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <videodb_rt.h>

static const char usage[] =
    "sections SECTION [STREAM] [--query TEXT] [--webhook URL] [--seconds N]\n\n"
    "  visual-indexing     describes the pictures, and reads the scenes back\n"
    "  audio-indexing      describes speech\n"
    "  transcription       starts, reads and stops the transcript\n"
    "  search              asks for --query\n"
    "  stream-generation   a page that plays the last minute\n"
    "  embed               the same as an <iframe>\n"
    "  events-and-alerts   an alert, also for --webhook\n"
    "  websocket           prints scenes, words and alerts as they come\n\n"
    "Without STREAM, the newest stream that is connected is taken. --seconds says how long results are\n"
    "waited for (20).\n";

static vdbrt_client *client;
static const char *stream, *webhook, *query = "a white car moving fast";
static int seconds = 20;

/* ---- Calls ----------------------------------------------------------------------------------------------------------- */

static char *running; /* the index to stop at the end */

static void stop_index(void) {
  if (running)
    vdbrt_scene_index_stop(client, stream, running, NULL, NULL);
  running = NULL;
}

static _Noreturn void fail(const char *why) {
  fprintf(stderr, "sections: %s\n", why);
  stop_index();
  exit(1);
}

static vdbrt_error *err;

static void check(vdbrt_status status) {
  if (status != VDBRT_OK)
    fail(vdbrt_error_message(err));
}

/* What a call hands out, parsed: answer_of(vdbrt_rtstream_get(client, id, NULL, &out, &err)). */
static char *out;

static json_t *answer_of(vdbrt_status status) {
  check(status);
  json_t *answer = json_loads(out, JSON_DECODE_ANY, NULL);
  vdbrt_string_free(out);
  if (!answer)
    fail("the answer is no JSON");
  return answer;
}

static const char *text(json_t *object, const char *key) {
  const char *value = json_string_value(json_object_get(object, key));
  return value ? value : "";
}

/* Options: json_pack, as text. A value that is NULL is left out where its format is s*. */
static char *options(json_t *packed) {
  if (!packed)
    fail("out of memory");
  char *encoded = json_dumps(packed, JSON_COMPACT);
  json_decref(packed);
  return encoded;
}

static const char *clock_time(double when) {
  static char buffer[32];
  time_t whole = (time_t)when;
  strftime(buffer, sizeof buffer, "%H:%M:%S", localtime(&whole));
  return buffer;
}

static double now(void) { return (double)time(NULL); }

static void wait_a_little(void) { nanosleep(&(struct timespec){.tv_nsec = 500000000}, NULL); }

/* ---- Indexes --------------------------------------------------------------------------------------------------------- */

/* From here on the index is stopped at the end. */
static void started(json_t *index) {
  running = strdup(text(index, "rtstream_index_id"));
  printf("index %s is %s\n", running, text(index, "status"));
  fflush(stdout);
}

/* With the channel whose id is given, or without one. */
static void index_pictures(const char *connection_id) {
  char *json = options(json_pack("{s:s, s:{s:s, s:i, s:i}, s:s*}", "prompt", "Describe what moves", "batch_config", "type",
                                 "time", "value", 2, "frame_count", 4, "ws_connection_id", connection_id));
  started(answer_of(vdbrt_rtstream_index_visuals(client, stream, json, NULL, &out, &err)));
}

static void show_scenes(void) {
  json_t *scenes, *scene;
  size_t n;
  for (double end = now() + seconds;; wait_a_little()) {
    json_t *page = answer_of(vdbrt_scene_index_get_scenes(client, stream, running, "{\"page_size\": 5}", NULL, &out, &err));
    scenes = json_object_get(page, "scene_index_records");
    if (json_array_size(scenes))
      break;
    if (now() > end)
      fail("no scene in time");
  }
  json_array_foreach(scenes, n, scene) {
    printf("%s  %s\n", clock_time(json_number_value(json_object_get(scene, "start"))), text(scene, "description"));
  }
}

static void visual_indexing(void) {
  index_pictures(NULL);
  show_scenes();
  json_t *all = answer_of(vdbrt_scene_index_list(client, stream, NULL, &out, &err));
  printf("indexes: %zu\n", json_array_size(json_object_get(all, "scene_indexes")));
}

static void audio_indexing(void) {
  static const char json[] = "{\"prompt\": \"What is said?\", \"batch_config\": {\"type\": \"sentence\", \"value\": 1},"
                             " \"auto_start_transcript\": true}";
  started(answer_of(vdbrt_rtstream_index_audio(client, stream, json, NULL, &out, &err)));
  show_scenes();
}

/* ---- Transcription --------------------------------------------------------------------------------------------------- */

static void transcription(void) {
  double began = now();
  char *since = options(json_pack("{s:f}", "since", began));
  json_t *state = answer_of(vdbrt_rtstream_start_transcript(client, stream, NULL, NULL, &out, &err));
  printf("transcript: %s\n", text(state, "status"));
  for (double end = began + seconds;; wait_a_little()) {
    json_t *page = answer_of(vdbrt_rtstream_get_transcript(client, stream, since, NULL, &out, &err));
    if (json_array_size(json_object_get(page, "transcription_records")))
      break;
    if (now() > end)
      fail("no words in time");
  }
  /* Record by record, page after page. */
  vdbrt_records *records;
  char *from = options(json_pack("{s:s, s:f}", "rtstream_id", stream, "start", began - 60));
  check(vdbrt_records_new(client, "rtstream_get_transcript", from, &records, &err));
  vdbrt_status status;
  while ((status = vdbrt_records_next(records, NULL, &out, &err)) == VDBRT_OK) {
    json_t *said = answer_of(VDBRT_OK);
    printf("%s  %s\n", clock_time(json_number_value(json_object_get(said, "start"))), text(said, "text"));
  }
  if (status != VDBRT_E_END)
    check(status);
  vdbrt_records_release(records);
  state = answer_of(vdbrt_rtstream_stop_transcript(client, stream, "{\"mode\": \"graceful\"}", NULL, &out, &err));
  printf("transcript: %s\n", text(state, "status"));
}

/* ---- Search and playback ----------------------------------------------------------------------------------------------- */

static void search(void) {
  char *json = options(json_pack("{s:s, s:f}", "query", query, "score_threshold", 0.3));
  json_t *found = answer_of(vdbrt_rtstream_search(client, stream, json, NULL, &out, &err));
  json_t *shots = json_object_get(found, "results"), *shot;
  printf("%zu results\n", json_array_size(shots));
  size_t n;
  json_array_foreach(shots, n, shot) {
    json_t *start = json_object_get(shot, "start"), *end = json_object_get(shot, "end");
    char *range = options(json_pack("{s:O, s:O}", "start", start, "end", end));
    json_t *playback = answer_of(vdbrt_shot_generate_stream(client, stream, range, NULL, &out, &err));
    printf("%.2f  %s  %s\n      %s\n", json_number_value(json_object_get(shot, "score")), clock_time(json_number_value(start)),
           text(shot, "text"), text(playback, "stream_url"));
  }
}

static json_t *last_minute(void) {
  double end = now() - 3; /* the last seconds may not be recorded yet */
  char *json = options(json_pack("{s:f, s:f, s:{s:s, s:s}}", "start", end - 60, "end", end, "player_config", "title",
                                 "The last minute", "slug", "example"));
  return answer_of(vdbrt_rtstream_generate_stream(client, stream, json, NULL, &out, &err));
}

static void stream_generation(void) {
  json_t *playback = last_minute();
  printf("page:   %s\nstream: %s\n", text(playback, "player_url"), text(playback, "stream_url"));
}

static void embed(void) {
  static const char json[] = "{\"width\": \"640\", \"height\": 360, \"title\": \"The last minute\"}";
  check(vdbrt_embed_code(text(last_minute(), "player_url"), json, &out, &err));
  puts(out);
}

/* ---- Events ------------------------------------------------------------------------------------------------------------ */

static vdbrt_events *events;

/* A channel, an index whose scenes it gets, and an alert on it. Gives the channel's id. */
static char *watch(char **alert_id) {
  char *connection_id;
  check(vdbrt_events_open(client, NULL, NULL, &events, &err));
  check(vdbrt_events_connection_id(events, &connection_id, &err));
  index_pictures(connection_id);
  json_t *rule = answer_of(
      vdbrt_event_rule_create(client, "{\"event_prompt\": \"something moves\", \"label\": \"movement\"}", NULL, &out, &err));
  char *json = options(json_pack("{s:s, s:s, s:s*}", "event_id", text(rule, "event_id"), "ws_connection_id", connection_id,
                                 "callback_url", webhook));
  json_t *alert = answer_of(vdbrt_alert_create(client, stream, running, json, NULL, &out, &err));
  *alert_id = strdup(text(alert, "alert_id"));
  return connection_id;
}

/* The next event until `end`, to be freed; NULL after that. */
static vdbrt_event *next_event(double end) {
  vdbrt_event *event;
  double left = end - now();
  vdbrt_status status = vdbrt_events_next(events, left > 0 ? (int64_t)(left * 1000) : 0, &event, &err);
  if (status == VDBRT_E_AGAIN)
    return NULL;
  check(status);
  return event;
}

static void show(const vdbrt_event *event, const char *(*first)(const vdbrt_event *, size_t *), const char *format) {
  size_t name_length, length, label_length;
  const char *name = first(event, &name_length), *words = vdbrt_event_text(event, &length);
  const char *label = vdbrt_event_label(event, &label_length);
  printf(format, (int)name_length, name ? name : "", (int)(words ? length : label_length), words ? words : label ? label : "");
  fflush(stdout);
}

static void events_and_alerts(void) {
  char *alert_id;
  watch(&alert_id);
  json_t *all = answer_of(vdbrt_alert_list(client, stream, running, NULL, &out, &err)), *alert;
  size_t n;
  json_array_foreach(json_object_get(all, "alerts"), n, alert) {
    printf("alert %s on '%s' is %s\n", text(alert, "alert_id"), text(alert, "label"), text(alert, "status"));
  }
  bool fired = false;
  vdbrt_event *event;
  for (double end = now() + seconds; !fired && (event = next_event(end)); vdbrt_event_free(event))
    if ((fired = vdbrt_event_kind(event) == VDBRT_EVENT_ALERT))
      show(event, vdbrt_event_label, "%.*s: %.*s\n");
  check(vdbrt_alert_disable(client, stream, running, alert_id, NULL, &err));
  if (!fired)
    fail("no alert in time");
}

static void websocket(void) {
  char *alert_id;
  char *json = options(json_pack("{s:s}", "ws_connection_id", watch(&alert_id)));
  if (vdbrt_rtstream_start_transcript(client, stream, json, NULL, &out, &err) != VDBRT_OK)
    printf("no transcript: %s\n", vdbrt_error_message(err));
  vdbrt_event *event;
  for (double end = now() + seconds; (event = next_event(end)); vdbrt_event_free(event))
    show(event, vdbrt_event_channel, "%-12.*s %.*s\n");
}

/* ---- The program --------------------------------------------------------------------------------------------------------- */

static const struct {
  const char *name;
  void (*run)(void);
} sections[] = {{"visual-indexing", visual_indexing},
                {"audio-indexing", audio_indexing},
                {"transcription", transcription},
                {"search", search},
                {"stream-generation", stream_generation},
                {"embed", embed},
                {"events-and-alerts", events_and_alerts},
                {"websocket", websocket},
                {NULL, NULL}};

static void find_stream(void) {
  static const char newest[] = "{\"limit\": 1, \"status\": \"connected\", \"ordering\": \"-created_at\"}";
  json_t *list = answer_of(vdbrt_rtstream_list(client, newest, NULL, &out, &err));
  json_t *first = json_array_get(json_object_get(list, "results"), 0);
  if (!first)
    fail("no stream is connected: connect a camera first, with vdbrt_rtstream_connect");
  stream = strdup(text(first, "id"));
}

int main(int argc, char **argv) {
  void (*section)(void) = NULL;
  for (int i = 1; i < argc; i++) {
    const char **option = !strcmp(argv[i], "--query") ? &query : !strcmp(argv[i], "--webhook") ? &webhook : NULL;
    if (option && i + 1 < argc)
      *option = argv[++i];
    else if (!strcmp(argv[i], "--seconds") && i + 1 < argc)
      seconds = atoi(argv[++i]);
    else if (section)
      stream = argv[i];
    else
      for (int n = 0; sections[n].name; n++)
        if (!strcmp(argv[i], sections[n].name))
          section = sections[n].run;
  }
  if (!section) {
    fputs(usage, stderr);
    return 2;
  }
  check(vdbrt_client_new(NULL, &client, &err));
  if (!stream)
    find_stream();
  section();
  stop_index();
  if (events)
    vdbrt_events_release(events);
  check(vdbrt_client_shutdown(client, 5000, &err));
  vdbrt_client_release(client);
  return 0;
}
