#include "native.h"
#include "_cgo_export.h"

/* ---- Operations by number ------------------------------------------------------------------------------------------ */

typedef const char *text;
typedef vdbrt_status t0_out(vdbrt_client *, vdbrt_op *, char **, vdbrt_error **);
typedef vdbrt_status t1_out(vdbrt_client *, text, vdbrt_op *, char **, vdbrt_error **);
typedef vdbrt_status t2_out(vdbrt_client *, text, text, vdbrt_op *, char **, vdbrt_error **);
typedef vdbrt_status t3_out(vdbrt_client *, text, text, text, vdbrt_op *, char **, vdbrt_error **);
typedef vdbrt_status t4_out(vdbrt_client *, text, text, text, text, vdbrt_op *, char **, vdbrt_error **);
typedef vdbrt_status t1(vdbrt_client *, text, vdbrt_op *, vdbrt_error **);
typedef vdbrt_status t2(vdbrt_client *, text, text, vdbrt_op *, vdbrt_error **);
typedef vdbrt_status t3(vdbrt_client *, text, text, text, vdbrt_op *, vdbrt_error **);

typedef struct operation {
  const char *name;
  int texts, has_out;
  union {
    t0_out *t0_out;
    t1_out *t1_out;
    t2_out *t2_out;
    t3_out *t3_out;
    t4_out *t4_out;
    t1 *t1;
    t2 *t2;
    t3 *t3;
  } function;
} operation;

/* The compiler compares each with the header. */
#define OUT(name, texts) {#name, texts, 1, {.t##texts##_out = vdbrt_##name}},
#define NO_OUT(name, texts) {#name, texts, 0, {.t##texts = vdbrt_##name}},
static const operation operations[] = {
#include "operations.h"
    {0},
};

const char *vdbgo_operation_name(int n) { return operations[n].name; }
int vdbgo_operation_texts(int n) { return operations[n].texts; }
int vdbgo_operation_has_out(int n) { return operations[n].has_out; }

vdbrt_status vdbgo_run(int n, vdbrt_client *client, text a, text b, text c, text d, vdbrt_op *op, char **out,
                       vdbrt_error **err) {
  const operation *o = &operations[n];
  switch (o->texts * 2 + o->has_out) {
  case 1:
    return o->function.t0_out(client, op, out, err);
  case 2:
    return o->function.t1(client, a, op, err);
  case 3:
    return o->function.t1_out(client, a, op, out, err);
  case 4:
    return o->function.t2(client, a, b, op, err);
  case 5:
    return o->function.t2_out(client, a, b, op, out, err);
  case 6:
    return o->function.t3(client, a, b, c, op, err);
  case 7:
    return o->function.t3_out(client, a, b, c, op, out, err);
  default:
    return o->function.t4_out(client, a, b, c, d, op, out, err);
  }
}

/* ---- Events --------------------------------------------------------------------------------------------------------- */

vdbrt_status vdbgo_take(vdbrt_events *events, vdbgo_event *out, size_t capacity, size_t *count, vdbrt_error **err) {
  vdbrt_event *taken[VDBGO_BATCH];
  vdbrt_status status = vdbrt_events_next_batch(events, 0, taken, capacity < VDBGO_BATCH ? capacity : VDBGO_BATCH, count, err);
  for (size_t i = 0; status == VDBRT_OK && i < *count; i++) {
    vdbrt_event *e = taken[i];
    vdbgo_event *o = &out[i];
    o->event = e;
    o->json.bytes = vdbrt_event_json(e, &o->json.length);
    o->data.bytes = vdbrt_event_data(e, &o->data.length);
    o->channel.bytes = vdbrt_event_channel(e, &o->channel.length);
    o->rtstream_id.bytes = vdbrt_event_rtstream_id(e, &o->rtstream_id.length);
    o->text.bytes = vdbrt_event_text(e, &o->text.length);
    o->label.bytes = vdbrt_event_label(e, &o->label.length);
    o->start = vdbrt_event_start(e);
    o->end = vdbrt_event_end(e);
    o->confidence = vdbrt_event_confidence(e);
    o->received_ms = vdbrt_event_received_ms(e);
    o->kind = vdbrt_event_kind(e);
    o->flags = vdbrt_event_flags(e);
  }
  return status;
}

void vdbgo_ack(const vdbgo_event *events, size_t first, size_t end) {
  for (size_t i = first; i < end; i++)
    vdbrt_event_ack(events[i].event, NULL); /* fails where the channel is gone: it comes again */
}

void vdbgo_free(vdbgo_event *events, size_t count) {
  vdbrt_event *taken[VDBGO_BATCH];
  for (size_t i = 0; i < count; i++)
    taken[i] = events[i].event;
  vdbrt_event_free_many(taken, count);
}

/* ---- Callbacks ------------------------------------------------------------------------------------------------------ */

static void log_line(void *user, int32_t level, const char *topic, const char *message) {
  vdbgoLog((uintptr_t)user, level, (char *)topic, (char *)message);
}

static void refused(void *user) { vdbgoRefused((uintptr_t)user); }

vdbrt_status vdbgo_set_log(vdbrt_config *config, int32_t min_level, uintptr_t token, vdbrt_error **err) {
  return vdbrt_config_set_log(config, min_level, log_line, (void *)token, err);
}

vdbrt_status vdbgo_on_refused(vdbrt_client *client, uintptr_t token, vdbrt_error **err) {
  return vdbrt_client_on_refused_credential(client, refused, (void *)token, err);
}
