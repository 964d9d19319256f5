// flags: -fno-exceptions -fno-rtti
// Firmware often does without exceptions: vdbrt::nothrow does too.
#include "support.hpp"

#if defined(__cpp_exceptions)
#error this is for a compiler without exceptions
#endif

int main() {
  server *s = server_start();
  server_on(s, "GET /rtstream/rts-1", "{'status':404,'json':{'success':false,'message':'none such'}}");
  server_websocket(s, "{'json':{'channel':'alert','data':{'label':'one'}}},{'close_frame':1000}");
  auto client = client_of_server<vdbrt::nothrow::Client>(s);
  RETURNS(VDBRT_E_NOT_FOUND, client.rtstream_get("rts-1"));
  vdbrt::Result<vdbrt::nothrow::Channel> channel = client.open_channel();
  CHECK(channel);
  int labels = 0;
  auto events = channel->stream();
  for (const vdbrt::Event &event : events)
    labels += event.label() == "one";
  CHECK_INT(labels, 1);
  CHECK_INT(events.ended().code(), VDBRT_E_DISCONNECTED);
  channel->reset();
  end(client);
  return passed();
}
