/* REST through libvideodb_rt: one client for all threads. */
#include "ours_client.h"
#include "rest.h"

static vdbrt_client *client;

static void rest_begin(const char *url) { client = client_for(url); }

static void *rest_thread(void) { return NULL; }

static size_t rest_call(void *thread) {
  vdbrt_error *why = NULL;
  char *answer;
  (void)thread;
  check_with(vdbrt_rtstream_get(client, STREAM_ID, NULL, &answer, &why), why);
  size_t length = strlen(answer);
  vdbrt_string_free(answer);
  return length;
}

static void rest_end(void *thread) { (void)thread; }

int main(int argc, char **argv) { return rest_main(argc, argv); }
