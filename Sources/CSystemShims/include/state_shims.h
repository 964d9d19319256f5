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
/* The file in memory, shared with it; NULL where its file system cannot do that. What is stored there is in the file if the process is
 * killed, and reaches the disk with a flush. Nothing may be touched of a file that is no longer whole: the kernel kills for it. */
void *vdbshim_state_map(int fd, size_t size);
void vdbshim_state_unmap(void *map, size_t size);
/* Whether nobody has cut it short. */
int vdbshim_state_is_whole(int fd, size_t size);
/* Until it would survive a power cut. */
int vdbshim_state_flush(int fd);
/* Somebody else may have it. */
void vdbshim_state_unlock(int fd);

#endif
