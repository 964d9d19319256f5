/* What waits in a state file for longer than others, and what is too much for it. Events that the service cannot give again stand in it one
 * behind the other, round and round: those that are acknowledged make room, those that are not stay, however many come after them. Where
 * there is no room the oldest go, which is said; those of channels that are not known never make an alert go. */
#include "support.h"

enum { MOST = 2000, PAD = 400 };

static server *s;
static char path[256];
static bool is_mapped;
static atomic_int full, refused;

static void on_line(void *user, int32_t level, const char *topic, const char *message) {
  (void)user, (void)topic;
  if (strstr(message, "is full: events that were not acknowledged")) {
    CHECK_INT(level, VDBRT_LOG_WARNING);
    full++;
  }
  if (strstr(message, "has no room for an event of")) {
    CHECK_INT(level, VDBRT_LOG_ERROR);
    refused++;
  }
}

/* What came in a life, by the number that is its text; of alerts, and of another channel. */
typedef struct {
  int numbers[MOST];
  bool is_alert[MOST], is_again[MOST];
  atomic_int count;
  bool (*acknowledges)(int number);
} life;

static bool all(int number) { return number >= 0; }
static bool none(int number) { return number < 0; }
static bool most(int number) { return number % 100 != 7; }
static bool not_the_first(int number) { return number != 7; }

static void on_event(void *user, const vdbrt_event *e) {
  life *l = (life *)user;
  size_t len;
  const char *text = vdbrt_event_text(e, &len);
  int kind = vdbrt_event_kind(e), i = l->count;
  if ((kind != VDBRT_EVENT_ALERT && kind != VDBRT_EVENT_OTHER) || len < 4)
    return;
  CHECK(i < MOST);
  l->numbers[i] = atoi(text);
  l->is_alert[i] = kind == VDBRT_EVENT_ALERT;
  l->is_again[i] = vdbrt_event_flags(e) & VDBRT_EVENT_REDELIVERED;
  if (l->acknowledges(l->numbers[i]))
    OK(vdbrt_event_ack(e, &err));
  l->count = i + 1;
}

/* A process that gets what waits in the file and what the server sends, up to number `last`. */
static void live(life *l, bool (*acknowledges)(int), int last) {
  l->count = 0;
  l->acknowledges = acknowledges;
  vdbrt_config *config =
      config_for(s, "{'state.file':'%s','state.mapped':%s,'state.ack':'manual'}", path, is_mapped ? "true" : "false");
  OK(vdbrt_config_set_log(config, VDBRT_LOG_WARNING, on_line, NULL, &err));
  vdbrt_client *client = client_of(config);
  vdbrt_events *events = channel_open(client);
  OK(vdbrt_events_subscribe(events, NULL, on_event, l, NULL, NULL, &err));
  server_go(s, "subscribed");
  WAIT_FOR(l->count > 0 && l->numbers[l->count - 1] == last, 30000);
  vdbrt_events_release(events);
  client_end(client);
}

/* The next connection sends events `from` to `to` of a channel, behind the ones before it. */
typedef struct {
  char *text;
  size_t length, size;
} script;

static void send_events(script *out, const char *channel, int from, int to, size_t pad) {
  for (int i = from; i <= to; i++) {
    if (out->length + pad + 256 > out->size) {
      out->size = 2 * (out->length + pad + 256);
      out->text = (char *)realloc(out->text, out->size);
      CHECK(out->text);
    }
    char *at = out->text + out->length;
    int used = sprintf(at, "%s{'json':{'channel':'%s','data':{'text':'%04d','pad':'",
                       out->length ? "," : "{'await':'subscribed'},", channel, i);
    memset(at + used, 'x', pad);
    out->length += (size_t)used + pad;
    out->length += (size_t)sprintf(out->text + out->length, "'}}}");
  }
}

/* One connection for each life, the first of which is given; the others send the alert 9999. */
static void begin(script *first, const char *name) {
  server_reset(s);
  snprintf(path, sizeof path, "%s/%s-%d", temp_folder(), name, is_mapped);
  const char *end = "{'json':{'channel':'alert','data':{'text':'9999'}}}";
  server_websockets(s, (const char *[]){first->text, end, end, end, NULL});
  free(first->text);
  *first = (script){0};
  full = refused = 0;
}

static life l;

static void rounds(void) {
  script sent = {0};
  send_events(&sent, "alert", 0, 1499, PAD);
  begin(&sent, "rounds");
  live(&l, most, 1499);
  CHECK_INT(l.count, 1500);
  live(&l, not_the_first, 9999);
  CHECK_INT(l.count, 16);
  for (int i = 0; i < 15; i++) {
    CHECK_INT(l.numbers[i], 100 * i + 7);
    CHECK(l.is_again[i]);
  }
  CHECK(!l.is_again[15]);
  live(&l, all, 9999);
  CHECK_INT(l.count, 2);
  CHECK_INT(l.numbers[0], 7);
  live(&l, all, 9999);
  CHECK_INT(l.count, 1);
  CHECK_INT(full + refused, 0);
}

static void too_many(void) {
  script sent = {0};
  send_events(&sent, "alert", 0, 599, PAD);
  begin(&sent, "many");
  live(&l, none, 599);
  CHECK(full > 0);
  CHECK_INT(refused, 0);
  live(&l, all, 9999);
  CHECK(l.count > 300 && l.count < 450);
  for (int i = 0; i < l.count - 1; i++)
    CHECK_INT(l.numbers[i], 600 - (l.count - 1) + i);
  live(&l, all, 9999);
  CHECK_INT(l.count, 1);
}

static void unknown_channels(void) {
  script sent = {0};
  send_events(&sent, "alert", 0, 4, PAD);
  send_events(&sent, "weather", 100, 499, PAD);
  send_events(&sent, "alert", 5, 5, PAD);
  begin(&sent, "unknown");
  live(&l, none, 5);
  CHECK(full > 0);
  live(&l, all, 9999);
  int alerts = 0, others = 0;
  for (int i = 0; i < l.count - 1; i++) {
    CHECK(l.is_again[i]);
    if (l.is_alert[i])
      CHECK_INT(l.numbers[i], alerts++);
    else
      CHECK_INT(l.numbers[i] - ++others, l.numbers[0 + 5] - 1);
  }
  CHECK_INT(alerts, 6);
  CHECK(others > 90 && others < 150);
  /* In the order in which they came. */
  CHECK_INT(l.numbers[l.count - 3], 499);
  CHECK_INT(l.numbers[l.count - 2], 5);
}

static void too_long(void) {
  script sent = {0};
  send_events(&sent, "alert", 0, 1, PAD);
  send_events(&sent, "alert", 2, 2, 200000);
  send_events(&sent, "weather", 3, 3, 70000);
  send_events(&sent, "weather", 4, 4, 60000);
  begin(&sent, "long");
  live(&l, none, 4);
  CHECK_INT(l.count, 5);
  CHECK_INT(refused, 2);
  live(&l, all, 9999);
  CHECK(l.numbers[l.count - 2] == 4 && l.count <= 4);
}

int main(void) {
  s = server_start();
  for (int mapped = 1; mapped >= 0; mapped--) {
    is_mapped = mapped;
    rounds();
    too_many();
    unknown_channels();
    too_long();
  }
  return passed();
}
