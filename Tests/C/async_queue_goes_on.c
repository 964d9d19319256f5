/* Calls that wait for a connection get one when those before them are given up, by deadline or cancel: libcurl lets them go on at
 * its next timeout, which has to be set. And a channel opens while every connection of calls is taken. */
#include "support_async.h"

enum { CONNECTIONS = 16 };

static server *s;

static void go(bool is_external, bool by_cancel) {
  vdbrt_client *client = client_for(s, "{'loop.mode':'%s','http.max_retries':0}", is_external ? "external" : "thread");
  vdbrt_client *loop = is_external ? client : NULL;
  vdbrt_op *hung = NULL;
  OK(vdbrt_op_new(by_cancel ? -1 : 300, &hung, &err));
  completion *stuck[CONNECTIONS], *behind[CONNECTIONS];
  for (int i = 0; i < CONNECTIONS; i++)
    stuck[i] = started(client, "call", hung, "{'method':'GET','path':'/hangs'}");
  for (int i = 0; i < CONNECTIONS; i++)
    behind[i] = started(client, "rtstream_get", NULL, "{'rtstream_id':'behind'}");
  vdbrt_events_release(channel_open(client));
  if (by_cancel)
    vdbrt_op_cancel(hung);
  for (int i = 0; i < CONNECTIONS; i++) {
    completion_is(stuck[i], loop, by_cancel ? VDBRT_E_CANCELLED : VDBRT_E_TIMEOUT);
    completion_free(stuck[i]);
  }
  for (int i = 0; i < CONNECTIONS; i++) {
    completion_is(behind[i], loop, VDBRT_OK);
    completion_free(behind[i]);
  }
  vdbrt_op_release(hung);
  client_end(client);
}

int main(void) {
  s = server_start();
  server_on(s, "GET /rtstream/*", "{'status':200,'json':{'success':true,'data':{}}}");
  server_on(s, "GET /hangs", "[[{'hang':true}]]");
  server_websocket(s, NULL);
  for (int i = 0; i < 4; i++)
    go(i & 1, i & 2);
  return passed();
}
