#include "CSystemShims.h"

#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>

int vdbshim_epoll_new(void) { return epoll_create1(EPOLL_CLOEXEC); }

int vdbshim_epoll_control(int epoll_fd, int op, int fd, uint32_t events, uint64_t token) {
  struct epoll_event event;
  memset(&event, 0, sizeof event);
  event.events = events;
  event.data.u64 = token;
  return epoll_ctl(epoll_fd, op, fd, &event);
}

int vdbshim_eventfd_new(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void vdbshim_eventfd_signal(int fd) {
  uint64_t one = 1;
  while (write(fd, &one, sizeof one) < 0 && errno == EINTR)
    ; /* EAGAIN: the counter is full, so the descriptor is readable already */
}

void vdbshim_eventfd_drain(int fd) {
  uint64_t count;
  while (read(fd, &count, sizeof count) < 0 && errno == EINTR)
    ;
}

int vdbshim_timerfd_new(void) { return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK); }

void vdbshim_timerfd_set(int fd, int64_t deadline_ms) {
  struct itimerspec spec;
  memset(&spec, 0, sizeof spec);
  if (deadline_ms >= 0) {
    if (deadline_ms == 0)
      deadline_ms = 1; /* all zero would switch it off */
    spec.it_value.tv_sec = (time_t)(deadline_ms / 1000);
    spec.it_value.tv_nsec = (long)(deadline_ms % 1000) * 1000000;
  }
  timerfd_settime(fd, TFD_TIMER_ABSTIME, &spec, NULL);
}
