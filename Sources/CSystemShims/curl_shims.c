#include "CSystemShims.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static pthread_mutex_t start_lock = PTHREAD_MUTEX_INITIALIZER;
static int started;

CURLcode vdbshim_curl_start(void) {
  CURLcode result = CURLE_OK;
  pthread_mutex_lock(&start_lock);
  if (!started) {
    result = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (result == CURLE_OK) {
      /* jansson seeds its hash at first use, which is a race; once from here it is none. */
      json_object_seed(0);
      started = 1;
    }
  }
  pthread_mutex_unlock(&start_lock);
  return result;
}

int64_t vdbshim_http_date(const char *line, size_t length) {
  char text[64];
  if (length <= 5 || length - 5 >= sizeof text)
    return -1;
  memcpy(text, line + 5, length - 5);
  text[length - 5] = 0;
  return (int64_t)curl_getdate(text, NULL);
}

static int queued(int fd, unsigned long which) {
  int count = 0;
  return ioctl(fd, which, &count) == 0 ? count : 0;
}

/* libcurl says nothing about the pair of sockets behind its wakeup. A new pair gets the two lowest free numbers; that these are the pair
 * is certain when a wakeup leaves a byte to read in the one and a byte underway in the other. */
CURLM *vdbshim_multi_new(void) {
  int first = vdbshim_eventfd_new(), second = vdbshim_eventfd_new();
  if (second >= 0)
    close(second);
  if (first >= 0)
    close(first);
  CURLM *multi = curl_multi_init();
  if (!multi || second < 0)
    return multi;
  if (fcntl(first, F_GETFD) == 0 && fcntl(second, F_GETFD) == 0 && !queued(first, FIONREAD) && !queued(second, TIOCOUTQ) &&
      curl_multi_wakeup(multi) == CURLM_OK) {
    if (queued(first, FIONREAD) == 1 && queued(second, TIOCOUTQ) > 0) {
      fcntl(first, F_SETFD, FD_CLOEXEC);
      fcntl(second, F_SETFD, FD_CLOEXEC);
    }
    curl_multi_poll(multi, NULL, 0, 0, NULL);
  }
  return multi;
}

static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)user;
  (void)purpose;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void vdbshim_easy_close_on_exec(CURL *easy) { curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket); }

int vdbshim_easy_before_request(CURL *easy, int (*fn)(void *user, char *, char *, int, int), void *user) {
#if LIBCURL_VERSION_NUM >= 0x075000
  return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, fn) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_PREREQDATA, user) == CURLE_OK;
#else
  (void)easy, (void)fn, (void)user;
  return 0;
#endif
}

int vdbshim_socket_duplicate(int fd) { return fcntl(fd, F_DUPFD_CLOEXEC, 0); }

static ptrdiff_t moved(ssize_t count) {
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) ? VDBSHIM_AGAIN : count;
}

ptrdiff_t vdbshim_socket_send(int fd, const void *bytes, size_t length) { return moved(send(fd, bytes, length, MSG_NOSIGNAL)); }

ptrdiff_t vdbshim_socket_receive(int fd, void *out, size_t length) { return moved(recv(fd, out, length, 0)); }

int vdbshim_socket_is_idle(int fd) {
  char byte;
  return fd >= 0 && recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

int vdbshim_socket_is_silent(int fd) {
  struct tcp_info info = {0};
  socklen_t size = sizeof info;
  return fd >= 0 && getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_state == TCP_ESTABLISHED &&
         info.tcpi_backoff > 0;
}

void vdbshim_slist_free_zeroed(struct curl_slist *list) {
  for (struct curl_slist *item = list; item; item = item->next)
    if (item->data)
      vdbshim_zero(item->data, strlen(item->data));
  curl_slist_free_all(list);
}
