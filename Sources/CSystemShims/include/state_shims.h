/* One file of fixed size that one process has to itself. */
#ifndef VDBSHIM_STATE_H
#define VDBSHIM_STATE_H

#include <stddef.h>
#include <stdint.h>

enum { VDBSHIM_STATE_BUSY = -2 };

/* Opens or makes the file, for this user alone, locks it, and gives it room for `size` bytes, which a new one has as zeros. A
 * descriptor; -1 with errno; VDBSHIM_STATE_BUSY: somebody else has it. */
int vdbshim_state_open(const char *path, int64_t size);
/* All of it, or -1. */
int vdbshim_state_read(int fd, void *out, size_t length, int64_t offset);
int vdbshim_state_write(int fd, const void *bytes, size_t length, int64_t offset);
/* Until it would survive a power cut. */
int vdbshim_state_flush(int fd);
/* Somebody else may have it. */
void vdbshim_state_unlock(int fd);

#endif
