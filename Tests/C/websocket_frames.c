/* Messages come out whole however they were cut into frames and segments, with control frames wherever those are allowed. */
#include "support.h"

static void expect_text(vdbrt_events *events, const char *want) {
  vdbrt_event *e = next_event(events, VDBRT_EVENT_OTHER);
  size_t len = 0;
  const char *json = vdbrt_event_json(e, &len);
  char *got = text_of(json, len);
  CHECK_TEXT(got, want);
  free(got);
  vdbrt_event_free(e);
}

static void expect_size(vdbrt_events *events, size_t want) {
  vdbrt_event *e = next_event(events, VDBRT_EVENT_OTHER);
  size_t len = 0;
  CHECK(vdbrt_event_json(e, &len));
  CHECK_INT(len, want);
  vdbrt_event_free(e);
}

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, NULL);

  /* Each byte in a segment of its own; fragments of every size, empty ones too; pings between fragments. */
  static const char frames[] =
      "{'text':'[1]'},"
      "{'fin':false,'text':'['},{'opcode':'continuation','text':'2]'},"
      "{'fin':false,'text':''},{'fin':false,'opcode':'continuation','text':''},{'opcode':'continuation','text':'[3]'},"
      "{'fin':false,'text':'[4'},{'opcode':'ping','text':'between 1'},{'fin':false,'opcode':'continuation','text':',5'},"
      "{'opcode':'ping','text':'between 2'},{'opcode':'pong','text':'unasked'},{'opcode':'continuation','text':']'},"
      "{'fin':false,'text':'[6]'},{'opcode':'continuation','text':''},"
      "{'opcode':'ping','text':''},"
      "{'fin':false,'hex':'5b22e2'},{'fin':false,'opcode':'continuation','hex':'82'},{'opcode':'continuation','hex':'ac225d'},"
      "{'opcode':'binary','text':'[8]'},"
      "{'text':'[9]','length_form':16},{'text':'[10]','length_form':64}";
  static const char *const chops[] = {"", ",'chop':1", ",'chop':2", ",'chop':3", ",'chop':7"};
  for (size_t i = 0; i < sizeof chops / sizeof *chops; i++) {
    server_reset(s);
    server_websocket(s, "{'frames':[%s]%s}", frames, chops[i]);
    vdbrt_events *events = channel_open(client);
    skip_event(events, VDBRT_EVENT_CONNECTED);
    static const char *const want[] = {"[1]", "[2]", "[3]", "[4,5]", "[6]", "[\"€\"]", "[8]", "[9]", "[10]"};
    for (size_t n = 0; n < sizeof want / sizeof *want; n++)
      expect_text(events, want[n]);
    /* Each ping had its pong, in order, with its payload, masked. */
    server_wait(s, "frames", 3);
    json_t *sent = server_frames(s), *frame;
    size_t index;
    static const char *const pongs[] = {"between 1", "between 2", ""};
    json_array_foreach(sent, index, frame) {
      CHECK_TEXT(text_at(frame, "opcode"), "pong");
      CHECK_TEXT(text_at(frame, "text"), pongs[index]);
      CHECK(json_is_true(value_at(frame, "masked")) && json_is_true(value_at(frame, "fin")));
    }
    CHECK_INT(index, 3);
    json_decref(sent);
    OK(vdbrt_events_close(events, slow(2000), &err));
    vdbrt_events_release(events);
  }

  /* Sizes at each edge of the length field. */
  static const int sizes[] = {0, 1, 125, 126, 127, 65535, 65536, 65537, 1000000};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    int inner = sizes[i] < 2 ? 0 : sizes[i] - 2;
    if (sizes[i] < 2)
      server_websocket(s, "{'text':'%s'}", sizes[i] ? "7" : "");
    else {
      char *text = malloc((size_t)inner + 1);
      memset(text, 'x', (size_t)inner);
      text[inner] = 0;
      server_websocket(s, "{'json':'%s'}", text);
      free(text);
    }
    vdbrt_events *events = channel_open(client);
    skip_event(events, VDBRT_EVENT_CONNECTED);
    expect_size(events, (size_t)sizes[i]);
    OK(vdbrt_events_close(events, slow(2000), &err));
    vdbrt_events_release(events);
  }

  /* The answer to the upgrade, the connection id and the first messages in one piece. */
  server_websocket_raw(
      s, "{'upgrade':{'then_hex':'811b7b22636f6e6e656374696f6e5f6964223a2022636f6e6e2d31227d81035b315d81035b325d'}}");
  vdbrt_events *together = channel_open(client);
  skip_event(together, VDBRT_EVENT_CONNECTED);
  expect_text(together, "[1]");
  expect_text(together, "[2]");
  OK(vdbrt_events_close(together, slow(2000), &err));
  vdbrt_events_release(together);

  /* Masks are random: no two alike among many. */
  server_reset(s);
  server_websocket(s, "{'frames':[{'opcode':'ping'},{'opcode':'ping'},{'opcode':'ping'},{'opcode':'ping'},{'opcode':'ping'},"
                      "{'opcode':'ping'},{'opcode':'ping'},{'opcode':'ping'}]}");
  vdbrt_events *events = channel_open(client);
  server_wait(s, "frames", 8);
  json_t *sent = server_frames(s);
  for (size_t a = 0; a < json_array_size(sent); a++)
    for (size_t b = a + 1; b < json_array_size(sent); b++)
      CHECK(strcmp(text_at(json_array_get(sent, a), "mask"), text_at(json_array_get(sent, b), "mask")) != 0);
  json_decref(sent);
  vdbrt_events_release(events);
  client_end(client);
  return passed();
}
