/*
 * watch: connects a camera, has it described, and prints scenes and alerts as they arrive.
 *
 *   cc -std=c11 watch.c -o watch $(pkg-config --cflags --libs videodb_rt jansson) -pthread
 *
 * The library reads the key and the address of the service from VIDEO_DB_API_KEY and VIDEO_DB_API.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <videodb_rt.h>

#define MAX_RULES 8
#define MAX_CHANNELS 8

static const char usage[] = "Usage: watch (--camera URL | --stream ID) [options]\n"
                            "  --camera URL         connect this camera; it is stopped at the end\n"
                            "  --stream ID          watch a stream that exists; it is left as it is\n"
                            "  --prompt TEXT        what the descriptions should be about\n"
                            "  --event LABEL=TEXT   an event to be alerted of; several may be given\n"
                            "  --callback URL       a webhook for the alerts, besides the event channel\n"
                            "  --every SECONDS      length of the windows that are described (2)\n"
                            "  --frames NUMBER      pictures that are looked at in each window (4)\n"
                            "  --seconds NUMBER     how long to watch (30)\n"
                            "  --yes                do not ask before starting what the service may charge for\n";

struct rule {
  const char *label;
  const char *prompt;
};

struct options {
  const char *camera;
  const char *stream;
  const char *prompt;
  const char *callback;
  int every;
  int frames;
  int seconds;
  bool yes;
  struct rule rules[MAX_RULES];
  size_t rule_count;
};

struct watch {
  vdbrt_client *client;
  vdbrt_op *setup; /* one deadline for all that comes before the first event, cancelled by Ctrl-C */
  vdbrt_events *events;
  char *connection_id;
  char *stream_id;
  char *index_id;
  bool owns_stream;
};

struct tally {
  char channel[MAX_CHANNELS][32];
  int count[MAX_CHANNELS];
  size_t channels;
  int64_t first_ms; /* from the start of the program to the first event of the service; -1 before */
};

static int64_t started_ms;

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- Ctrl-C: a thread waits for the signal, so that no signal handler has to be careful ------------------------------- */

static atomic_bool stopping;

static void *wait_for_signal(void *setup) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  int number;
  sigwait(&signals, &number);
  atomic_store(&stopping, true);
  vdbrt_op_cancel(setup); /* a call that is under way returns at once */
  return NULL;
}

/* Blocked here, before any other thread exists, the signals stay for the thread above. */
static void block_signals(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

/* ---- Errors and JSON ---------------------------------------------------------------------------------------------------- */

/* True for VDBRT_OK; else says why, and frees the error. */
static bool succeeded(const char *what, vdbrt_status status, vdbrt_error **err) {
  if (status == VDBRT_OK)
    return true;
  if (!(status == VDBRT_E_CANCELLED && atomic_load(&stopping)))
    fprintf(stderr, "watch: %s: %s (%s)\n", what, vdbrt_error_message(*err), vdbrt_status_name(status));
  vdbrt_error_free(*err);
  *err = NULL;
  return false;
}

/* A text member of an answer, to be freed; takes the answer. */
static char *text_member(char *answer, const char *name) {
  json_t *json = json_loads(answer, 0, NULL);
  const char *text = json_string_value(json_object_get(json, name));
  char *copy = text ? strdup(text) : NULL;
  if (!text)
    fprintf(stderr, "watch: the answer has no %s\n", name);
  json_decref(json);
  vdbrt_string_free(answer);
  return copy;
}

/* The options of a call as text, to be freed; takes the object. */
static char *options_text(json_t *object) {
  char *text = json_dumps(object, JSON_COMPACT);
  json_decref(object);
  return text;
}

/* ---- Starting ----------------------------------------------------------------------------------------------------------- */

static bool open_channel(struct watch *w) {
  vdbrt_error *err = NULL;
  return succeeded("cannot open the event channel", vdbrt_events_open(w->client, NULL, w->setup, &w->events, &err), &err) &&
         succeeded("the event channel has no id", vdbrt_events_connection_id(w->events, &w->connection_id, &err), &err);
}

static bool connect_camera(struct watch *w, const struct options *o) {
  if (o->stream)
    return (w->stream_id = strdup(o->stream)) != NULL;
  vdbrt_error *err = NULL;
  char *answer = NULL;
  char *options = options_text(json_pack("{s:s, s:s, s:[s], s:s}", "url", o->camera, "name", "watch", "media_types", "video",
                                         "ws_connection_id", w->connection_id));
  vdbrt_status status = vdbrt_rtstream_connect(w->client, NULL, options, w->setup, &answer, &err);
  free(options);
  if (!succeeded("cannot connect the camera", status, &err))
    return false;
  w->owns_stream = true;
  return (w->stream_id = text_member(answer, "id")) != NULL;
}

static bool start_index(struct watch *w, const struct options *o) {
  vdbrt_error *err = NULL;
  char *answer = NULL;
  char *options = options_text(json_pack("{s:s, s:{s:s, s:i, s:i}, s:s}", "prompt", o->prompt, "batch_config", "type", "time",
                                         "value", o->every, "frame_count", o->frames, "ws_connection_id", w->connection_id));
  vdbrt_status status = vdbrt_rtstream_index_visuals(w->client, w->stream_id, options, w->setup, &answer, &err);
  free(options);
  if (!succeeded("cannot start the visual index", status, &err))
    return false;
  return (w->index_id = text_member(answer, "rtstream_index_id")) != NULL;
}

static bool create_alert(struct watch *w, const struct options *o, const struct rule *rule) {
  vdbrt_error *err = NULL;
  char *answer = NULL;
  char *options = options_text(json_pack("{s:s, s:s}", "event_prompt", rule->prompt, "label", rule->label));
  vdbrt_status status = vdbrt_event_rule_create(w->client, options, w->setup, &answer, &err);
  free(options);
  if (!succeeded("cannot create the event", status, &err))
    return false;
  char *event_id = text_member(answer, "event_id");
  if (!event_id)
    return false;

  /* s? leaves out what is NULL: jansson writes it as null, which counts as absent. */
  options = options_text(
      json_pack("{s:s, s:s, s:s?}", "event_id", event_id, "ws_connection_id", w->connection_id, "callback_url", o->callback));
  free(event_id);
  answer = NULL;
  status = vdbrt_alert_create(w->client, w->stream_id, w->index_id, options, w->setup, &answer, &err);
  free(options);
  vdbrt_string_free(answer);
  return succeeded("cannot create the alert", status, &err);
}

static bool start(struct watch *w, const struct options *o) {
  if (!open_channel(w))
    return false;
  printf("event channel open\n");
  if (!connect_camera(w, o))
    return false;
  printf("stream %s\n", w->stream_id);
  if (!start_index(w, o))
    return false;
  printf("visual index %s: \"%s\", every %d s, %d pictures\n", w->index_id, o->prompt, o->every, o->frames);
  for (size_t i = 0; i < o->rule_count; i++) {
    if (!create_alert(w, o, &o->rules[i]))
      return false;
    printf("alert \"%s\": %s\n", o->rules[i].label, o->rules[i].prompt);
  }
  return true;
}

/* ---- Watching ----------------------------------------------------------------------------------------------------------- */

static void count(struct tally *t, const char *channel, int length) {
  size_t i = 0;
  while (i < t->channels && (strlen(t->channel[i]) != (size_t)length || memcmp(t->channel[i], channel, (size_t)length) != 0))
    i++;
  if (i == MAX_CHANNELS)
    return;
  if (i == t->channels) {
    snprintf(t->channel[i], sizeof t->channel[i], "%.*s", length, channel);
    t->channels++;
  }
  t->count[i]++;
}

/* "14:03:07" of seconds since the epoch. */
static const char *clock_text(double seconds, char out[16]) {
  time_t whole = (time_t)seconds;
  struct tm local;
  localtime_r(&whole, &local);
  strftime(out, 16, "%H:%M:%S", &local);
  return out;
}

static void print_event(const vdbrt_event *e) {
  size_t channel_length, text_length, label_length;
  const char *channel = vdbrt_event_channel(e, &channel_length);
  const char *text = vdbrt_event_text(e, &text_length);
  const char *label = vdbrt_event_label(e, &label_length);
  double end = vdbrt_event_end(e);
  if (!text)
    text = vdbrt_event_data(e, &text_length); /* of a kind that has no text: its data, as it came */

  printf("%6.1f s  %-12.*s ", (double)(now_ms() - started_ms) / 1000, (int)channel_length, channel ? channel : "");
  if (!isnan(end) && !(vdbrt_event_flags(e) & VDBRT_EVENT_RELATIVE_TIME)) {
    char from[16], to[16];
    double begin = vdbrt_event_start(e);
    printf("%s-%s  +%.2f s  ", clock_text(isnan(begin) ? end : begin, from), clock_text(end, to),
           (double)vdbrt_event_received_ms(e) / 1000 - end);
  }
  if (label)
    printf("[%.*s] ", (int)label_length, label);
  if (!isnan(vdbrt_event_confidence(e)))
    printf("%.0f %%  ", vdbrt_event_confidence(e) * 100);
  printf("%.*s\n", (int)text_length, text ? text : "");
}

/* False if the channel ended by itself. */
static bool watch_events(struct watch *w, int64_t end_ms, struct tally *t) {
  while (!atomic_load(&stopping)) {
    int64_t left = end_ms - now_ms();
    if (left <= 0)
      break;
    vdbrt_event *e = NULL;
    vdbrt_error *err = NULL;
    vdbrt_status status = vdbrt_events_next(w->events, left < 200 ? left : 200, &e, &err);
    if (status == VDBRT_E_AGAIN) {
      vdbrt_error_free(err);
      continue;
    }
    if (!succeeded("no more events", status, &err))
      return false;
    switch (vdbrt_event_kind(e)) {
    case VDBRT_EVENT_CONNECTED:
      break;
    default: {
      size_t length;
      const char *channel = vdbrt_event_channel(e, &length);
      if (vdbrt_event_kind(e) < VDBRT_EVENT_CONNECTED) {
        if (t->first_ms < 0)
          t->first_ms = now_ms() - started_ms;
        count(t, channel ? channel : "(none)", channel ? (int)length : 6);
      }
      print_event(e);
    }
    }
    vdbrt_event_free(e);
  }
  return true;
}

/* Ends what was started, in the opposite order, each with a deadline of its own. */
static void finish(struct watch *w) {
  vdbrt_op *op = NULL;
  vdbrt_error *err = NULL;
  if (vdbrt_op_new(10000, &op, NULL) == VDBRT_OK) {
    if (w->index_id)
      succeeded("cannot stop the index", vdbrt_scene_index_stop(w->client, w->stream_id, w->index_id, op, &err), &err);
    if (w->owns_stream && w->stream_id)
      succeeded("cannot stop the stream", vdbrt_rtstream_stop(w->client, w->stream_id, op, &err), &err);
  }
  vdbrt_op_release(op);
  vdbrt_events_release(w->events);
  if (w->client)
    vdbrt_client_shutdown(w->client, 3000, NULL);
  vdbrt_client_release(w->client);
  vdbrt_string_free(w->connection_id);
  free(w->stream_id);
  free(w->index_id);
}

static void print_summary(const struct tally *t, int64_t watched_ms) {
  printf("\nwatched %.1f s:", (double)watched_ms / 1000);
  for (size_t i = 0; i < t->channels; i++)
    printf(" %s %d%s", t->channel[i], t->count[i], i + 1 < t->channels ? "," : "");
  if (t->first_ms >= 0)
    printf("\nfirst event after %.2f s\n", (double)t->first_ms / 1000);
  else
    printf(" no event\n");
}

/* ---- Options ------------------------------------------------------------------------------------------------------------ */

static int number(const char *text, const char *name) {
  char *end;
  long value = strtol(text, &end, 10);
  if (*text && !*end && value > 0 && value <= 86400)
    return (int)value;
  fprintf(stderr, "watch: %s needs a whole number from 1 to 86400, not \"%s\"\n", name, text);
  exit(2);
}

static void add_rule(struct options *o, char *text) {
  char *equals = strchr(text, '=');
  if (!equals || equals == text || !equals[1] || o->rule_count == MAX_RULES) {
    fprintf(stderr, "watch: --event takes LABEL=TEXT, at most %d times\n", MAX_RULES);
    exit(2);
  }
  *equals = 0;
  o->rules[o->rule_count++] = (struct rule){text, equals + 1};
}

static void read_options(struct options *o, int argc, char **argv) {
  static const struct option names[] = {{"camera", required_argument, NULL, 'c'},
                                        {"stream", required_argument, NULL, 'i'},
                                        {"prompt", required_argument, NULL, 'p'},
                                        {"callback", required_argument, NULL, 'b'},
                                        {"every", required_argument, NULL, 'n'},
                                        {"frames", required_argument, NULL, 'f'},
                                        {"seconds", required_argument, NULL, 's'},
                                        {"event", required_argument, NULL, 'e'},
                                        {"yes", no_argument, NULL, 'y'},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};
  for (int option; (option = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    switch (option) {
    case 'c':
      o->camera = optarg;
      break;
    case 'i':
      o->stream = optarg;
      break;
    case 'p':
      o->prompt = optarg;
      break;
    case 'b':
      o->callback = optarg;
      break;
    case 'n':
      o->every = number(optarg, "--every");
      break;
    case 'f':
      o->frames = number(optarg, "--frames");
      break;
    case 's':
      o->seconds = number(optarg, "--seconds");
      break;
    case 'e':
      add_rule(o, optarg);
      break;
    case 'y':
      o->yes = true;
      break;
    case 'h':
      fputs(usage, stdout);
      exit(0);
    default:
      fputs(usage, stderr);
      exit(2);
    }
  }
  if (optind < argc || !o->camera == !o->stream) {
    fputs(usage, stderr);
    exit(2);
  }
  if (o->rule_count == 0)
    o->rules[o->rule_count++] = (struct rule){"movement", "something moves"};
}

/* A stream and an index are billed while they run: the person who pays is asked. */
static bool may_start(const struct options *o) {
  if (o->yes)
    return true;
  if (!isatty(STDIN_FILENO)) {
    fputs("watch: the service may charge for an index that runs: give --yes, nobody can be asked here\n", stderr);
    return false;
  }
  const char *base_url = getenv("VIDEO_DB_API");
  printf("This starts a visual index for %d s at %s, which may charge for it. Go on? [y/N] ", o->seconds,
         base_url && *base_url ? base_url : "VideoDB");
  fflush(stdout);
  char answer[16];
  return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

int main(int argc, char **argv) {
  struct options o = {.prompt = "Describe what happens.", .every = 2, .frames = 4, .seconds = 30};
  struct watch w = {0};
  struct tally t = {.first_ms = -1};
  setvbuf(stdout, NULL, _IOLBF, 0); /* each line when it is there, also into a pipe */
  read_options(&o, argc, argv);
  if (!may_start(&o))
    return 1;

  block_signals();
  started_ms = now_ms();
  vdbrt_error *err = NULL;
  if (!succeeded("cannot make a client", vdbrt_client_new(NULL, &w.client, &err), &err))
    return 1;
  if (!succeeded("cannot start", vdbrt_op_new(30000, &w.setup, &err), &err))
    return 1;
  pthread_t signals;
  pthread_create(&signals, NULL, wait_for_signal, w.setup);

  bool fine = start(&w, &o);
  int64_t watching_ms = now_ms();
  if (fine)
    fine = watch_events(&w, watching_ms + (int64_t)o.seconds * 1000, &t);
  int64_t watched_ms = now_ms() - watching_ms;
  bool interrupted = atomic_load(&stopping);
  finish(&w);
  if (fine || t.first_ms >= 0)
    print_summary(&t, watched_ms);

  if (!interrupted)
    pthread_kill(signals, SIGTERM);
  pthread_join(signals, NULL);
  vdbrt_op_release(w.setup);
  return interrupted || (fine && t.first_ms >= 0) ? 0 : 1;
}
