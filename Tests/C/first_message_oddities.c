/* The first message carries the connection id, or the channel does not open: each other kind is named, and none waits for ever. */
#include "support.h"

static const struct {
  const char *steps;
  vdbrt_status status;
  const char *says;
} oddities[] = {
    {"{'text':'hello'}", VDBRT_E_FIRST_MESSAGE, "not JSON"},
    {"{'text':''}", VDBRT_E_FIRST_MESSAGE, "not JSON"},
    {"{'text':'{'}", VDBRT_E_FIRST_MESSAGE, "not JSON"},
    {"{'json':['conn-1']}", VDBRT_E_FIRST_MESSAGE, "not an object"},
    {"{'json':'conn-1'}", VDBRT_E_FIRST_MESSAGE, "not an object"},
    {"{'json':null}", VDBRT_E_FIRST_MESSAGE, "not an object"},
    {"{'json':{}}", VDBRT_E_FIRST_MESSAGE, "connection_id"},
    {"{'json':{'Connection_Id':'x'}}", VDBRT_E_FIRST_MESSAGE, "connection_id"},
    {"{'json':{'data':{'connection_id':'x'}}}", VDBRT_E_FIRST_MESSAGE, "connection_id"},
    {"{'json':{'connection_id':7}}", VDBRT_E_FIRST_MESSAGE, "connection_id"},
    {"{'json':{'connection_id':null}}", VDBRT_E_FIRST_MESSAGE, "connection_id"},
    {"{'json':{'connection_id':''}}", VDBRT_E_FIRST_MESSAGE, "connection_id"},
    {"{'json':{'channel':'alert','data':{'label':'x'}}}", VDBRT_E_FIRST_MESSAGE, "connection_id"},
    {"{'frame':{'opcode':'text','hex':'7b22636f6e6e656374696f6e5f6964223a22ff227d'}}", VDBRT_E_FIRST_MESSAGE, ""},
    {"{'close_frame':1000}", VDBRT_E_FIRST_MESSAGE, "1000"},
    {"{'close_frame':{'code':4003,'reason':'token used twice'}}", VDBRT_E_FIRST_MESSAGE, "token used twice"},
    {"{'close_frame':null}", VDBRT_E_FIRST_MESSAGE, "closed"},
    {"{'close':true}", VDBRT_E_FIRST_MESSAGE, ""},
    {"{'reset':true}", VDBRT_E_FIRST_MESSAGE, ""},
    {"{'frame':{'text':'x','mask':'01020304'}}", VDBRT_E_PROTOCOL, "mask"},
    {"{'frame':{'opcode':3,'text':'x'}}", VDBRT_E_PROTOCOL, "unknown"},
    {"{'repeat':{'text':'x','times':100000}}", VDBRT_E_TOO_LARGE, "ws.max_message_bytes"},
    {"{'hang':true}", VDBRT_E_TIMEOUT, "300 ms"},
    {"{'ping':'are you there'},{'hang':true}", VDBRT_E_TIMEOUT, "300 ms"},
    {"{'frame':{'fin':false,'text':'{'}},{'hang':true}", VDBRT_E_TIMEOUT, "300 ms"},
    {"{'json':{'connection_id':'conn-1'},'chop':1,'pause_ms':30}", VDBRT_E_TIMEOUT, "300 ms"},
};

/* First messages that are right, only unusual. */
static const char *const right[] = {
    "{'json':{'connection_id':'conn-1','other':{'a':[1]},'channel':'x'}}",
    "{'text':' \\n{ \\'connection_id\\' : \\'conn\\u002d1\\' } '}",
    "{'frame':{'opcode':'binary','json':{'connection_id':'conn-1'}}}",
    "{'json':{'connection_id':'conn-1'},'chop':1}",
    "{'ping':'first'},{'json':{'connection_id':'conn-1'}}",
    ("{'frames':[{'fin':false,'text':'{\\'connection_id\\':'},{'opcode':'ping','text':'between'},{'opcode':'continuation','"
     "text':'\\'conn-1\\'}'}]}"),
};

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, "{'ws.max_message_bytes':65536,'ws.close_timeout_ms':200}");
  vdbrt_client *hasty = client_for(s, "{'ws.first_message_timeout_ms':300,'ws.close_timeout_ms':200}");
  for (size_t i = 0; i < sizeof oddities / sizeof *oddities; i++) {
    server_websocket_raw(s, "{'upgrade':true},%s", oddities[i].steps);
    vdbrt_events *events = (vdbrt_events *)s;
    int64_t start = now_ms();
    err_clear();
    bool waits = oddities[i].status == VDBRT_E_TIMEOUT;
    vdbrt_status status = vdbrt_events_open(waits ? hasty : client, NULL, NULL, &events, &err);
    if (status != oddities[i].status)
      failed(__FILE__, __LINE__, "%s gave %s: %s", oddities[i].steps, vdbrt_status_name(status), vdbrt_error_message(err));
    CHECK(events == NULL);
    CHECK(now_ms() - start < slow(2500));
    MESSAGE_HAS("WebSocket");
    MESSAGE_HAS(oddities[i].says);
    CHECK_LACKS(vdbrt_error_message(err), WS_TOKEN);
  }
  client_end(hasty);
  client_end(client);

  client = client_for(s, NULL);
  for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
    server_websocket_raw(s, "{'upgrade':true},%s", right[i]);
    vdbrt_events *events = channel_open(client);
    char *id = NULL;
    OK(vdbrt_events_connection_id(events, &id, &err));
    CHECK_TEXT(id, "conn-1");
    vdbrt_string_free(id);
    vdbrt_event *e = next_event(events, VDBRT_EVENT_CONNECTED);
    json_t *json = event_json(e);
    CHECK_TEXT(text_at(json, "data.connection_id"), "conn-1");
    json_decref(json);
    vdbrt_event_free(e);
    vdbrt_events_release(events);
  }

  /* The deadline of the op counts, where it is nearer. */
  server_websocket_raw(s, "{'upgrade':true},{'hang':true}");
  vdbrt_op *op = NULL;
  vdbrt_events *events = NULL;
  OK(vdbrt_op_new(100, &op, &err));
  int64_t start = now_ms();
  FAILS(VDBRT_E_TIMEOUT, vdbrt_events_open(client, NULL, op, &events, &err));
  CHECK(now_ms() - start >= 90 && now_ms() - start < slow(1500));
  vdbrt_op_release(op);
  client_end(client);
  return passed();
}
