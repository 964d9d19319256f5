/* The log: levels, topics, off by default, and on whatever thread something happens. */
#include "support.h"

typedef struct {
  atomic_int count[4];
  atomic_int topics; /* 1 http, 2 ws, 4 client */
  atomic_int lowest;
} log_of;

static void on_line(void *user, int32_t level, const char *topic, const char *message) {
  log_of *l = user;
  CHECK(level >= 0 && level <= 3 && strlen(message) > 3 && !strchr(message, '\n'));
  atomic_fetch_add(&l->count[level], 1);
  atomic_fetch_or(&l->topics, !strcmp(topic, "http") ? 1 : !strcmp(topic, "ws") ? 2 : !strcmp(topic, "client") ? 4 : 8);
}

static void use(server *s, vdbrt_config *config) {
  vdbrt_client *client = client_of(config);
  char *out = NULL;
  OK(vdbrt_collection_list(client, NULL, &out, &err));
  vdbrt_string_free(out);
  FAILS(VDBRT_E_NOT_FOUND, vdbrt_rtstream_get(client, "none", NULL, &out, &err));
  vdbrt_events *events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  server_go(s, "go");
  json_decref(disconnected_data(events));
  vdbrt_events_release(events);
  client_end(client);
}

int main(void) {
  server *s = server_start();
  server_on(s, "GET /collection", "{'status':200,'json':{'data':{'collections':[]}}}");
  server_websocket(s, "{'await':'go'},{'reset':true}");
  log_of all = {0}, serious = {0}, none = {0};

  vdbrt_config *config = config_for(s, NULL);
  OK(vdbrt_config_set_log(config, VDBRT_LOG_DEBUG, on_line, &all, &err));
  use(s, config);
  CHECK(atomic_load(&all.count[VDBRT_LOG_DEBUG]) > 0);
  CHECK(atomic_load(&all.count[VDBRT_LOG_WARNING]) + atomic_load(&all.count[VDBRT_LOG_ERROR]) > 0);
  CHECK_INT(atomic_load(&all.topics) & 3, 3);
  CHECK(atomic_load(&all.topics) < 8);

  config = config_for(s, NULL);
  OK(vdbrt_config_set_log(config, VDBRT_LOG_WARNING, on_line, &serious, &err));
  use(s, config);
  CHECK_INT(atomic_load(&serious.count[VDBRT_LOG_DEBUG]) + atomic_load(&serious.count[VDBRT_LOG_INFO]), 0);
  CHECK(atomic_load(&serious.count[VDBRT_LOG_WARNING]) + atomic_load(&serious.count[VDBRT_LOG_ERROR]) > 0);

  config = config_for(s, NULL);
  OK(vdbrt_config_set_log(config, VDBRT_LOG_DEBUG, on_line, &none, &err));
  OK(vdbrt_config_set_log(config, VDBRT_LOG_DEBUG, NULL, NULL, &err));
  use(s, config);
  CHECK_INT(atomic_load(&none.topics), 0);
  return passed();
}
