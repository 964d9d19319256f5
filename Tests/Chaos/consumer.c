/* A program that consumes what the service tells, through the header: it connects its streams, prints every event it gets as one
 * line of JSON, and does nothing about faults. README.md has the lines and the options.
 *
 *   consumer --url URL --key KEY --streams N --webhook URL --mode push|next|batch [--config KEY=VALUE]...
 */
#define _POSIX_C_SOURCE 200809L
#include "videodb_rt.h"

#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { STREAMS_MAX = 64, BATCH = 256 };

static const char *webhook, *state_file, *mode = "push", *resume;
static int stream_count = 1;
static long per_second, ack_lag, calls_ms;
static char first_stream[128];
static atomic_bool stopping;
static atomic_long pause_ms;
static atomic_long printed;
static vdbrt_client *client;
static vdbrt_events *events;
static vdbrt_error *err;

static void ok(vdbrt_status status, const char *what) {
  if (status == VDBRT_OK)
    return;
  fprintf(stderr, "consumer: %s: %s: %s\n", what, vdbrt_status_name(status), vdbrt_error_message(err));
  exit(1);
}

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void sleep_ms(long ms) { nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL); }

/* ---- Set-up ---------------------------------------------------------------------------------------------------------- */

static char *quoted(const char *format, ...) {
  static char text[4096];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  for (char *c = text; *c; c++)
    if (*c == '\'')
      *c = '"';
  return text;
}

static const char *member(char *out, const char *name, char *where, size_t size) {
  json_t *json = json_loads(out, 0, NULL);
  const char *value = json_string_value(json_object_get(json, name));
  snprintf(where, size, "%s", value ? value : "");
  json_decref(json);
  vdbrt_string_free(out);
  return where;
}

static void make_alert(const char *stream, const char *index, const char *event, const char *callback, const char *connection) {
  char *out = NULL;
  const char *options;
  if (callback && connection)
    options = quoted("{'event_id':'%s','callback_url':'%s','ws_connection_id':'%s'}", event, callback, connection);
  else if (callback)
    options = quoted("{'event_id':'%s','callback_url':'%s'}", event, callback);
  else
    options = quoted("{'event_id':'%s','ws_connection_id':'%s'}", event, connection);
  ok(vdbrt_alert_create(client, stream, index, options, NULL, &out, &err), "alert");
  vdbrt_string_free(out);
}

/* Streams, odd ones connected with the id and even ones given it when their transcript starts; two indexes of pictures that see
 * the same, one of speech; an alert that calls, one that calls and tells, and one that tells. */
static void set_up(void) {
  char *connection = NULL, *out = NULL;
  char event_a[128], event_b[128], stream[128], a[128], b[128], audio[128], callback[512];
  ok(vdbrt_events_connection_id(events, &connection, &err), "connection id");
  ok(vdbrt_event_rule_create(client, "{\"event_prompt\":\"ALARM\",\"label\":\"a\"}", NULL, &out, &err), "rule");
  member(out, "event_id", event_a, sizeof event_a);
  ok(vdbrt_event_rule_create(client, "{\"event_prompt\":\"ALARM\",\"label\":\"b\"}", NULL, &out, &err), "rule");
  member(out, "event_id", event_b, sizeof event_b);
  printf("{\"setup\":[");
  for (int i = 0; i < stream_count; i++) {
    const char *options = i % 2
                              ? quoted("{'url':'rtsp://127.0.0.1:1/%d','name':'s%d','ws_connection_id':'%s'}", i, i, connection)
                              : quoted("{'url':'rtsp://127.0.0.1:1/%d','name':'s%d','enable_transcript':false}", i, i);
    ok(vdbrt_rtstream_connect(client, NULL, options, NULL, &out, &err), "connect");
    member(out, "id", stream, sizeof stream);
    if (i == 0)
      snprintf(first_stream, sizeof first_stream, "%s", stream);
    if (i % 2 == 0) {
      ok(vdbrt_rtstream_start_transcript(client, stream, quoted("{'ws_connection_id':'%s'}", connection), NULL, &out, &err),
         "transcript");
      vdbrt_string_free(out);
    }
    const char *visuals = "{'prompt':'look','batch_config':{'type':'time','value':1,'frame_count':1},'ws_connection_id':'%s'}";
    ok(vdbrt_rtstream_index_visuals(client, stream, quoted(visuals, connection), NULL, &out, &err), "visuals");
    member(out, "rtstream_index_id", a, sizeof a);
    ok(vdbrt_rtstream_index_visuals(client, stream, quoted(visuals, connection), NULL, &out, &err), "visuals");
    member(out, "rtstream_index_id", b, sizeof b);
    ok(vdbrt_rtstream_index_audio(client, stream, quoted("{'prompt':'listen','ws_connection_id':'%s'}", connection), NULL, &out,
                                  &err),
       "audio");
    member(out, "rtstream_index_id", audio, sizeof audio);
    if (webhook) {
      snprintf(callback, sizeof callback, "%s/%s/plain", webhook, stream);
      make_alert(stream, a, event_a, callback, NULL);
      snprintf(callback, sizeof callback, "%s/%s/both", webhook, stream);
      make_alert(stream, a, event_a, callback, connection);
      make_alert(stream, b, event_b, NULL, connection);
    }
    printf("%s{\"id\":\"%s\",\"scene\":[\"%s\",\"%s\"],\"audio\":[\"%s\"]}", i ? "," : "", stream, a, b, audio);
  }
  printf("]}\n");
  fflush(stdout);
  vdbrt_string_free(connection);
}

/* ---- Events ------------------------------------------------------------------------------------------------------------ */

static void print_time(const char *name, double value) {
  if (isnan(value))
    printf(",\"%s\":null", name);
  else
    printf(",\"%s\":%.6f", name, value);
}

static long print_event(const vdbrt_event *e) {
  size_t length = 0;
  const char *json = vdbrt_event_json(e, &length);
  int32_t flags = vdbrt_event_flags(e);
  long number = atomic_fetch_add(&printed, 1) + 1;
  flockfile(stdout);
  printf("{\"n\":%ld,\"kind\":%d,\"flags\":%d,\"received_ms\":%lld,\"at_ms\":%lld", number, vdbrt_event_kind(e), flags,
         (long long)vdbrt_event_received_ms(e), (long long)now_ms());
  print_time("start", vdbrt_event_start(e));
  print_time("end", vdbrt_event_end(e));
  if (flags & VDBRT_EVENT_NOT_JSON)
    printf(",\"event\":null}\n");
  else
    printf(",\"event\":%.*s}\n", (int)length, json);
  funlockfile(stdout);
  return number;
}

static void on_event(void *user, const vdbrt_event *e) {
  (void)user;
  print_event(e);
}

/* An event is acknowledged when `ack_lag` later ones have been printed. */
static vdbrt_event *unacknowledged[BATCH];
static long unacknowledged_numbers[BATCH];
static int waiting;

static void acknowledge_first(void) {
  vdbrt_event *e = unacknowledged[0];
  long number = unacknowledged_numbers[0];
  waiting--;
  memmove(unacknowledged, unacknowledged + 1, waiting * sizeof *unacknowledged);
  memmove(unacknowledged_numbers, unacknowledged_numbers + 1, waiting * sizeof *unacknowledged_numbers);
  ok(vdbrt_event_ack(e, &err), "acknowledge");
  printf("{\"ack\":%ld}\n", number);
  fflush(stdout);
  vdbrt_event_free(e);
}

static void take(vdbrt_event *e) {
  long number = print_event(e);
  if (!state_file) {
    vdbrt_event_free(e);
    return;
  }
  fflush(stdout);
  unacknowledged[waiting] = e;
  unacknowledged_numbers[waiting++] = number;
  while (waiting > ack_lag)
    acknowledge_first();
}

static void pull(void) {
  int64_t began = now_ms();
  long taken = 0;
  while (!stopping) {
    long pause = atomic_exchange(&pause_ms, 0);
    if (pause) {
      sleep_ms(pause);
      began = now_ms(), taken = 0;
    }
    vdbrt_event *got[BATCH];
    size_t count = 0;
    vdbrt_status status = strcmp(mode, "batch") == 0 ? vdbrt_events_next_batch(events, 100, got, BATCH, &count, &err)
                                                     : vdbrt_events_next(events, 100, got, &err);
    if (status == VDBRT_OK && count == 0)
      count = 1;
    if (status != VDBRT_OK && status != VDBRT_E_AGAIN) {
      printf("{\"over\":\"%s\"}\n", vdbrt_status_name(status));
      fflush(stdout);
      while (!stopping)
        sleep_ms(20);
    }
    if (status != VDBRT_OK) {
      vdbrt_error_free(err);
      err = NULL;
      while (waiting)
        acknowledge_first();
      fflush(stdout);
      began = now_ms(), taken = 0;
      continue;
    }
    for (size_t i = 0; i < count; i++)
      take(got[i]);
    taken += count;
    long ahead = per_second ? taken * 1000 / per_second - (now_ms() - began) : 0;
    if (ahead > 0)
      sleep_ms(ahead);
  }
  while (waiting)
    acknowledge_first();
}

/* Calls that wait for their answers, one after the other. */
static void *make_calls(void *unused) {
  (void)unused;
  while (!stopping) {
    int64_t began = now_ms();
    char *out = NULL;
    vdbrt_status status = vdbrt_rtstream_get(client, first_stream, NULL, &out, NULL);
    vdbrt_string_free(out);
    printf("{\"call\":\"%s\",\"took_ms\":%lld}\n", vdbrt_status_name(status), (long long)(now_ms() - began));
    fflush(stdout);
    sleep_ms(calls_ms);
  }
  return NULL;
}

/* ---- Commands ---------------------------------------------------------------------------------------------------------- */

static void *read_commands(void *unused) {
  (void)unused;
  char line[64];
  while (fgets(line, sizeof line, stdin)) {
    long value = 0;
    if (sscanf(line, "pause %ld", &value) == 1)
      pause_ms = value;
    else if (strncmp(line, "stop", 4) == 0)
      break;
  }
  stopping = true;
  return NULL;
}

static void print_end(void) {
  char *counters = NULL;
  if (vdbrt_events_counters(events, &counters, NULL) != VDBRT_OK)
    counters = NULL;
  printf("{\"end\":{\"counters\":%s}}\n", counters ? counters : "null");
  fflush(stdout);
  vdbrt_string_free(counters);
}

static void describe(void) {
  char *json = NULL;
  ok(vdbrt_config_describe(&json, &err), "describe");
  puts(json);
  vdbrt_string_free(json);
}

static void log_line(void *user, int32_t level, const char *topic, const char *message) {
  (void)user;
  fprintf(stderr, "%lld %d %s %s\n", (long long)now_ms(), level, topic, message);
}

int main(int argc, char **argv) {
  static char out_buffer[1 << 16];
  setvbuf(stdout, out_buffer, _IOFBF, sizeof out_buffer);
  vdbrt_config *config = NULL;
  ok(vdbrt_config_new(&config, &err), "configuration");
  for (int i = 1; i < argc; i++) {
    const char *name = argv[i];
    if (strcmp(name, "--describe") == 0) {
      describe();
      return 0;
    }
    const char *value = ++i < argc ? argv[i] : "";
    if (strcmp(name, "--url") == 0)
      ok(vdbrt_config_set(config, "base_url", value, &err), name);
    else if (strcmp(name, "--key") == 0)
      ok(vdbrt_config_set(config, "api_key", value, &err), name);
    else if (strcmp(name, "--streams") == 0)
      stream_count = atoi(value);
    else if (strcmp(name, "--webhook") == 0)
      webhook = value;
    else if (strcmp(name, "--mode") == 0)
      mode = value;
    else if (strcmp(name, "--state") == 0)
      state_file = value;
    else if (strcmp(name, "--resume") == 0)
      resume = value;
    else if (strcmp(name, "--ack-lag") == 0)
      ack_lag = atol(value);
    else if (strcmp(name, "--per-second") == 0)
      per_second = atol(value);
    else if (strcmp(name, "--calls") == 0)
      calls_ms = atol(value);
    else if (strcmp(name, "--log") == 0)
      ok(vdbrt_config_set_log(config, atoi(value), log_line, NULL, &err), name);
    else if (strcmp(name, "--config") == 0 && strchr(value, '=')) {
      char *key = strdup(value);
      *strchr(key, '=') = 0;
      ok(vdbrt_config_set(config, key, strchr(value, '=') + 1, &err), value);
      free(key);
    } else {
      fprintf(stderr, "consumer: what is %s?\n", name);
      return 2;
    }
  }
  if (ack_lag >= BATCH)
    return 2;
  ok(vdbrt_client_new(config, &client, &err), "client");
  vdbrt_config_free(config);
  char *options = state_file ? quoted("{'state_file':'%s'}", state_file) : NULL;
  ok(vdbrt_events_open(client, options, NULL, &events, &err), "channel");
  if (!resume)
    set_up();
  pthread_t commands;
  pthread_create(&commands, NULL, read_commands, NULL);
  pthread_t caller;
  if (calls_ms)
    pthread_create(&caller, NULL, make_calls, NULL);
  if (strcmp(mode, "push") == 0) {
    ok(vdbrt_events_subscribe(events, NULL, on_event, NULL, NULL, NULL, &err), "subscribe");
    while (!stopping) {
      sleep_ms(20);
      fflush(stdout);
    }
  } else {
    pull();
  }
  if (calls_ms)
    pthread_join(caller, NULL);
  print_end();
  vdbrt_events_close(events, 2000, NULL);
  vdbrt_client_shutdown(client, 5000, NULL);
  vdbrt_events_release(events);
  vdbrt_client_release(client);
  fflush(stdout);
  return 0;
}
