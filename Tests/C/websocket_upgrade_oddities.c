/* Answers to the upgrade that are no WebSocket's: each is told apart, with the code and advice, and the next try is a fresh one. */
#include "support.h"

static const struct {
  const char *step;
  vdbrt_status status;
  int http;
  const char *says;
} oddities[] = {
    {"{'status':200,'json':{'success':true}}", VDBRT_E_UPGRADE, 200, "200"},
    {"{'status':301,'headers':{'Location':'http://127.0.0.1:@PORT@/elsewhere'},'text':''}", VDBRT_E_UPGRADE, 301, "301"},
    {"{'status':400,'text':'what'}", VDBRT_E_UPGRADE, 400, "400"},
    {"{'status':401,'text':'no'}", VDBRT_E_UPGRADE, 401, "fresh"},
    {"{'status':403,'text':'no'}", VDBRT_E_UPGRADE, 403, "fresh"},
    {"{'status':404,'text':'no'}", VDBRT_E_UPGRADE, 404, "404"},
    {"{'status':426,'headers':{'Sec-WebSocket-Version':'99'},'text':''}", VDBRT_E_UPGRADE, 426, "426"},
    {"{'status':429,'text':''}", VDBRT_E_UPGRADE, 429, "wait"},
    {"{'status':503,'text':''}", VDBRT_E_UPGRADE, 503, "later"},
    {"{'upgrade':{'accept':'s3pPLMBiTxaQ9kYGzzhZRbK+xOo='}}", VDBRT_E_UPGRADE, 0, "Sec-WebSocket-Accept"},
    {"{'upgrade':{'accept':''}}", VDBRT_E_UPGRADE, 0, "Sec-WebSocket-Accept"},
    {"{'upgrade':{'without':['Sec-WebSocket-Accept']}}", VDBRT_E_UPGRADE, 0, "Sec-WebSocket-Accept"},
    {"{'upgrade':{'without':['Upgrade']}}", VDBRT_E_UPGRADE, 0, "Upgrade"},
    {"{'upgrade':{'without':['Connection']}}", VDBRT_E_UPGRADE, 0, "Connection"},
    {"{'upgrade':{'headers':{'Upgrade':'h2c'}}}", VDBRT_E_UPGRADE, 0, "Upgrade"},
    {"{'upgrade':{'headers':{'Connection':'keep-alive'}}}", VDBRT_E_UPGRADE, 0, "Connection"},
    {"{'upgrade':{'headers':{'Sec-WebSocket-Extensions':'permessage-deflate'}}}", VDBRT_E_UPGRADE, 0, "extension"},
    {"{'upgrade':{'headers':{'Sec-WebSocket-Protocol':'chat'}}}", VDBRT_E_UPGRADE, 0, "subprotocol"},
    {"{'upgrade':{'flood':300,'flood_size':200}}", VDBRT_E_UPGRADE, 0, "head"},
    {"{'upgrade':{'flood':1,'flood_size':100000}}", VDBRT_E_UPGRADE, 0, "head"},
    {"{'upgrade':{'status_line':'HTTP/2 101'}}", VDBRT_E_UPGRADE, 0, "HTTP/1.1"},
    {"{'upgrade':{'status_line':'HTTP/1.1 1o1 Hm'}}", VDBRT_E_UPGRADE, 0, "HTTP/1.1"},
    {"{'upgrade':{'status_line':'HTTP/1.1'}}", VDBRT_E_UPGRADE, 0, "HTTP/1.1"},
    {"{'send':'SSH-2.0-OpenSSH_9.2\\r\\n'}", VDBRT_E_UPGRADE, 0, "HTTP/1.1"},
    {"{'close':true}", VDBRT_E_UPGRADE, 0, "WebSocket"},
    {"{'reset':true}", VDBRT_E_UPGRADE, 0, "WebSocket"},
    {"{'hang':true}", VDBRT_E_TIMEOUT, 0, "upgrade"},
    {"{'send':'HTTP/1.1 101 Sw'},{'hang':true}", VDBRT_E_TIMEOUT, 0, "upgrade"},
    {"{'upgrade':{'chop':1,'pause_ms':20}}", VDBRT_E_TIMEOUT, 0, "upgrade"},
};

/* Upgrades that are right, only unusual. */
static const char *const right[] = {
    "{'upgrade':{'headers':{'Upgrade':'WebSocket','Connection':'keep-alive, UPGRADE'}}}",
    "{'upgrade':{'headers':[['upgrade','other, websocket'],['CONNECTION','Upgrade']]}}",
    "{'upgrade':{'status_line':'HTTP/1.1 101'}}",
    "{'upgrade':{'status_line':'HTTP/1.1 101 Web Socket Protocol Handshake'}}",
    "{'upgrade':{'flood':50,'flood_size':100}}",
    "{'upgrade':{'headers':{'Sec-WebSocket-Extensions':'','Sec-WebSocket-Protocol':''}}}",
    "{'upgrade':{'chop':1}}",
};

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, NULL), *hasty = client_for(s, "{'ws.connect_timeout_ms':300}");
  for (size_t i = 0; i < sizeof oddities / sizeof *oddities; i++) {
    server_websocket_raw(s, "%s", oddities[i].step);
    vdbrt_events *events = (vdbrt_events *)s;
    int64_t start = now_ms();
    err_clear();
    bool waits = oddities[i].status == VDBRT_E_TIMEOUT;
    vdbrt_status status = vdbrt_events_open(waits ? hasty : client, NULL, NULL, &events, &err);
    if (status != oddities[i].status)
      failed(__FILE__, __LINE__, "%s gave %s: %s", oddities[i].step, vdbrt_status_name(status), vdbrt_error_message(err));
    CHECK(events == NULL);
    CHECK(now_ms() - start < slow(2500));
    MESSAGE_HAS("WebSocket");
    MESSAGE_HAS(oddities[i].says);
    CHECK_LACKS(vdbrt_error_message(err), WS_TOKEN);
    CHECK_INT(vdbrt_error_http_status(err), oddities[i].http);
  }
  client_end(hasty);

  for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
    server_websocket_raw(s, "%s,{'json':{'connection_id':'conn-1'}}", right[i]);
    vdbrt_events *events = channel_open(client);
    skip_event(events, VDBRT_EVENT_CONNECTED);
    vdbrt_events_release(events);
  }
  client_end(client);
  return passed();
}
