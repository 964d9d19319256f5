// Completions, the application's own loop, one deadline for several calls and its switch, record by record.
#include "support.hpp"

#include <atomic>
#include <poll.h>
#include <string>
#include <thread>

static void completions(server *s) {
  server_on(s, "GET /rtstream/rts-1", "{'status':200,'json':{'success':true,'data':{'id':'rts-1'}}}");
  server_on(s, "GET /rtstream/rts-2", "{'status':404,'json':{'success':false,'message':'none such'}}");
  auto client = client_of_server<vdbrt::Client>(s);
  std::atomic<int> done{0};
  client.call_async("rtstream_get", "{\"rtstream_id\": \"rts-1\"}", [&done](const vdbrt::Completion &c) {
    CHECK_INT(c.status, VDBRT_OK);
    CHECK(c.json == "{\"id\":\"rts-1\"}");
    done++;
  });
  client.call_async("rtstream_get", "{\"rtstream_id\": \"rts-2\"}", [&done](const vdbrt::Completion &c) {
    CHECK_INT(c.status, VDBRT_E_NOT_FOUND);
    CHECK(c.json.empty() && c.error.code() == c.status && c.error.http_status() == 404);
    CHECK(c.error.message().find("none such") != std::string_view::npos);
    done++;
  });
  WAIT_FOR(done == 2, 5000);
  end(client);
}

static void external_loop(server *s) {
  auto client = client_of_server<vdbrt::nothrow::Client>(s, "{'loop.mode':'external'}");
  bool done = false;
  CHECK(client.call_async("rtstream_get", "{\"rtstream_id\": \"rts-1\"}",
                          [&done](const vdbrt::Completion &c) { done = c.status == VDBRT_OK; }));
  CHECK(has_no_new_thread());
  pollfd descriptor{client.loop_fd().value(), POLLIN, 0};
  while (!done) {
    CHECK_INT(poll(&descriptor, 1, slow(5000)), 1);
    CHECK(client.step(vdbrt::Milliseconds(0)));
  }
  end(client);
}

static void deadlines(server *s) {
  server_on(s, "GET /rtstream/rts-3", "{'hang':true}");
  auto client = client_of_server<vdbrt::Client>(s, "{'http.max_retries':0}");
  THROWS(VDBRT_E_TIMEOUT, client.rtstream_get("rts-3", vdbrt::Op::make(vdbrt::Milliseconds(30))));
  vdbrt::Op op = vdbrt::Op::make();
  server_reset(s);
  server_on(s, "GET /rtstream/rts-3", "{'hang':true}");
  std::thread switcher([&] {
    server_wait(s, "requests", 1);
    op.cancel();
  });
  THROWS(VDBRT_E_CANCELLED, client.rtstream_get("rts-3", op));
  switcher.join();
  THROWS(VDBRT_E_CANCELLED, client.open_channel(nullptr, op));
  end(client);
}

static void records(server *s) {
  server_reset(s);
  server_on(s, "GET /rtstream", "{'status':200,'json':{'success':true,'data':{'results':[{'id':'a'},{'id':'b'}],'count':2}}}");
  auto client = client_of_server<vdbrt::Client>(s);
  vdbrt::Records all = client.records("rtstream_list", nullptr);
  std::string ids;
  while (vdbrt::String record = all.next())
    ids += record.str();
  CHECK_TEXT(ids.c_str(), "{\"id\":\"a\"}{\"id\":\"b\"}");
  end(client);
}

int main() {
  server *s = server_start();
  completions(s);
  external_loop(s);
  deadlines(s);
  records(s);
  return passed();
}
