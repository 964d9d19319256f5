/* The vectors of Tests/Conformance, through the C API. Their format is in README.md there. */
#include "support_operations.h"
#include "support_vectors.h"

static server *s;

static vdbrt_client *conformance_client(const char *settings) {
  vdbrt_config *config = config_for(s, NULL);
  OK(vdbrt_config_set(config, "api_key", CONFORMANCE_KEY, &err));
  OK(vdbrt_config_set_json(config, settings, &err));
  return client_of(config);
}

/* ---- REST ------------------------------------------------------------------------------------------------------------ */

static void answer_with(json_t *answer) {
  server_reset(s);
  if (!answer)
    return;
  json_t *rule = json_pack("{s:s,s:[{s:s,s:[O]}]}", "do", "rules", "rules", "on", "* /*", "answers", answer);
  json_decref(server_command(s, rule));
  json_decref(rule);
}

/* The ways to make a call. Each vector takes all of them. */
enum way { BLOCKING, ON_OUR_THREAD, ON_THE_APPLICATIONS_LOOP, WAYS };

static vdbrt_client *clients[WAYS];

static outcome blocking_call(const operation *o, json_t *args) {
  const char *texts[MAX_TEXTS] = {NULL};
  char *made[MAX_TEXTS] = {NULL};
  size_t known = 0;
  for (int i = 0; i < MAX_TEXTS && o->texts[i]; i++) {
    json_t *value = json_object_get(args, o->texts[i]);
    known += value != NULL;
    if (value && !json_is_string(value))
      texts[i] = made[i] = dumped(value);
    else
      texts[i] = json_string_value(value);
  }
  CHECK_INT(json_object_size(args), known);
  char *out = o->has_out ? (char *)s : NULL;
  vdbrt_error *error = NULL;
  vdbrt_status status = o->run(clients[BLOCKING], texts, NULL, &out, &error);
  outcome got;
  outcome_set(&got, status, out, error);
  vdbrt_string_free(out);
  vdbrt_error_free(error);
  for (int i = 0; i < MAX_TEXTS; i++)
    free(made[i]);
  return got;
}

/* The arguments as one object; NULL where they are not to be said so: a text in place of an object. */
static json_t *flat(json_t *args) {
  json_t *all = json_object(), *value;
  const char *name;
  json_object_foreach(args, name, value) {
    bool is_options = !strcmp(name, "options_json"), is_part = !is_options && strstr(name, "_json");
    if ((is_options || is_part) && !json_is_object(value)) {
      json_decref(all);
      return NULL;
    }
    if (is_options)
      CHECK(!json_object_update(all, value));
    else if (is_part) {
      char key[32];
      snprintf(key, sizeof key, "%.*s", (int)(strlen(name) - strlen("_json")), name);
      json_object_set(all, key, value);
    } else
      json_object_set(all, name, value);
  }
  return all;
}

static outcome async_call(enum way way, const operation *o, json_t *args) {
  char *text = dumped(args);
  completion *c = completion_new();
  vdbrt_error *error = NULL;
  vdbrt_status status = vdbrt_call_async(clients[way], o->name, text, NULL, on_completion, c, &error);
  free(text);
  outcome got;
  if (status == VDBRT_OK) {
    const outcome *o = completion_wait(c, way == ON_THE_APPLICATIONS_LOOP ? clients[way] : NULL);
    got = *o;
    got.out = o->out ? strdup(o->out) : NULL;
    got.message = strdup(o->message);
    got.body = o->body ? strdup(o->body) : NULL;
  } else {
    outcome_set(&got, status, NULL, error);
    CHECK(!is_completed(c));
  }
  vdbrt_error_free(error);
  completion_free(c);
  return got;
}

/* In how many ways it went. */
static int run_rest(const operation *o, json_t *args, json_t *request, json_t *answer, json_t *result) {
  static const char *const names[WAYS] = {"", ", async", ", async on an external loop"};
  bool is_read = !strncmp(o->request, "GET ", 4);
  json_t *all = flat(args);
  int ways = all ? WAYS : 1;
  size_t end = strlen(place);
  for (int way = 0; way < ways; way++) {
    snprintf(place + end, sizeof place - end, "%s", names[way]);
    answer_with(answer);
    outcome got = way == BLOCKING ? blocking_call(o, args) : async_call(way, o, all);
    check_outcome(result, &got, is_read, o->has_out);
    json_t *requests = server_requests(s);
    /* libcurl sends a read again by itself for each kept connection that ends without a word. */
    check_requests(request, requests, is_read && got.status == VDBRT_E_DISCONNECTED);
    json_decref(requests);
    outcome_free(&got);
  }
  place[end] = 0;
  json_decref(all);
  return ways;
}

/* Every operation is seen to succeed, to fail, and to be answered with something odd. */
static void check_coverage(json_t *vectors) {
  json_t *vector;
  size_t index;
  int successes = 0, errors = 0, oddities = 0;
  json_array_foreach(vectors, index, vector) {
    bool is_success = !strcmp(text_at(vector, "result.status"), "VDBRT_OK");
    successes += is_success;
    errors += !is_success && json_object_get(vector, "answer");
    oddities += json_is_true(json_object_get(vector, "odd"));
  }
  EXPECT(successes && errors && oddities, "%d vectors of success, %d of an answered error, %d of an odd answer", successes,
         errors, oddities);
}

static int rest(int *with_answers, int *calls) {
  for (int way = 0; way < WAYS; way++)
    clients[way] = conformance_client(way == ON_THE_APPLICATIONS_LOOP ? "{\"http.max_retries\":0,\"loop.mode\":\"external\"}"
                                                                      : "{\"http.max_retries\":0}");
  json_t *answers = load("answers.json"), *vector, *shared;
  int count = 0;
  size_t index, n;
  for (const operation *o = operations; o->name; o++) {
    char name[128];
    snprintf(name, sizeof name, "rest/%s.json", o->name);
    snprintf(place, sizeof place, "%s", name);
    json_t *file = load(name);
    CHECK_TEXT(text_at(file, "operation"), o->name);
    check_coverage(value_at(file, "vectors"));
    json_array_foreach(value_at(file, "vectors"), index, vector) {
      snprintf(place, sizeof place, "%s: %s", name, text_at(vector, "name"));
      *calls += run_rest(o, value_at(vector, "args"), json_object_get(vector, "request"), json_object_get(vector, "answer"),
                         value_at(vector, "result"));
      count++;
    }
    json_t *first = value_at(file, "vectors.0");
    json_array_foreach(value_at(answers, "vectors"), n, shared) {
      snprintf(place, sizeof place, "answers.json with %s: %s", o->name, text_at(shared, "name"));
      *calls += run_rest(o, value_at(first, "args"), value_at(first, "request"), value_at(shared, "answer"),
                         value_at(shared, "result"));
      ++*with_answers;
    }
    json_decref(file);
  }
  json_decref(answers);
  for (int way = 0; way < WAYS; way++)
    client_end(clients[way]);
  return count;
}

/* Files without an operation would never be run. */
static int has_operation(json_t *file) { return operation_named(text_at(file, "operation")) != NULL; }

/* ---- Helpers ----------------------------------------------------------------------------------------------------------- */

static int helpers(void) {
  json_t *file = load("helpers.json"), *vector;
  size_t index;
  json_array_foreach(value_at(file, "vectors"), index, vector) {
    const char *helper = text_at(vector, "helper");
    snprintf(place, sizeof place, "helpers.json: %s: %s", helper, text_at(vector, "name"));
    json_t *args = value_at(vector, "args"), *options = json_object_get(args, "options_json");
    const char *url = json_string_value(json_object_get(args, "url"));
    char *out = (char *)s, *made = json_is_string(options) ? strdup(json_string_value(options)) : dumped(options);
    vdbrt_error *error = NULL;
    vdbrt_status status = !strcmp(helper, "embed_code")  ? vdbrt_embed_code(url, made, &out, &error)
                          : !strcmp(helper, "embed_url") ? vdbrt_embed_url(url, &out, &error)
                                                         : vdbrt_play_url(url, &out, &error);
    outcome got;
    outcome_set(&got, status, NULL, error);
    check_outcome(value_at(vector, "result"), &got, false, false);
    const char *want = json_string_value(json_object_get(vector, "text"));
    EXPECT(!out == !want && (!out || !strcmp(out, want)), "it is\n  %s\nand not\n  %s", out ? out : "NULL",
           want ? want : "NULL");
    outcome_free(&got);
    vdbrt_string_free(out);
    vdbrt_error_free(error);
    free(made);
  }
  json_decref(file);
  return (int)index;
}

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
static int events(json_t *file) {
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
  vdbrt_client *client = conformance_client("{}");
  vdbrt_events *channel = channel_open(client);
  skip_event(channel, VDBRT_EVENT_CONNECTED);
  char file_name[256];
  snprintf(file_name, sizeof file_name, "%.200s", place);
  json_array_foreach(vectors, index, vector) {
    snprintf(place, sizeof place, "%s: %s", file_name, text_at(vector, "name"));
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

/* ---- Frames ------------------------------------------------------------------------------------------------------------ */

static void run_frames(vdbrt_client *client, json_t *vector, bool in_bytes) {
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

static int frames(json_t *file) {
  json_t *bound = json_object_get(file, "max_message_bytes"), *vector;
  char settings[128], file_name[256];
  snprintf(settings, sizeof settings, "{\"ws.close_timeout_ms\":50%s%.0lld}", bound ? ",\"ws.max_message_bytes\":" : "",
           bound ? (long long)json_integer_value(bound) : 0);
  snprintf(file_name, sizeof file_name, "%.200s", place);
  vdbrt_client *client = conformance_client(settings);
  size_t index;
  json_array_foreach(value_at(file, "vectors"), index, vector) for (int in_bytes = 0; in_bytes < 2; in_bytes++) {
    snprintf(place, sizeof place, "%s: %s%s", file_name, text_at(vector, "name"), in_bytes ? ", byte by byte" : "");
    run_frames(client, vector, in_bytes);
  }
  client_end(client);
  return (int)index * 2;
}

/* ---- Configuration ----------------------------------------------------------------------------------------------------- */

static int configuration(void) {
  json_t *file = load("config.json"), *vector, *value;
  size_t index;
  const char *key;
  json_array_foreach(value_at(file, "vectors"), index, vector) {
    snprintf(place, sizeof place, "config.json: %s", text_at(vector, "name"));
    vdbrt_config *config = NULL;
    OK(vdbrt_config_new(&config, &err));
    vdbrt_status status = VDBRT_OK;
    vdbrt_error *error = NULL;
    json_object_foreach(json_object_get(vector, "set"), key, value) {
      if (status == VDBRT_OK)
        status = vdbrt_config_set(config, key, json_string_value(value), &error);
    }
    if ((value = json_object_get(vector, "set_json"))) {
      char *text = json_is_string(value) ? strdup(json_string_value(value)) : dumped(value);
      status = vdbrt_config_set_json(config, text, &error);
      free(text);
    }
    outcome got;
    outcome_set(&got, status, NULL, error);
    check_outcome(value_at(vector, "result"), &got, false, false);
    outcome_free(&got);
    vdbrt_error_free(error);
    vdbrt_config_free(config);
  }
  json_decref(file);
  return (int)index;
}

int main(void) {
  s = server_start();
  int with_answers = 0, calls = 0, operation_count = 0;
  while (operations[operation_count].name)
    operation_count++;
  int config_count = configuration();
  int rest_count = rest(&with_answers, &calls);
  CHECK_INT(each_file("rest", has_operation), operation_count);
  int helper_count = helpers();
  int event_count = each_file("events", events);
  int frame_count = each_file("frames", frames);
  char counts[256];
  snprintf(counts, sizeof counts,
           "%d operations: %d vectors, %d answers with each, %d calls in three ways; %d helpers, %d events, %d frames, %d "
           "config; %d checks",
           operation_count, rest_count, with_answers / operation_count, calls, helper_count, event_count, frame_count,
           config_count, checks);
  if (wrong)
    failed(__FILE__, __LINE__, "%d checks failed of %s", wrong, counts);
  printf("figure: C conformance of %s\n", counts);
  return passed_with(counts);
}
