/* REST by hand: a libcurl handle for each thread, whose connection is kept, and jansson. */
#include <curl/curl.h>
#include <jansson.h>
#include "rest.h"

struct thread {
  CURL *curl;
  struct curl_slist *headers;
  char *body;
  size_t length, size;
};

static char target[256];

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static size_t on_bytes(char *bytes, size_t one, size_t count, void *user) {
  struct thread *t = user;
  size_t length = one * count;
  if (t->length + length > t->size) {
    t->size = 2 * (t->length + length);
    t->body = realloc(t->body, t->size);
  }
  memcpy(t->body + t->length, bytes, length);
  t->length += length;
  return length;
}

static void rest_begin(const char *url) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  snprintf(target, sizeof target, "%s/rtstream/" STREAM_ID, url);
}

static void *rest_thread(void) {
  struct thread *t = calloc(1, sizeof *t);
  t->curl = curl_easy_init();
  t->headers = curl_slist_append(NULL, "x-access-token: sk-bench");
  t->headers = curl_slist_append(t->headers, "x-videodb-client: hand/1");
  curl_easy_setopt(t->curl, CURLOPT_URL, target);
  curl_easy_setopt(t->curl, CURLOPT_HTTPHEADER, t->headers);
  curl_easy_setopt(t->curl, CURLOPT_WRITEFUNCTION, on_bytes);
  curl_easy_setopt(t->curl, CURLOPT_WRITEDATA, t);
  curl_easy_setopt(t->curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(t->curl, CURLOPT_TIMEOUT_MS, 30000L);
  if (getenv("BENCH_CA"))
    curl_easy_setopt(t->curl, CURLOPT_CAINFO, getenv("BENCH_CA"));
  return t;
}

static size_t rest_call(void *thread) {
  struct thread *t = thread;
  long status = 0;
  json_error_t error;
  t->length = 0;
  CURLcode code = curl_easy_perform(t->curl);
  curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK || status != 200)
    fail(curl_easy_strerror(code));
  json_t *answer = json_loadb(t->body, t->length, 0, &error);
  if (!json_is_true(json_object_get(answer, "success")))
    fail("no success");
  char *data = json_dumps(json_object_get(answer, "data"), JSON_COMPACT);
  size_t length = strlen(data);
  free(data);
  json_decref(answer);
  return length;
}

static void rest_end(void *thread) {
  struct thread *t = thread;
  curl_easy_cleanup(t->curl);
  curl_slist_free_all(t->headers);
  free(t->body);
  free(t);
}

int main(int argc, char **argv) { return rest_main(argc, argv); }
