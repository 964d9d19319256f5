/* With no descriptor left, every function says so instead of hanging or ending the process; with enough of them it works again. */
#include "support.h"

#include <fcntl.h>
#include <sys/resource.h>

enum { LIMIT = 64 };

/* Takes all descriptors but `spare`. */
static int taken[LIMIT], count;

static void take_all_but(int spare) {
  count = 0;
  for (int fd; (fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;)
    taken[count++] = fd;
  while (spare-- > 0)
    close(taken[--count]);
}

static void give_back(void) {
  while (count > 0)
    close(taken[--count]);
}

static void allowed(const char *what, int spare, vdbrt_status status) {
  if (status != VDBRT_OK && status != VDBRT_E_NO_MEMORY && status != VDBRT_E_CONNECT && status != VDBRT_E_RESOLVE)
    failed(__FILE__, __LINE__, "%s with %d descriptors to spare gave %s: %s", what, spare, vdbrt_status_name(status),
           vdbrt_error_message(err));
}

/* Whether everything worked. */
static bool tried(server *s, int spare) {
  vdbrt_config *config = config_for(s, "{'http.max_retries':0,'ws.connect_timeout_ms':%d}", slow(2000));
  take_all_but(spare);
  vdbrt_client *client = NULL;
  vdbrt_events *events = NULL;
  char *out = NULL;
  int32_t fd = -1;
  bool all = true;
  err_clear();
  vdbrt_status status = vdbrt_client_new(config, &client, &err);
  allowed("client_new", spare, status);
  all = all && status == VDBRT_OK;
  if (client) {
    err_clear();
    status = vdbrt_collection_list(client, NULL, &out, &err);
    allowed("collection_list", spare, status);
    all = all && status == VDBRT_OK;
    vdbrt_string_free(out);
    err_clear();
    status = vdbrt_events_open(client, NULL, NULL, &events, &err);
    allowed("events_open", spare, status);
    all = all && status == VDBRT_OK;
  }
  if (events) {
    err_clear();
    status = vdbrt_events_fd(events, &fd, &err);
    allowed("events_fd", spare, status);
    all = all && status == VDBRT_OK;
    skip_event(events, VDBRT_EVENT_CONNECTED);
  }
  vdbrt_events_release(events);
  if (client)
    client_end(client);
  give_back();
  vdbrt_config_free(config);
  return all;
}

int main(void) {
  server *s = server_start();
  server_on(s, "GET /collection", "{'status':200,'json':{'data':{'collections':[]}}}");
  server_websocket(s, NULL);
  struct rlimit before, limit;
  CHECK_INT(getrlimit(RLIMIT_NOFILE, &before), 0);
  limit = (struct rlimit){LIMIT, before.rlim_max};
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
  int spare = 0;
  while (!tried(s, spare))
    CHECK(++spare < 40);
  CHECK(spare > 0);
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &before), 0);
  return passed();
}
