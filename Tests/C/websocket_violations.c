/* What RFC 6455 forbids ends the channel with the right close code, after every message that came before it. */
#include "support.h"

static const struct {
  const char *step;
  vdbrt_status status;
  int code;
} violations[] = {
    {"{'frame':{'text':'[2]','mask':'00000000'}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'text':'[2]','rsv':4}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'text':'[2]','rsv':2}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'text':'[2]','rsv':1}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':3,'text':'[2]'}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':7,'text':'[2]'}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':11,'text':''}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':15,'text':''}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':'continuation','text':'[2]'}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':'continuation','fin':false,'text':'[2]'}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frames':[{'fin':false,'text':'['},{'text':'2]'}]}", VDBRT_E_PROTOCOL, 1002},
    {"{'frames':[{'fin':false,'text':'['},{'opcode':'binary','text':'2]'}]}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':'ping','fin':false,'text':''}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':'close','fin':false,'code':1000}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':'ping','repeat':{'text':'x','times':126}}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':'pong','repeat':{'text':'x','times':70000}}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':'close','repeat':{'text':'x','times':126}}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':'close','hex':'03'}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':'close','code':999}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':'close','code':1004}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':'close','code':1005}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':'close','code':1006}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':'close','code':1015}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':'close','code':2999}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':'close','code':5000}}", VDBRT_E_PROTOCOL, 1002},
    {"{'frame':{'opcode':'close','hex':'03e8ff'}}", VDBRT_E_PROTOCOL, 1007},
    {"{'frame':{'hex':'ff'}}", VDBRT_E_PROTOCOL, 1007},
    {"{'frame':{'hex':'5b22c080225d'}}", VDBRT_E_PROTOCOL, 1007},
    {"{'frame':{'hex':'5b22eda080225d'}}", VDBRT_E_PROTOCOL, 1007},
    {"{'frame':{'hex':'6869e2'}}", VDBRT_E_PROTOCOL, 1007},
    {"{'frames':[{'fin':false,'hex':'5b22e2'},{'opcode':'continuation','hex':'28a1225d'}]}", VDBRT_E_PROTOCOL, 1007},
    {"{'repeat':{'text':'x','times':4097}}", VDBRT_E_TOO_LARGE, 1009},
    {"{'frames':[{'fin':false,'repeat':{'text':'x','times':4000}},{'opcode':'continuation','repeat':{'text':'x','times':97}}]}",
     VDBRT_E_TOO_LARGE, 1009},
    {"{'frame':{'text':'x','length_form':64,'length':9223372036854775807}}", VDBRT_E_TOO_LARGE, 1009},
    {"{'frame':{'text':'x','length_form':64,'length':18446744073709551615}}", VDBRT_E_TOO_LARGE, 1009},
    {"{'frame':{'text':'x','length_form':64,'length':4294967296}}", VDBRT_E_TOO_LARGE, 1009},
};

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, "{'ws.max_message_bytes':4096,'ws.close_timeout_ms':500}");
  for (size_t i = 0; i < sizeof violations / sizeof *violations; i++) {
    const char *step = violations[i].step;
    server_reset(s);
    /* A message before it, and one behind it that must not be taken. */
    server_websocket(s, "{'json':[1]},%s,{'json':{'late':true}}", step);
    vdbrt_events *events = channel_open(client);
    skip_event(events, VDBRT_EVENT_CONNECTED);
    vdbrt_event *e = NULL;
    OK(vdbrt_events_next(events, slow(5000), &e, &err));
    size_t len = 0;
    const char *json = vdbrt_event_json(e, &len);
    if (len != 3 || memcmp(json, "[1]", 3))
      failed(__FILE__, __LINE__, "%s: the message before it is missing, %.*s came", step, (int)len, json);
    vdbrt_event_free(e);
    json_t *data = disconnected_data(events);
    if (strcmp(text_at(data, "status"), vdbrt_status_name(violations[i].status)) ||
        json_integer_value(value_at(data, "close_code")) != violations[i].code)
      failed(__FILE__, __LINE__, "%s gave %s, code %d", step, text_at(data, "status"),
             (int)json_integer_value(value_at(data, "close_code")));
    json_decref(data);
    /* The server was told. */
    server_wait(s, "frames", 1);
    json_t *frames = server_frames(s), *last = json_array_get(frames, json_array_size(frames) - 1);
    CHECK_TEXT(text_at(last, "opcode"), "close");
    CHECK_INT(json_integer_value(value_at(last, "code")), violations[i].code);
    json_decref(frames);
    FAILS(violations[i].status, vdbrt_events_next(events, 0, &e, &err));
    vdbrt_events_release(events);
  }

  /* Exactly at the bound is allowed. */
  server_websocket(s,
                   "{'frames':[{'fin':false,'repeat':{'text':'7','times':4000}},{'opcode':'continuation','repeat':{'text':'7','"
                   "times':96}}]},{'repeat':{'text':'7','times':4096}}");
  vdbrt_events *events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  skip_event(events, VDBRT_EVENT_OTHER);
  skip_event(events, VDBRT_EVENT_OTHER);
  vdbrt_events_release(events);
  client_end(client);
  return passed();
}
