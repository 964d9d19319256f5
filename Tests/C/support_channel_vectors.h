/* The vectors of a channel: one file each of events/ and frames/. On a thread of ours, then on the
 * application's loop. They give how many vectors were run. */
#ifndef SUPPORT_CHANNEL_VECTORS_H
#define SUPPORT_CHANNEL_VECTORS_H

#include "support_vectors.h"

int run_events(json_t *file);
int run_frames(json_t *file);

#endif
