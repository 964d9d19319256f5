/* The events that the server sends: made once, framed, and sent over and over with new times. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stream.h"

/* What a client must find in a number of events: how many, and the length of all texts in three units. */
struct totals {
  uint64_t events, bytes, characters, utf16, payload;
};

struct pool {
  char *bytes;  /* frames, one event after the other */
  size_t *ends; /* where each event ends */
  uint32_t count;
  struct totals *sums; /* of the events up to and with this one */
  struct patch {
    size_t offset;
    uint32_t ahead;
  } * patches; /* where times stand */
  size_t patch_count;
};

struct forms {
  bool fragmented; /* one event in ten in two or three frames */
  bool unlike;     /* each has a member that no other has, and its text no Latin letters */
  bool numbered;   /* each begins with a number of its own, which nobody asks for */
  bool seconds;    /* times are seconds with seven decimals, and not milliseconds */
};
void pool_make(struct pool *pool, uint32_t count, struct forms forms);
/* Gives every event the times of round number `round`, later than those of all rounds before. */
void pool_set_round(struct pool *pool, uint32_t round);
struct totals pool_totals(const struct pool *pool, uint64_t events);
/* The JSON of an event that is one frame. */
const char *pool_json(const struct pool *pool, uint32_t event, size_t *length);

/* Writes a frame's header in front of `length` bytes; its size. */
size_t frame_header(char *out, int first, uint64_t length);
