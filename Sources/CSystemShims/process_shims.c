#define _GNU_SOURCE /* strtod_l */
#include "CSystemShims.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static int64_t milliseconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
int64_t vdbshim_monotonic_ms(void) { return milliseconds(CLOCK_MONOTONIC); }
int64_t vdbshim_unix_ms(void) { return milliseconds(CLOCK_REALTIME); }

void vdbshim_random(void *out, size_t length) {
  unsigned char *at = out;
  int fd = -1;
  while (length) {
    ssize_t got = fd < 0 ? getrandom(at, length, 0) : read(fd, at, length);
    if (got > 0) {
      at += got;
      length -= (size_t)got;
    } else if (got < 0 && errno == EINTR) {
      continue;
    } else if (fd < 0 && errno == ENOSYS) {
      fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
      if (fd < 0)
        abort();
    } else {
      abort();
    }
  }
  if (fd >= 0)
    close(fd);
}

void vdbshim_zero(void *bytes, size_t length) { explicit_bzero(bytes, length); }

const char *vdbshim_environment(const char *name) { return getenv(name); }

void vdbshim_sigpipe_begin(vdbshim_sigpipe_guard *guard) {
  sigset_t pipe_only, pending;
  sigemptyset(&pipe_only);
  sigaddset(&pipe_only, SIGPIPE);
  sigpending(&pending);
  guard->was_pending = sigismember(&pending, SIGPIPE);
  sigprocmask(SIG_BLOCK, &pipe_only, &guard->previous);
}

void vdbshim_sigpipe_end(const vdbshim_sigpipe_guard *guard) {
  if (!guard->was_pending) {
    sigset_t pipe_only, pending;
    sigpending(&pending);
    if (sigismember(&pending, SIGPIPE)) {
      const struct timespec none = {0, 0};
      sigemptyset(&pipe_only);
      sigaddset(&pipe_only, SIGPIPE);
      while (sigtimedwait(&pipe_only, NULL, &none) < 0 && errno == EINTR)
        ;
    }
  }
  sigprocmask(SIG_SETMASK, &guard->previous, NULL);
}

#ifdef VDBRT_EMBEDDED
/* What the Embedded Swift library asks its platform for. */
__attribute__((visibility("hidden"))) void arc4random_buf(void *buffer, size_t length) { vdbshim_random(buffer, length); }

#include <locale.h>
__attribute__((visibility("hidden"))) const char *_swift_stdlib_strtod_clocale(const char *text, double *out) {
  static locale_t c_locale;
  locale_t locale = __atomic_load_n(&c_locale, __ATOMIC_ACQUIRE);
  if (!locale) {
    locale_t fresh = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (__atomic_compare_exchange_n(&c_locale, &locale, fresh, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
      locale = fresh;
    else
      freelocale(fresh);
  }
  char *end;
  *out = strtod_l(text, &end, locale);
  return end;
}
#endif
