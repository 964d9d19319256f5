/*
 * Runs operations of the library by name, for Tests/Parity and Tests/Live: one JSON object a line on stdin, one a line back.
 *
 *   {"operation": "rtstream_get", "args": "{\"rtstream_id\": \"rts-1\"}"}
 *   {"status": "VDBRT_OK", "out": {...}}   or   {"status": "VDBRT_E_...", "message": "...", "http_status": 404, "body": {...}}
 *
 * and "log": the library's last line about HTTP, which tells the status of a call that succeeded.
 *
 * `args` is the text of a JSON object and goes to vdbrt_call_async as it is, so that no number is written anew on the way. What has no
 * asynchronous form has its arguments by name: embed_url, embed_code, play_url, and the event channels, of which several may be open:
 * events_open (and "channel": "a name of ours"), events_next ("timeout_ms"), events_close. Ends with 0 at the end of stdin.
 *
 * The key and the address of the service are those of the environment: VIDEO_DB_API_KEY, VIDEO_DB_API.
 */
#define _GNU_SOURCE
#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <videodb_rt.h>

#define MAX_CHANNELS 4

static vdbrt_client *client;

static struct channel {
  char *name;
  vdbrt_events *events;
} channels[MAX_CHANNELS];

/* ---- The library's log ---------------------------------------------------------------------------------------------------- */

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static char log_line[1024];

static void keep_line(void *user, int32_t level, const char *topic, const char *message) {
  (void)user, (void)level;
  if (strcmp(topic, "http") != 0)
    return;
  pthread_mutex_lock(&log_lock);
  snprintf(log_line, sizeof log_line, "%s", message);
  pthread_mutex_unlock(&log_lock);
}

static json_t *taken_line(void) {
  pthread_mutex_lock(&log_lock);
  json_t *line = json_string(log_line);
  log_line[0] = 0;
  pthread_mutex_unlock(&log_lock);
  return line ? line : json_null(); /* cut within a character */
}

/* ---- Answers ------------------------------------------------------------------------------------------------------------ */

static json_t *succeeded(json_t *out) { return json_pack("{s:s, s:o}", "status", "VDBRT_OK", "out", out ? out : json_null()); }

/* JSON of any type, or the text itself where it is none. */
static json_t *parsed(const char *text) {
  json_t *value = text ? json_loads(text, JSON_DECODE_ANY, NULL) : json_null();
  if (!value)
    value = json_string(text);
  return value ? value : json_null(); /* not UTF-8 */
}

static json_t *failed(vdbrt_status status, const vdbrt_error *err) {
  const char *body = vdbrt_error_body_json(err);
  return json_pack("{s:s, s:s, s:i, s:o}", "status", vdbrt_status_name(status), "message", vdbrt_error_message(err),
                   "http_status", (int)vdbrt_error_http_status(err), "body", parsed(body));
}

/* The answer of a call that gives text; takes both. */
static json_t *text_or_error(vdbrt_status status, char *out, vdbrt_error *err) {
  json_t *answer = status == VDBRT_OK ? succeeded(json_string(out)) : failed(status, err);
  vdbrt_string_free(out);
  vdbrt_error_free(err);
  return answer;
}

/* ---- Operations, by vdbrt_call_async --------------------------------------------------------------------------------------- */

struct completion {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  json_t *answer;
};

static void completed(void *user, vdbrt_status status, const char *out_json, const vdbrt_error *err) {
  struct completion *c = user;
  json_t *answer = status == VDBRT_OK ? succeeded(parsed(out_json)) : failed(status, err);
  pthread_mutex_lock(&c->lock);
  c->answer = answer;
  pthread_cond_signal(&c->changed);
  pthread_mutex_unlock(&c->lock);
}

static json_t *call(const char *operation, const char *args) {
  struct completion c = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL};
  vdbrt_error *err = NULL;
  vdbrt_status status = vdbrt_call_async(client, operation, args, NULL, completed, &c, &err);
  if (status != VDBRT_OK)
    return text_or_error(status, NULL, err);
  pthread_mutex_lock(&c.lock);
  while (!c.answer)
    pthread_cond_wait(&c.changed, &c.lock);
  pthread_mutex_unlock(&c.lock);
  return c.answer;
}

/* ---- Helpers ---------------------------------------------------------------------------------------------------------------- */

static const char *text_of(json_t *args, const char *key) { return json_string_value(json_object_get(args, key)); }

static json_t *embed_url(json_t *args) {
  char *out = NULL;
  vdbrt_error *err = NULL;
  vdbrt_status status = vdbrt_embed_url(text_of(args, "player_url"), &out, &err);
  return text_or_error(status, out, err);
}

static json_t *embed_code(json_t *args) {
  char *out = NULL, *url = strdup(text_of(args, "player_url"));
  vdbrt_error *err = NULL;
  json_object_del(args, "player_url");
  char *options = json_dumps(args, JSON_COMPACT);
  vdbrt_status status = vdbrt_embed_code(url, options, &out, &err);
  free(options);
  free(url);
  return text_or_error(status, out, err);
}

static json_t *play_url(json_t *args) {
  char *out = NULL;
  vdbrt_error *err = NULL;
  vdbrt_status status = vdbrt_play_url(text_of(args, "stream_url"), &out, &err);
  return text_or_error(status, out, err);
}

/* ---- Event channels ----------------------------------------------------------------------------------------------------------- */

/* The channel that `args` name; with NULL events, a free place for one of that name. */
static struct channel *channel_of(json_t *args) {
  const char *name = text_of(args, "channel");
  struct channel *vacant = NULL;
  for (int i = 0; i < MAX_CHANNELS; i++) {
    if (channels[i].events && strcmp(channels[i].name, name ? name : "") == 0)
      return &channels[i];
    if (!channels[i].events)
      vacant = &channels[i];
  }
  if (vacant) {
    free(vacant->name);
    vacant->name = strdup(name ? name : "");
  }
  return vacant;
}

static json_t *no_channel(void) {
  return json_pack("{s:s, s:s, s:i, s:n}", "status", "VDBRT_E_STATE", "message",
                   "the driver has no such event channel, or too many", "http_status", 0, "body");
}

static json_t *events_open(json_t *args) {
  struct channel *channel = channel_of(args);
  if (!channel || channel->events)
    return no_channel();
  json_object_del(args, "channel");
  char *options = json_dumps(args, JSON_COMPACT), *id = NULL;
  vdbrt_error *err = NULL;
  vdbrt_status status = vdbrt_events_open(client, options, NULL, &channel->events, &err);
  free(options);
  if (status == VDBRT_OK)
    status = vdbrt_events_connection_id(channel->events, &id, &err);
  return text_or_error(status, id, err);
}

static json_t *seconds(double value) { return isnan(value) ? json_null() : json_real(value); }

static json_t *events_next(json_t *args) {
  struct channel *channel = channel_of(args);
  if (!channel || !channel->events)
    return no_channel();
  vdbrt_error *err = NULL;
  vdbrt_event *event = NULL;
  vdbrt_status status =
      vdbrt_events_next(channel->events, json_integer_value(json_object_get(args, "timeout_ms")), &event, &err);
  if (status != VDBRT_OK)
    return text_or_error(status, NULL, err);
  size_t length, name_length;
  const char *text = vdbrt_event_json(event, &length), *name = vdbrt_event_channel(event, &name_length);
  json_t *raw = json_loadb(text, length, JSON_DECODE_ANY, NULL);
  json_t *out = json_pack("{s:o, s:s%, s:i, s:o, s:o, s:I}", "raw", raw ? raw : json_null(), "channel", name ? name : "",
                          name_length, "kind", (int)vdbrt_event_kind(event), "start", seconds(vdbrt_event_start(event)), "end",
                          seconds(vdbrt_event_end(event)), "received_ms", (json_int_t)vdbrt_event_received_ms(event));
  vdbrt_event_free(event);
  return succeeded(out);
}

static json_t *events_close(json_t *args) {
  struct channel *channel = channel_of(args);
  if (!channel || !channel->events)
    return no_channel();
  vdbrt_error *err = NULL;
  vdbrt_status status = vdbrt_events_close(channel->events, 5000, &err);
  vdbrt_events_release(channel->events);
  channel->events = NULL;
  return text_or_error(status, NULL, err);
}

/* ---- Lines ---------------------------------------------------------------------------------------------------------------------- */

static json_t *answer_to(const char *operation, const char *args_text) {
  static const struct {
    const char *name;
    json_t *(*run)(json_t *args);
  } others[] = {{"embed_url", embed_url},     {"embed_code", embed_code},   {"play_url", play_url},
                {"events_open", events_open}, {"events_next", events_next}, {"events_close", events_close}};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    if (strcmp(operation, others[i].name) != 0)
      continue;
    json_t *args = json_loads(args_text, 0, NULL);
    json_t *answer = others[i].run(args);
    json_decref(args);
    return answer;
  }
  return call(operation, args_text);
}

int main(void) {
  vdbrt_config *config = NULL;
  vdbrt_error *err = NULL;
  if (vdbrt_config_new(&config, &err) != VDBRT_OK ||
      vdbrt_config_set_log(config, VDBRT_LOG_DEBUG, keep_line, NULL, &err) != VDBRT_OK ||
      vdbrt_client_new(config, &client, &err) != VDBRT_OK) {
    fprintf(stderr, "driver: %s\n", vdbrt_error_message(err));
    vdbrt_error_free(err);
    vdbrt_config_free(config);
    return 1;
  }
  vdbrt_config_free(config);
  char *line = NULL;
  size_t capacity = 0;
  while (getline(&line, &capacity, stdin) > 0) {
    json_t *request = json_loads(line, 0, NULL);
    const char *operation = request ? text_of(request, "operation") : NULL, *args = request ? text_of(request, "args") : NULL;
    if (!operation || !args) {
      fprintf(stderr, "driver: not a request: %s", line);
      return 1;
    }
    json_t *answer = answer_to(operation, args);
    json_object_set_new(answer, "log", taken_line());
    json_dumpf(answer, stdout, JSON_COMPACT);
    putchar('\n');
    fflush(stdout);
    json_decref(answer);
    json_decref(request);
  }
  free(line);
  for (int i = 0; i < MAX_CHANNELS; i++) {
    vdbrt_events_release(channels[i].events);
    free(channels[i].name);
  }
  vdbrt_status status = vdbrt_client_shutdown(client, 10000, &err);
  if (status != VDBRT_OK)
    fprintf(stderr, "driver: %s\n", vdbrt_error_message(err));
  vdbrt_error_free(err);
  vdbrt_client_release(client);
  return status == VDBRT_OK ? 0 : 1;
}
