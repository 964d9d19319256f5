/* The same by hand with libcurl and jansson: asks REST for the URL of the WebSocket, opens that, and reads its connection id and an event. */
#include <curl/curl.h>
#include <jansson.h>
#include <poll.h>
#include <stdint.h>
#include <sys/random.h>
#include "start.h"

static char body[65536];
static size_t body_length;
static CURL *socket_of;

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static size_t on_bytes(char *bytes, size_t one, size_t count, void *unused) {
  (void)unused;
  if (body_length + one * count > sizeof body)
    return 0;
  memcpy(body + body_length, bytes, one * count);
  body_length += one * count;
  return one * count;
}

/* The WebSocket's URL, to be freed. */
static char *ask_for_url(void) {
  char url[256], key[256];
  long status = 0;
  CURL *curl = curl_easy_init();
  snprintf(url, sizeof url, "%s/collection/default/websocket", getenv("VIDEO_DB_API"));
  snprintf(key, sizeof key, "x-access-token: %s", getenv("VIDEO_DB_API_KEY"));
  struct curl_slist *headers = curl_slist_append(NULL, key);
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  CURLcode code = curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK || status != 200)
    fail(curl_easy_strerror(code));
  json_t *answer = json_loadb(body, body_length, 0, NULL);
  const char *found = json_string_value(json_object_get(json_object_get(answer, "data"), "websocket_url"));
  if (!found || strncmp(found, "ws", 2))
    fail("no URL");
  char *copy = strdup(found);
  json_decref(answer);
  return copy;
}

static void connect_to(const char *url) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char http[256], key[25] = {0}, request[512];
  unsigned char random[24];
  size_t sent = 0;
  snprintf(http, sizeof http, "http%s", url + 2);
  char *path = strchr(http + 8, '/'), *host = strstr(http, "//") + 2;
  socket_of = curl_easy_init();
  curl_easy_setopt(socket_of, CURLOPT_URL, http);
  curl_easy_setopt(socket_of, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(socket_of, CURLOPT_NOSIGNAL, 1L);
  if (curl_easy_perform(socket_of) != CURLE_OK || getrandom(random, sizeof random, 0) != sizeof random)
    fail("no connection");
  for (int i = 0; i < 22; i++)
    key[i] = digits[random[i] & (i == 21 ? 0x30 : 0x3F)];
  memcpy(key + 22, "==", 2);
  int length =
      snprintf(request, sizeof request,
               "GET %s HTTP/1.1\r\nHost: %.*s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: %s\r\n"
               "Sec-WebSocket-Version: 13\r\n\r\n",
               path, (int)(path - host), host, key);
  if (curl_easy_send(socket_of, request, (size_t)length, &sent) != CURLE_OK || sent != (size_t)length)
    fail("the request was not sent");
}

/* Reads on until `size` bytes are there. */
static void need(size_t size) {
  while (body_length < size) {
    size_t got = 0;
    CURLcode code = curl_easy_recv(socket_of, body + body_length, sizeof body - body_length, &got);
    if (code == CURLE_AGAIN) {
      curl_socket_t fd;
      curl_easy_getinfo(socket_of, CURLINFO_ACTIVESOCKET, &fd);
      poll(&(struct pollfd){fd, POLLIN, 0}, 1, 10000);
    } else if (code != CURLE_OK || got == 0) {
      fail("the connection ended");
    }
    body_length += got;
  }
}

/* The message that begins at *at, which moves behind it. */
static json_t *next_message(size_t *at) {
  need(*at + 4);
  const unsigned char *p = (const unsigned char *)body + *at;
  size_t header = p[1] == 126 ? 4 : 2, length = p[1] == 126 ? (size_t)p[2] << 8 | p[3] : p[1];
  need(*at + header + length);
  json_t *message = json_loadb(body + *at + header, length, 0, NULL);
  *at += header + length;
  return message;
}

int main(void) {
  char *end;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  char *url = ask_for_url();
  body_length = 0;
  connect_to(url);
  free(url);
  while (!(end = memmem(body, body_length, "\r\n\r\n", 4)))
    need(body_length + 1);
  if (strncmp(body, "HTTP/1.1 101", 12))
    fail("no WebSocket");
  size_t at = (size_t)(end + 4 - body);
  if (!json_string_value(json_object_get(next_message(&at), "connection_id")))
    fail("no connection id");
  json_t *event = next_message(&at);
  json_t *channel = json_object_get(event, "channel"), *text = json_object_get(json_object_get(event, "data"), "text");
  started(json_string_value(channel), json_string_length(channel), json_string_length(text));
}
