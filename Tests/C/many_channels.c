/* Hundreds of channels of one client: one thread, a descriptor and a few KB each, each event on the channel that it was sent to; they
 * open a few at a time, also where the service does not answer, and end together. */
#include "support.h"

#include <dirent.h>

enum {
  CHANNELS = 200,
  PROBES = 20,
  /* What a channel may take. A hand-written program with a libcurl handle for each takes 10 KB. */
  BYTES_OF_A_CHANNEL = 12 * 1024,
  /* Channels that open at one time. */
  TURNS = 64,
  /* Kept connections of calls, and what is the client's own. */
  OTHER_DESCRIPTORS = TURNS + 10,
};

static int channels(void) { return under_valgrind() ? 70 : CHANNELS; }

static int entries_of(const char *path) {
  DIR *folder = opendir(path);
  CHECK(folder);
  int count = -3; /* itself, and the two dots */
  while (readdir(folder))
    count++;
  closedir(folder);
  return count;
}

static long resident_bytes(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  CHECK(file && fscanf(file, "%*d %ld", &pages) == 1);
  fclose(file);
  return pages * sysconf(_SC_PAGESIZE);
}

static vdbrt_events *open_channel(vdbrt_client *client) {
  vdbrt_events *events = NULL;
  OK(vdbrt_events_open(client, "{\"wait\": false}", NULL, &events, &err));
  return events;
}

/* Connection N gets its id, and when the gate of its name opens, an event with its number. */
static void script(server *s) {
  server_websocket(s, NULL);
  json_t *answers = json_array();
  for (int i = 0; i <= channels(); i++)
    json_array_append_new(answers, json_of("[{'upgrade':true},{'json':{'connection_id':'%d'}},{'await':'gate-%d'},"
                                           "{'json':{'channel':'alert','data':{'text':'for %d'}}},{'hang':true}]",
                                           i, i, i));
  json_t *command = json_of("{'do':'rules','rules':[{'on':'GET /ws'}]}");
  json_object_set_new(json_array_get(json_object_get(command, "rules"), 0), "answers", answers);
  json_decref(server_command(s, command));
  json_decref(command);
}

static void open_and_used(server *s) {
  script(s);
  vdbrt_client *client = client_for(s, "{'ws.ping_interval_ms':3600000}");
  vdbrt_events *first = channel_open(client);
  int count = channels(), descriptors = entries_of("/proc/self/fd"), tasks = entries_of("/proc/self/task");
  long bytes = resident_bytes();

  vdbrt_events **events = calloc((size_t)count, sizeof *events);
  int *number = calloc((size_t)count, sizeof *number);
  for (int i = 0; i < count; i++)
    events[i] = open_channel(client);
  for (int i = 0; i < count; i++) {
    json_t *data = event_data(events[i], VDBRT_EVENT_CONNECTED);
    number[i] = atoi(text_at(data, "connection_id"));
    json_decref(data);
    CHECK_INT(entries_of("/proc/self/task"), tasks);
  }
  int more = entries_of("/proc/self/fd") - descriptors;
  if (more > count + OTHER_DESCRIPTORS)
    failed(__FILE__, __LINE__, "%d channels have %d descriptors", count, more);
#ifndef MEMORY_IS_A_SANITIZERS
  long each = (resident_bytes() - bytes) / count;
  if (!under_valgrind() && each > BYTES_OF_A_CHANNEL)
    failed(__FILE__, __LINE__, "a channel takes %ld bytes", each);
#else
  (void)bytes;
#endif

  for (int i = 0; i < PROBES; i++) {
    int at = i * (count - 1) / (PROBES - 1);
    char gate[32], text[32];
    snprintf(gate, sizeof gate, "gate-%d", number[at]);
    snprintf(text, sizeof text, "for %d", number[at]);
    server_go(s, gate);
    json_t *data = event_data(events[at], VDBRT_EVENT_ALERT);
    CHECK_TEXT(text_at(data, "text"), text);
    json_decref(data);
  }
  for (int i = 0; i < count; i++) {
    vdbrt_event *event = NULL;
    FAILS(VDBRT_E_AGAIN, vdbrt_events_next(events[i], 0, &event, &err));
  }

  /* Some go by themselves, the rest with the client; each close frame is answered. */
  for (int i = 0; i < count / 2; i++)
    vdbrt_events_release(events[i]);
  client_end(client);
  for (int i = count / 2; i < count; i++) {
    json_decref(disconnected_data(events[i]));
    vdbrt_events_release(events[i]);
  }
  vdbrt_events_release(first);
  CHECK_INT(server_count_frames(s, "close"), count + 1);
  free(events);
  free(number);
}

static void service_does_not_answer(server *s) {
  server_reset(s);
  server_on(s, "GET /collection/default/websocket", "{'hang':true}");
  vdbrt_client *client = client_for(s, "{'reconnect.enabled':false}");
  int count = channels();
  vdbrt_events **events = calloc((size_t)count, sizeof *events);
  for (int i = 0; i < count; i++)
    events[i] = open_channel(client);
  server_wait(s, "requests", TURNS);
  client_end(client);
  for (int i = 0; i < count; i++) {
    json_decref(disconnected_data(events[i]));
    vdbrt_events_release(events[i]);
  }
  free(events);
  CHECK_INT(server_count(s, "GET /collection/default/websocket"), TURNS);
}

int main(void) {
  server *s = server_start();
  open_and_used(s);
  service_does_not_answer(s);
  return passed();
}
