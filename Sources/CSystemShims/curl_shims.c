#include "CSystemShims.h"

#include <pthread.h>

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

void vdbshim_slist_free_zeroed(struct curl_slist *list) {
  for (struct curl_slist *item = list; item; item = item->next)
    if (item->data)
      vdbshim_zero(item->data, strlen(item->data));
  curl_slist_free_all(list);
}
