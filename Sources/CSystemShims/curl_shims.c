#include "CSystemShims.h"

#include <fcntl.h>
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

static int unread_bytes(int fd) {
  int count = 0;
  return ioctl(fd, FIONREAD, &count) == 0 ? count : 0;
}

/* libcurl says nothing about its wakeup descriptors. They are the ones that have a byte to read after a wakeup and had none before;
 * new descriptors get the lowest free numbers, so that is where to look. */
CURLM *vdbshim_multi_new(void) {
  enum { LOOK = 8 };
  int lowest = vdbshim_eventfd_new();
  if (lowest >= 0)
    close(lowest);
  CURLM *multi = curl_multi_init();
  if (!multi || lowest < 0)
    return multi;
  int before[LOOK];
  for (int i = 0; i < LOOK; i++)
    before[i] = unread_bytes(lowest + i);
  if (curl_multi_wakeup(multi) != CURLM_OK)
    return multi;
  for (int i = 0; i < LOOK; i++)
    if (before[i] == 0 && unread_bytes(lowest + i) == 1) {
      /* The other end has the next number. */
      for (int fd = lowest + i; fd <= lowest + i + 1; fd++)
        if (fcntl(fd, F_GETFD) == 0)
          fcntl(fd, F_SETFD, FD_CLOEXEC);
      break;
    }
  curl_multi_poll(multi, NULL, 0, 0, NULL);
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

int vdbshim_easy_is_connected(CURL *easy) {
  curl_socket_t fd = CURL_SOCKET_BAD;
  char byte;
  if (vdbshim_easy_get_socket(easy, &fd) != CURLE_OK || fd == CURL_SOCKET_BAD)
    return 0;
  ssize_t got = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void vdbshim_slist_free_zeroed(struct curl_slist *list) {
  for (struct curl_slist *item = list; item; item = item->next)
    if (item->data)
      vdbshim_zero(item->data, strlen(item->data));
  curl_slist_free_all(list);
}
