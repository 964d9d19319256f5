/* What a process that is killed leaves in its state file. To acknowledge an alert changes one word of it. Whenever the process ends, what was
 * acknowledged does not come again, and what was not does. */
#include "support.h"

enum { ROOM = 1 << 21 };

static server *s;
static char path[256];
static bool is_mapped;

/* A file as the kernel has it, which is all that is left when the process is killed now. */
typedef struct {
  char *bytes;
  size_t length;
} left;

static left copy_now(void) {
  left copy = {malloc(ROOM), 0};
  FILE *file = fopen(path, "rb");
  CHECK(file && copy.bytes);
  copy.length = fread(copy.bytes, 1, ROOM, file);
  CHECK(copy.length > 0 && copy.length < ROOM);
  fclose(file);
  return copy;
}

static void check_one_word_changed(left before, left after) {
  CHECK_INT(before.length, after.length);
  int words = 0;
  for (size_t at = 0; at < before.length; at += 4)
    words += memcmp(before.bytes + at, after.bytes + at, 4) != 0;
  CHECK_INT(words, 1);
}

static vdbrt_client *client_with_state(void) {
  return client_for(s, "{'state.file':'%s','state.mapped':%s,'state.ack':'manual'}", path, is_mapped ? "true" : "false");
}

/* The one who goes on with this file gets these alerts again, and no other. */
static void comes_again(left file, const char *texts) {
  FILE *out = fopen(path, "wb");
  CHECK(out && fwrite(file.bytes, 1, file.length, out) == file.length && fclose(out) == 0);
  free(file.bytes);
  vdbrt_client *client = client_with_state();
  vdbrt_events *events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  char got[64] = "";
  for (bool is_over = false; !is_over;) {
    vdbrt_event *e = NULL;
    OK(vdbrt_events_next(events, slow(5000), &e, &err));
    if (vdbrt_event_kind(e) == VDBRT_EVENT_ALERT) {
      size_t len, used = strlen(got);
      const char *text = vdbrt_event_text(e, &len);
      is_over = len == 3 && !memcmp(text, "new", 3);
      CHECK_INT(vdbrt_event_flags(e), is_over ? 0 : VDBRT_EVENT_REDELIVERED);
      if (!is_over)
        snprintf(got + used, sizeof got - used, "%.*s ", (int)len, text);
    }
    vdbrt_event_free(e);
  }
  CHECK_TEXT(got, texts);
  vdbrt_events_release(events);
  client_end(client);
}

/* For each alert what was left when its callback began, and what when it ended. */
static left begun[4], ended[4];
static atomic_int count;

static void on_alert(void *user, const vdbrt_event *e) {
  (void)user;
  size_t len;
  const char *text = vdbrt_event_text(e, &len);
  begun[count] = copy_now();
  if (len == 4 && !memcmp(text, "done", 4))
    OK(vdbrt_event_ack(e, &err));
  ended[count] = copy_now();
  count++;
}

static void go(void) {
#define ALERT(text) "{'json':{'channel':'alert','data':{'text':'" text "'}}}"
  server_reset(s);
  const char *all = "{'await':'subscribed'}," ALERT("one") "," ALERT("done") "," ALERT("two") "," ALERT("done"),
             *new = ALERT("new");
  server_websockets(s, (const char *[]){all, new, new, new, new, new, new, NULL});
  snprintf(path, sizeof path, "%s/%d", temp_folder(), is_mapped);
  vdbrt_client *client = client_with_state();
  vdbrt_events *events = channel_open(client);
  count = 0;
  OK(vdbrt_events_subscribe(events, "alert", on_alert, NULL, NULL, NULL, &err));
  server_go(s, "subscribed");
  WAIT_FOR(count == 4, 5000);
  vdbrt_events_release(events);
  client_end(client);

  check_one_word_changed(begun[1], ended[1]);
  check_one_word_changed(begun[3], ended[3]);
  comes_again(begun[0], "one ");
  comes_again(begun[1], "one done ");
  comes_again(ended[1], "one ");
  comes_again(ended[2], "one two ");
  comes_again(begun[3], "one two done ");
  comes_again(ended[3], "one two ");
  free(ended[0].bytes);
  free(begun[2].bytes);
}

int main(void) {
  s = server_start();
  is_mapped = true;
  go();
  is_mapped = false;
  go();
  return passed();
}
