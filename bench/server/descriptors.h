/* As many descriptors as many connections take: as far as this user may go. */
#pragma once
#include <sys/resource.h>

static inline void raise_descriptors(void) {
  struct rlimit files = {100000, 100000};
  if (setrlimit(RLIMIT_NOFILE, &files) == 0)
    return;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}
