/* The descriptor is readable exactly while something waits to be pulled, works in poll and epoll, and stays the same. */
#include "support.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>

static bool readable(int fd, int ms) {
  struct pollfd p = {fd, POLLIN, 0};
  int ready = poll(&p, 1, ms);
  CHECK(ready >= 0);
  CHECK((p.revents & (POLLERR | POLLNVAL | POLLHUP)) == 0);
  return ready == 1;
}

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, NULL);
  server_websocket(s, "{'await':'a'},{'json':[1]},{'json':[2]},{'json':[3]},{'await':'b'},{'flood':{'count':2000,'json':[4]}},"
                      "{'await':'c'},{'close_frame':1000}");
  vdbrt_events *events = channel_open(client);
  int32_t fd = -1, again = -1;
  OK(vdbrt_events_fd(events, &fd, &err));
  OK(vdbrt_events_fd(events, &again, &err));
  CHECK(fd >= 0);
  CHECK_INT(fd, again);
  CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);

  /* The connected event waits. */
  CHECK(readable(fd, 0));
  CHECK(readable(fd, 0));
  skip_event(events, VDBRT_EVENT_CONNECTED);
  CHECK(!readable(fd, 0));
  vdbrt_event *e = NULL;
  FAILS(VDBRT_E_AGAIN, vdbrt_events_next(events, 0, &e, &err));
  CHECK(!readable(fd, 20));

  server_go(s, "a");
  for (int i = 0; i < 3; i++) {
    CHECK(readable(fd, slow(5000)));
    OK(vdbrt_events_next(events, 0, &e, &err));
    vdbrt_event_free(e);
  }
  CHECK(!readable(fd, 0));

  /* A loop as an application has one: never asleep while there is an event, never awake without one. */
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event interest = {.events = EPOLLIN, .data.fd = fd};
  CHECK_INT(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &interest), 0);
  server_go(s, "b");
  for (int got = 0, idle = 0; got < 2000;) {
    struct epoll_event ready;
    CHECK_INT(epoll_wait(epoll, &ready, 1, slow(5000)), 1);
    vdbrt_event *batch[16];
    size_t count = 0;
    err_clear();
    if (vdbrt_events_next_batch(events, 0, batch, 16, &count, &err) == VDBRT_E_AGAIN)
      CHECK(++idle < 5);
    for (size_t i = 0; i < count; i++)
      vdbrt_event_free(batch[i]);
    got += (int)count;
  }
  CHECK(!readable(fd, 0));

  /* The end of the channel is something to pull as well, and stays so. */
  server_go(s, "c");
  CHECK(readable(fd, slow(5000)));
  json_decref(disconnected_data(events));
  CHECK(readable(fd, 0));
  FAILS(VDBRT_E_DISCONNECTED, vdbrt_events_next(events, 0, &e, &err));
  CHECK(readable(fd, 0));
  close(epoll);
  vdbrt_events_release(events);
  client_end(client);
  return passed();
}
