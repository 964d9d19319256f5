/* A disk may take a second to take what a state file was given: events do not wait for it. The end of the channel does. */
#include "support.h"

#include <semaphore.h>

static atomic_int begun, ended;
static sem_t disk;

/* In place of libc's, also for the library: a disk that takes as long as the test wants. */
int fdatasync(int fd) {
  (void)fd;
  begun++;
  while (sem_wait(&disk) != 0)
    ;
  ended++;
  return 0;
}

#define SAID(n)                                                                                                                \
  "{'json':{'channel':'transcript','rtstream_id':'rts-1','data':{'text':'" #n "','is_final':true,'start':" #n "000,'end':" #n  \
  "900}}}"

int main(void) {
  sem_init(&disk, 0, 1); /* A new file is flushed once before it is used. */
  server *s = server_start();
  server_websocket(s, SAID(1) ",{'await':'second'}," SAID(2) ",{'await':'third'}," SAID(3));
  vdbrt_client *client = client_for(s, "{'state.sync_ms':20,'state.file':'%s/state'}", temp_folder());
  vdbrt_events *events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  skip_event(events, VDBRT_EVENT_TRANSCRIPT);
  WAIT_FOR(begun == 2, 5000);
  server_go(s, "second");
  skip_event(events, VDBRT_EVENT_TRANSCRIPT);
  server_go(s, "third");
  skip_event(events, VDBRT_EVENT_TRANSCRIPT);
  CHECK_INT(ended, 1);
  CHECK_INT(begun, 2); /* one at a time */

  /* What came meanwhile follows. */
  sem_post(&disk);
  WAIT_FOR(begun == 3, 5000);
  for (int i = 0; i < 10; i++)
    sem_post(&disk);
  vdbrt_events_release(events);
  client_end(client);
  CHECK_INT(ended, begun);
  return passed();
}
