/* A shutdown ends what other threads wait for, in every stage of a call and of an opening channel, with VDBRT_E_CLOSED. */
#include "support.h"

static server *s;
static vdbrt_client *client;

static void *call(void *user) {
  char *out = NULL;
  *(vdbrt_status *)user = vdbrt_collection_list(client, NULL, &out, NULL);
  CHECK(out == NULL);
  return NULL;
}

static void *open_channel(void *user) {
  vdbrt_events *events = NULL;
  *(vdbrt_status *)user = vdbrt_events_open(client, NULL, NULL, &events, NULL);
  CHECK(events == NULL);
  return NULL;
}

static const struct {
  const char *url_answer, *ws_steps; /* NULL: as it should be */
  int requests;                      /* when these have come, the stage is reached */
} stages[] = {
    {"[[{'hang':true}]]", NULL, 2},
    {NULL, "{'hang':true}", 3},
    {NULL, "{'upgrade':true},{'hang':true}", 3},
    {NULL, "{'upgrade':{'cut':20}}", 3},
};

int main(void) {
  s = server_start();
  int full = server_listen(s, "{'name':'full','kind':'full'}");
  for (size_t i = 0; i <= sizeof stages / sizeof *stages; i++) {
    server_reset(s);
    bool is_full = i == sizeof stages / sizeof *stages;
    server_websocket_raw(s, "{'hang':true}");
    if (is_full)
      server_on(s, "GET /collection/default/websocket",
                "{'status':200,'json':{'data':{'websocket_url':'ws://127.0.0.1:%d/ws'}}}", full);
    else if (stages[i].url_answer)
      server_on(s, "GET /collection/default/websocket", "%s", stages[i].url_answer);
    else
      server_websocket_raw(s, "%s", stages[i].ws_steps);
    server_on(s, "GET /collection", "[[{'hang':true}]]");
    client = client_for(s, "{'ws.close_timeout_ms':200}");
    vdbrt_status status[2] = {VDBRT_OK, VDBRT_OK};
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, call, &status[0]);
    pthread_create(&threads[1], NULL, open_channel, &status[1]);
    server_wait(s, "requests", is_full ? 2 : stages[i].requests);
    int64_t start = now_ms();
    OK(vdbrt_client_shutdown(client, slow(3000), &err));
    for (int t = 0; t < 2; t++)
      pthread_join(threads[t], NULL);
    CHECK(now_ms() - start < slow(1000));
    CHECK_INT(status[0], VDBRT_E_CLOSED);
    if (status[1] != VDBRT_E_CLOSED && !(i == 3 && status[1] == VDBRT_E_UPGRADE))
      failed(__FILE__, __LINE__, "stage %zu gave %s", i, vdbrt_status_name(status[1]));

    /* Afterwards: every call says so, and a shutdown again is no error. */
    char *out = NULL;
    vdbrt_events *events = NULL;
    FAILS(VDBRT_E_CLOSED, vdbrt_collection_list(client, NULL, &out, &err));
    FAILS(VDBRT_E_CLOSED, vdbrt_events_open(client, NULL, NULL, &events, &err));
    client_end(client);
    server_wait(s, "closed", 0);
  }
  return passed();
}
