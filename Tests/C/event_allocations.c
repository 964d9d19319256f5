/* In steady state an event that is pushed costs no call of the allocator: a transcript that is bound to the channel, with
 * escapes to decode. The allocator of this program counts what the I/O thread asks it for. */
#include "support.h"

#include <errno.h>

#ifdef MEMORY_IS_A_SANITIZERS
int main(void) { skipped("the allocator is a sanitizer's"); }
#else

enum { EVENTS = 6000, FROM = 3000 };

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

static _Thread_local bool is_counted;
static atomic_long asked;

static void count(void) {
  if (is_counted)
    atomic_fetch_add(&asked, 1);
}

void *malloc(size_t size) {
  count();
  return __libc_malloc(size);
}
void *calloc(size_t n, size_t size) {
  count();
  return __libc_calloc(n, size);
}
void *realloc(void *memory, size_t size) {
  count();
  return __libc_realloc(memory, size);
}
void free(void *memory) {
  if (memory)
    count();
  __libc_free(memory);
}
int posix_memalign(void **out, size_t alignment, size_t size) {
  count();
  *out = __libc_memalign(alignment, size);
  return *out ? 0 : ENOMEM;
}
void *aligned_alloc(size_t alignment, size_t size) {
  count();
  return __libc_memalign(alignment, size);
}

static atomic_int seen, wrong;

static void on_event(void *user, const vdbrt_event *e) {
  (void)user;
  if (vdbrt_event_kind(e) != VDBRT_EVENT_TRANSCRIPT)
    return;
  int n = atomic_fetch_add(&seen, 1);
  size_t length = 0;
  const char *text = vdbrt_event_text(e, &length);
  if (length < 20 || memcmp(text, "said \"", 6) != 0 || text[length - 1] != '\n')
    atomic_fetch_add(&wrong, 1);
  is_counted = n >= FROM && n < EVENTS - 1;
}

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, "{'backfill.remember':1000}");
  server_on(s, "POST /rtstream/rts-1/transcription", "{'status':200,'json':{'success':true,'data':{'status':'running'}}}");
  server_on(s, "GET /rtstream/rts-1/transcription",
            "{'status':200,'json':{'success':true,'data':{'next_page':false,'transcription_records':[]}}}");
  server_websocket(s,
                   "{'await':'bound'},{'flood':{'count':%d,'json':{'channel':'transcript','rtstream_id':'rts-1','data':{"
                   "'text':'said \\\"{n}\\\" and nothing else\\n','start':'1{n}','end':'1{n}.5'}}}}",
                   EVENTS);
  vdbrt_events *events = channel_open(client);
  char *out = NULL;
  OK(vdbrt_rtstream_start_transcript(client, "rts-1", "{\"ws_connection_id\":\"conn-1\"}", NULL, &out, &err));
  vdbrt_string_free(out);
  OK(vdbrt_events_subscribe(events, NULL, on_event, NULL, NULL, NULL, &err));
  server_go(s, "bound");
  WAIT_FOR(atomic_load(&seen) == EVENTS, slow(20000));
  CHECK_INT(atomic_load(&wrong), 0);
  /* What is left is not an event's: after some reads the loop gives others their turn, and remembers to come back. */
  long most = (EVENTS - FROM) / 100;
  if (atomic_load(&asked) > most)
    failed(__FILE__, __LINE__, "%ld allocations for %d events", atomic_load(&asked), EVENTS - FROM);
  vdbrt_events_release(events);
  client_end(client);
  return passed();
}
#endif
