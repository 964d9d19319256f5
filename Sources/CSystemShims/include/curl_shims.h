/* libcurl's variadic functions with one type each. */
#ifndef VDBSHIM_CURL_H
#define VDBSHIM_CURL_H

#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

typedef size_t (*vdbshim_data_fn)(char *data, size_t size, size_t count, void *user);
typedef int (*vdbshim_socket_fn)(CURL *easy, curl_socket_t socket, int what, void *user, void *per_socket);
typedef int (*vdbshim_timer_fn)(CURLM *multi, long timeout_ms, void *user);

static inline CURLcode vdbshim_easy_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode vdbshim_easy_set_pointer(CURL *easy, CURLoption option, const void *value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode vdbshim_easy_set_offset(CURL *easy, CURLoption option, int64_t value) {
  return curl_easy_setopt(easy, option, (curl_off_t)value);
}
static inline CURLcode vdbshim_easy_set_data_fn(CURL *easy, CURLoption option, vdbshim_data_fn value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode vdbshim_easy_get_long(CURL *easy, CURLINFO info, long *out) {
  return curl_easy_getinfo(easy, info, out);
}
static inline CURLcode vdbshim_easy_get_offset(CURL *easy, CURLINFO info, curl_off_t *out) {
  return curl_easy_getinfo(easy, info, out);
}
static inline CURLcode vdbshim_easy_get_socket(CURL *easy, curl_socket_t *out) {
  return curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, out);
}

static inline CURLMcode vdbshim_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}
static inline CURLMcode vdbshim_multi_set_pointer(CURLM *multi, CURLMoption option, void *value) {
  return curl_multi_setopt(multi, option, value);
}
static inline CURLMcode vdbshim_multi_set_socket_fn(CURLM *multi, vdbshim_socket_fn value) {
  return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, value);
}
static inline CURLMcode vdbshim_multi_set_timer_fn(CURLM *multi, vdbshim_timer_fn value) {
  return curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, value);
}

/* The next transfer of the multi handle that is done: 1, its CURLOPT_PRIVATE and its result. 0 when there is none. */
static inline int vdbshim_multi_next_done(CURLM *multi, void **owner, CURLcode *out) {
  int left = 0;
  CURLMsg *message;
  while ((message = curl_multi_info_read(multi, &left)))
    if (message->msg == CURLMSG_DONE) {
      *out = message->data.result;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, owner);
      return 1;
    }
  return 0;
}

/* curl_global_init, exactly once in this process and before anything else of libcurl's. */
CURLcode vdbshim_curl_start(void);

/* curl_multi_init. Its wakeup descriptors close on exec, which libcurl's own (7.88) do not. */
CURLM *vdbshim_multi_new(void);

/* The easy handle's sockets close on exec. */
void vdbshim_easy_close_on_exec(CURL *easy);

/* `fn` runs each time before the request is sent, also when libcurl itself sends it again because a kept connection turned out to be
 * dead; what it returns other than 0 aborts. 0: this libcurl (before 7.80) cannot tell. */
int vdbshim_easy_before_request(CURL *easy, int (*fn)(void *user, char *, char *, int, int), void *user);

/* Ending a transfer does not wait for a name lookup that is under way (libcurl 7.87 and newer; older ones wait). */
static inline void vdbshim_easy_quick_exit(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075700
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#else
  (void)easy;
#endif
}

/* The same socket under another number, close-on-exec, or -1. */
int vdbshim_socket_duplicate(int fd);

/* The bytes that were moved; VDBSHIM_AGAIN: none for now; -1 with errno. Raises no SIGPIPE. */
enum { VDBSHIM_AGAIN = -2 };
ptrdiff_t vdbshim_socket_send(int fd, const void *bytes, size_t length);
ptrdiff_t vdbshim_socket_receive(int fd, void *out, size_t length);

/* Whether a connected socket is open and has nothing to read, as far as can be seen without waiting. */
int vdbshim_socket_is_idle(int fd);

/* Whether the kernel tries over this connected socket again and again to send what nobody acknowledges, or what it has no way to send. */
int vdbshim_socket_is_silent(int fd);

/* Overwrites the strings of the list, which may hold the key, before it frees them. */
void vdbshim_slist_free_zeroed(struct curl_slist *list);

/* The time of a header line "Date: ..." in seconds since the Unix epoch; -1 where it is none. */
int64_t vdbshim_http_date(const char *line, size_t length);

#endif
