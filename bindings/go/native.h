/* What the package calls beside videodb_rt.h: operations by number, and a batch of events with one crossing from Go to C. */
#ifndef VDBGO_NATIVE_H
#define VDBGO_NATIVE_H

#include <stdint.h>
#include <stdlib.h>
#include <videodb_rt.h>

enum { VDBGO_MAX_TEXTS = 4 };

/* Name of an operation without vdbrt_; NULL behind the last. */
const char *vdbgo_operation_name(int operation);
/* How many text arguments it has, and whether it hands something out. */
int vdbgo_operation_texts(int operation);
int vdbgo_operation_has_out(int operation);
/* Those that it has not are NULL. */
vdbrt_status vdbgo_run(int operation, vdbrt_client *client, const char *a, const char *b, const char *c, const char *d,
                       vdbrt_op *op, char **out, vdbrt_error **err);

typedef struct vdbgo_text {
  const char *bytes;
  size_t length;
} vdbgo_text;

/* An event with all that its accessors give. */
typedef struct vdbgo_event {
  vdbrt_event *event;
  vdbgo_text json, data, channel, rtstream_id, text, label;
  double start, end, confidence;
  int64_t received_ms;
  int32_t kind, flags;
} vdbgo_event;

enum { VDBGO_BATCH = 256 };

/* Takes up to `capacity` events, at most VDBGO_BATCH, without waiting. */
vdbrt_status vdbgo_take(vdbrt_events *events, vdbgo_event *out, size_t capacity, size_t *count, vdbrt_error **err);
/* Acknowledges those from `first` up to `end`: they were dealt with. */
void vdbgo_ack(const vdbgo_event *events, size_t first, size_t end);
void vdbgo_free(vdbgo_event *events, size_t count);

/* Callbacks reach Go with a number in place of a pointer. */
vdbrt_status vdbgo_set_log(vdbrt_config *config, int32_t min_level, uintptr_t token, vdbrt_error **err);
vdbrt_status vdbgo_on_refused(vdbrt_client *client, uintptr_t token, vdbrt_error **err);

#endif
