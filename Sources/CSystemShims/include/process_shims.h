/* Clock, randomness, memory, environment and SIGPIPE. */
#ifndef VDBSHIM_PROCESS_H
#define VDBSHIM_PROCESS_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int64_t vdbshim_monotonic_ms(void);
int64_t vdbshim_unix_ms(void);

/* From the kernel. It does not fail: without getrandom there is /dev/urandom, without both the process ends. */
void vdbshim_random(void *out, size_t length);

/* memset that is not optimised away. */
void vdbshim_zero(void *bytes, size_t length);

/* NULL, or the value, valid until the environment is changed. */
const char *vdbshim_environment(const char *name);

/* Writing to a closed socket raises SIGPIPE in some builds of libcurl and OpenSSL. The guard blocks it for this thread and, when it
 * ends, takes back one that came meanwhile: the application sees none. */
typedef struct {
  sigset_t previous;
  int was_pending;
} vdbshim_sigpipe_guard;
void vdbshim_sigpipe_begin(vdbshim_sigpipe_guard *guard);
void vdbshim_sigpipe_end(const vdbshim_sigpipe_guard *guard);

#endif
