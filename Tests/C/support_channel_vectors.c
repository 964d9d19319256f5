#include "support_channel_vectors.h"

/* ---- Events ------------------------------------------------------------------------------------------------------------ */

static char *hex_of(const char *bytes, size_t length) {
  char *hex = malloc(length * 2 + 1);
  for (size_t i = 0; i < length; i++)
    sprintf(hex + 2 * i, "%02x", (unsigned char)bytes[i]);
  hex[2 * length] = 0;
  return hex;
}

static char *message_hex(json_t *vector) {
  json_t *text = json_object_get(vector, "message");
  return text ? hex_of(json_string_value(text), json_string_length(text)) : strdup(text_at(vector, "message_hex"));
}

static void same_text(json_t *want, const char *member, const char *bytes, size_t length) {
  json_t *value = json_object_get(want, member);
  EXPECT(!value == !bytes && json_string_length(value) == length &&
             (!bytes || !memcmp(json_string_value(value), bytes, length)),
         "%s is %s%.*s%s, not %s", member, bytes ? "\"" : "", bytes ? (int)length : 4, bytes ? bytes : "none",
         bytes ? "\"" : "", value ? json_string_value(value) : "none");
}

static void same_number(json_t *want, const char *member, double got) {
  json_t *value = json_object_get(want, member);
  double number = value ? json_number_value(value) : NAN;
  EXPECT(isnan(number) == isnan(got) && !(fabs(number - got) > 1e-6), "%s is %.9g, not %.9g", member, got, number);
}

static void check_event(json_t *want, const vdbrt_event *e) {
  static const char *const kinds[] = {"other", "transcript", "scene_index", "audio_index", "alert", "capture_session"};
  static const struct {
    const char *name;
    int bit;
  } flags[] = {{"interim", VDBRT_EVENT_INTERIM},
               {"triggered", VDBRT_EVENT_TRIGGERED},
               {"relative_time", VDBRT_EVENT_RELATIVE_TIME},
               {"not_json", VDBRT_EVENT_NOT_JSON}};
  int32_t kind = vdbrt_event_kind(e), bits = 0;
  EXPECT(kind >= 0 && kind <= 5 && !strcmp(kinds[kind], text_at(want, "kind")), "the kind is %d", kind);
  json_t *flag;
  size_t index, length;
  json_array_foreach(json_object_get(want, "flags"), index,
                     flag) for (int i = 0; i < 4; i++) if (!strcmp(flags[i].name, json_string_value(flag))) bits |=
      flags[i].bit;
  EXPECT(bits == vdbrt_event_flags(e), "the flags are %d, not %d", vdbrt_event_flags(e), bits);
  const char *bytes = vdbrt_event_channel(e, &length);
  same_text(want, "channel", bytes, length);
  bytes = vdbrt_event_rtstream_id(e, &length);
  same_text(want, "rtstream_id", bytes, length);
  bytes = vdbrt_event_text(e, &length);
  same_text(want, "text", bytes, length);
  bytes = vdbrt_event_label(e, &length);
  same_text(want, "label", bytes, length);
  bytes = vdbrt_event_data(e, &length);
  same_text(want, "data", bytes, length);
  same_number(want, "start", vdbrt_event_start(e));
  same_number(want, "end", vdbrt_event_end(e));
  same_number(want, "confidence", vdbrt_event_confidence(e));
}

/* All messages of a file go over one connection. */
static const char *const modes[] = {"thread", "external"};

static int run_events_on(const char *mode, json_t *file) {
  json_t *frames = json_array(), *vector, *vectors = value_at(file, "vectors");
  size_t index;
  json_array_foreach(vectors, index, vector) {
    char *hex = message_hex(vector);
    json_array_append_new(frames, json_pack("{s:s,s:s}", "opcode", "text", "hex", hex));
    free(hex);
  }
  char *text = json_dumps(frames, JSON_COMPACT);
  server_reset(s);
  server_websocket(s, "{'frames':%s}", text);
  free(text);
  json_decref(frames);
  char settings[64];
  snprintf(settings, sizeof settings, "{\"loop.mode\":\"%s\"}", mode);
  vdbrt_client *client = conformance_client(settings);
  vdbrt_events *channel = channel_open(client);
  skip_event(channel, VDBRT_EVENT_CONNECTED);
  char file_name[256];
  snprintf(file_name, sizeof file_name, "%.200s", place);
  json_array_foreach(vectors, index, vector) {
    snprintf(place, sizeof place, "%s, %s: %s", file_name, mode, text_at(vector, "name"));
    vdbrt_event *e = NULL;
    OK(vdbrt_events_next(channel, slow(5000), &e, &err));
    size_t length = 0;
    const char *json = vdbrt_event_json(e, &length);
    char *got = hex_of(json, length), *want = message_hex(vector);
    CHECK_TEXT(got, want);
    free(got);
    free(want);
    check_event(value_at(vector, "event"), e);
    vdbrt_event_free(e);
  }
  vdbrt_events_release(channel);
  client_end(client);
  return (int)index;
}

static int on_each_loop(int (*run)(const char *mode, json_t *file), json_t *file) {
  int count = 0;
  char file_name[sizeof place];
  snprintf(file_name, sizeof file_name, "%s", place);
  for (int i = 0; i < 2; i++) {
    snprintf(place, sizeof place, "%s", file_name);
    count += run(modes[i], file);
  }
  return count;
}

int run_events(json_t *file) { return on_each_loop(run_events_on, file); }

/* ---- Frames ------------------------------------------------------------------------------------------------------------ */

static void run_vector(vdbrt_client *client, bool is_external, json_t *vector, bool in_bytes) {
  json_t *end = json_object_get(vector, "end"), *message, *pong;
  server_reset(s);
  /* Behind the bytes comes the connection's own message, by which all of them have been looked at. */
  server_websocket(s, "{'answers_close':false},{'send_hex':'%s'%s}%s", text_at(vector, "bytes"), in_bytes ? ",'chop':1" : "",
                   end ? "" : ",{'json':'the end of the vector'}");
  vdbrt_events *channel = NULL;
  vdbrt_error *error = NULL;
  if (vdbrt_events_open(client, NULL, NULL, &channel, &error) != VDBRT_OK) {
    EXPECT(false, "the channel did not open: %s", vdbrt_error_message(error));
    vdbrt_error_free(error);
    return;
  }
  skip_event(channel, VDBRT_EVENT_CONNECTED);
  size_t index;
  json_array_foreach(json_object_get(vector, "messages"), index, message) {
    vdbrt_event *e = NULL;
    vdbrt_events_next(channel, slow(5000), &e, NULL);
    size_t length = 0;
    const char *json = vdbrt_event_json(e, &length);
    EXPECT(e && vdbrt_event_kind(e) == VDBRT_EVENT_OTHER && length == json_string_length(message) &&
               !memcmp(json, json_string_value(message), length),
           "message %zu is %.*s", index, (int)length, json);
    vdbrt_event_free(e);
  }
  vdbrt_event *last = NULL;
  vdbrt_events_next(channel, slow(5000), &last, NULL);
  int32_t last_kind = vdbrt_event_kind(last);
  EXPECT(last_kind == (end ? VDBRT_EVENT_DISCONNECTED : VDBRT_EVENT_OTHER), "the last event is of kind %d", last_kind);
  if (last_kind != (end ? VDBRT_EVENT_DISCONNECTED : VDBRT_EVENT_OTHER)) {
    vdbrt_event_free(last);
    vdbrt_events_release(channel);
    return;
  }
  if (end) {
    json_t *json = event_json(last), *data = value_at(json, "data");
    EXPECT(!strcmp(text_at(data, "status"), text_at(end, "status")) &&
               json_equal(value_at(data, "close_code"), value_at(end, "close_code")),
           "it ended with %s and code %d: %s", text_at(data, "status"), (int)json_integer_value(value_at(data, "close_code")),
           text_at(data, "reason"));
    json_t *reason = json_object_get(vector, "reason");
    EXPECT(!reason || strstr(text_at(data, "reason"), json_string_value(reason)), "the reason is %s", text_at(data, "reason"));
    json_decref(json);
  }
  vdbrt_event_free(last);

  /* What went back: the pongs, then the close frame. */
  json_t *pongs = json_object_get(vector, "pongs");
  size_t want = json_array_size(pongs) + (end != NULL);
  json_t *requests = server_requests(s), *frames = NULL;
  json_t *connection = value_at(json_array_get(requests, json_array_size(requests) - 1), "connection");
  /* The channel of the vector before may still be closing, on a connection of its own. */
  for (int64_t deadline = now_ms() + slow(3000);;) {
    frames = server_frames(s);
    for (size_t i = json_array_size(frames); i-- > 0;)
      if (!json_equal(value_at(json_array_get(frames, i), "connection"), connection))
        json_array_remove(frames, i);
    if (json_array_size(frames) >= want || now_ms() > deadline)
      break;
    json_decref(frames);
    if (is_external)
      OK(vdbrt_client_step(client, 10, &err));
    else
      server_wait(s, "frames", 1);
  }
  json_decref(requests);
  EXPECT(json_array_size(frames) == want, "%zu frames went back, not %zu", json_array_size(frames), want);
  if (json_array_size(frames) != want) {
    json_decref(frames);
    vdbrt_events_release(channel);
    return;
  }
  json_array_foreach(pongs, index, pong) {
    json_t *frame = json_array_get(frames, index);
    EXPECT(!strcmp(text_at(frame, "opcode"), "pong") && !strcmp(text_at(frame, "hex"), json_string_value(pong)),
           "frame %zu that went back is a %s of %s", index, text_at(frame, "opcode"), text_at(frame, "hex"));
  }
  if (end) {
    json_t *frame = json_array_get(frames, want - 1);
    EXPECT(!strcmp(text_at(frame, "opcode"), "close") && json_equal(value_at(frame, "code"), value_at(end, "sent_code")),
           "a %s with code %d went back", text_at(frame, "opcode"), (int)json_integer_value(value_at(frame, "code")));
  }
  json_array_foreach(frames, index, message) CHECK(json_is_true(value_at(message, "masked")));
  json_decref(frames);
  vdbrt_events_release(channel);
}

static int run_frames_on(const char *mode, json_t *file) {
  json_t *bound = json_object_get(file, "max_message_bytes"), *vector;
  char settings[128], file_name[256];
  snprintf(settings, sizeof settings, "{\"loop.mode\":\"%s\",\"ws.close_timeout_ms\":50%s%.0lld}", mode,
           bound ? ",\"ws.max_message_bytes\":" : "", bound ? (long long)json_integer_value(bound) : 0);
  snprintf(file_name, sizeof file_name, "%.200s", place);
  vdbrt_client *client = conformance_client(settings);
  size_t index;
  json_array_foreach(value_at(file, "vectors"), index, vector) for (int in_bytes = 0; in_bytes < 2; in_bytes++) {
    if (in_bytes && json_is_true(json_object_get(vector, "whole")))
      continue;
    snprintf(place, sizeof place, "%s, %s: %s%s", file_name, mode, text_at(vector, "name"), in_bytes ? ", byte by byte" : "");
    run_vector(client, !strcmp(mode, "external"), vector, in_bytes);
  }
  client_end(client);
  return (int)index * 2;
}

int run_frames(json_t *file) { return on_each_loop(run_frames_on, file); }
