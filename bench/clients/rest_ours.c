/* REST through libvideodb_rt: one client for all threads. */
#include <videodb_rt.h>
#include "rest.h"

static vdbrt_client *client;
static vdbrt_error *err;

static void check(vdbrt_status status, vdbrt_error *why) {
  if (status == VDBRT_OK)
    return;
  fprintf(stderr, "%s\n", vdbrt_error_message(why));
  exit(1);
}

static void rest_begin(const char *url) {
  vdbrt_config *config;
  check(vdbrt_config_new(&config, &err), err);
  check(vdbrt_config_set(config, "api_key", "sk-bench", &err), err);
  check(vdbrt_config_set(config, "base_url", url, &err), err);
  if (getenv("BENCH_CA"))
    check(vdbrt_config_set(config, "tls.ca_file", getenv("BENCH_CA"), &err), err);
  check(vdbrt_client_new(config, &client, &err), err);
  vdbrt_config_free(config);
}

static void *rest_thread(void) { return NULL; }

static size_t rest_call(void *thread) {
  vdbrt_error *why = NULL;
  char *answer;
  (void)thread;
  check(vdbrt_rtstream_get(client, STREAM_ID, NULL, &answer, &why), why);
  size_t length = strlen(answer);
  vdbrt_string_free(answer);
  return length;
}

static void rest_end(void *thread) { (void)thread; }

int main(int argc, char **argv) { return rest_main(argc, argv); }
