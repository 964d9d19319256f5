/* What the clients on libvideodb_rt share: a channel in the default configuration, with a transcript and an index bound to it. */
#pragma once
#include "../server/stream.h"
#include "ours_client.h"
#include "tally.h"

static vdbrt_client *client;
static vdbrt_events *events;

/* With BENCH_STATE_FILE the channel has a state file. */
static void ours_open(const char *url) {
  char options[512] = "{}";
  client = client_for(url);
  if (getenv("BENCH_STATE_FILE"))
    snprintf(options, sizeof options, "{\"state_file\":\"%s\"}", getenv("BENCH_STATE_FILE"));
  check(vdbrt_events_open(client, options, NULL, &events, &err));
}

/* Events begin with the second of these calls. */
static void ours_bind(void) {
  char *id, *answer, options[256];
  check(vdbrt_events_connection_id(events, &id, &err));
  snprintf(options, sizeof options, "{\"ws_connection_id\":\"%s\"}", id);
  check(vdbrt_rtstream_start_transcript(client, STREAM_ID, options, NULL, &answer, &err));
  vdbrt_string_free(answer);
  snprintf(options, sizeof options, "{\"prompt\":\"What moves?\",\"ws_connection_id\":\"%s\"}", id);
  check(vdbrt_rtstream_index_visuals(client, STREAM_ID, options, NULL, &answer, &err));
  vdbrt_string_free(answer);
  vdbrt_string_free(id);
}

/* Reads channel and text. true: this was the last event. */
static inline int ours_event(const vdbrt_event *e) {
  size_t channel_length, text_length, length = 0;
  if (vdbrt_event_kind(e) >= VDBRT_EVENT_CONNECTED)
    return 0;
  if (tally.events == 0)
    tally_first();
  const char *channel = vdbrt_event_channel(e, &channel_length);
  vdbrt_event_text(e, &text_length);
  return tally_event(tally.latency ? vdbrt_event_json(e, &length) : NULL, channel, channel_length, text_length);
}

static void ours_close(void) {
  vdbrt_events_release(events);
  vdbrt_client_release(client);
}
