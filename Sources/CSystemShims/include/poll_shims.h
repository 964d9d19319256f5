/* epoll, eventfd and timerfd, non-blocking and close-on-exec. */
#ifndef VDBSHIM_POLL_H
#define VDBSHIM_POLL_H

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <unistd.h>

static inline int vdbshim_errno(void) { return errno; }

/* close(), under a name that no Swift method hides. */
static inline void vdbshim_close(int fd) { close(fd); }

int vdbshim_epoll_new(void);
/* op: EPOLL_CTL_ADD, _MOD, _DEL. events: EPOLLIN and so on. 0, or -1 with errno. */
int vdbshim_epoll_control(int epoll_fd, int op, int fd, uint32_t events, uint64_t token);

int vdbshim_eventfd_new(void);
void vdbshim_eventfd_signal(int fd);
void vdbshim_eventfd_drain(int fd);

int vdbshim_timerfd_new(void);
/* Absolute CLOCK_MONOTONIC milliseconds; negative: off. */
void vdbshim_timerfd_set(int fd, int64_t deadline_ms);

#endif
