// Events by a loop, one by one, in batches and by a function; a loop that is left loses nothing; each end is told.
#include "support.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

static const char numbers[] = "{'flood':{'count':1000,'json':{'channel':'scene_index','data':{'text':'{n}'}}}}";

static vdbrt::Channel opened(server *s, const vdbrt::Client &client, const char *steps) {
  server_websocket(s, "%s", steps);
  vdbrt::Channel channel = client.open_channel();
  CHECK_INT(channel.next().kind(), VDBRT_EVENT_CONNECTED);
  return channel;
}

static void by_loop(server *s, const vdbrt::Client &client) {
  std::string steps = std::string(numbers) + ",{'close_frame':1001}";
  vdbrt::Channel channel = opened(s, client, steps.c_str());
  int next = 0;
  bool ended = false;
  for (const vdbrt::Event &event : channel.stream()) { // left in between
    CHECK_TEXT(std::string(event.text()).c_str(), std::to_string(next).c_str());
    if (++next == 500)
      break;
  }
  auto rest = channel.stream();
  for (const vdbrt::Event &event : rest) {
    CHECK(!ended);
    if (event.kind() == VDBRT_EVENT_DISCONNECTED)
      ended = true;
    else
      CHECK_TEXT(std::string(event.text()).c_str(), std::to_string(next++).c_str());
  }
  CHECK_INT(next, 1000);
  CHECK(ended);
  CHECK_INT(rest.ended().code(), VDBRT_E_DISCONNECTED);
  THROWS(VDBRT_E_DISCONNECTED, channel.next());
}

// An end out of order is an end all the same.
static void by_loop_to_a_violation(server *s, const vdbrt::Client &client) {
  vdbrt::Channel channel = opened(s, client, "{'send_hex':'ff00'}");
  int count = 0;
  auto events = channel.stream();
  for (const vdbrt::Event &event : events)
    count += event.kind() == VDBRT_EVENT_DISCONNECTED;
  CHECK_INT(count, 1);
  CHECK_INT(events.ended().code(), VDBRT_E_PROTOCOL);
}

static void by_batch(server *s, const vdbrt::Client &client) {
  std::string steps = std::string(numbers) + ",{'await':'more'},{'close_frame':1000}";
  vdbrt::Channel channel = opened(s, client, steps.c_str());
  vdbrt::Batch<64> batch;
  for (int next = 0; next < 1000;) {
    CHECK(channel.next_batch(batch, vdbrt::Milliseconds(slow(5000))));
    CHECK(batch.size() >= 1 && batch.size() <= 64 && batch[0].get() == (*batch.begin()).get());
    std::string first = "[\"" + std::to_string(next) + "\"", texts = channel.column(batch, VDBRT_COLUMN_TEXT).str();
    CHECK(texts.compare(0, first.size(), first) == 0);
    std::string pickle = channel.pickle(batch, VDBRT_COLUMN_KIND);
    CHECK(pickle.compare(0, 5, "\x80\2(K\2") == 0 && pickle.size() == 5 + 2 * batch.size());
    for (vdbrt::EventView event : batch)
      CHECK_TEXT(std::string(event.text()).c_str(), std::to_string(next++).c_str());
  }
  // Nothing there is no error.
  CHECK(!channel.next_batch(batch, vdbrt::Milliseconds(0)) && batch.size() == 0);
  CHECK(!channel.next(vdbrt::Milliseconds(0)));
  CHECK(channel.fd() >= 0);
  channel.close();
  CHECK_INT(channel.next().kind(), VDBRT_EVENT_DISCONNECTED);
  THROWS(VDBRT_E_CLOSED, channel.next_batch(batch));
}

static void by_function(server *s, const vdbrt::Client &client) {
  server_websocket(s, "{'await':'go'},%s,{'json':{'channel':'alert','data':{'label':'last'}}}", numbers);
  vdbrt::Channel channel = client.open_channel();
  std::atomic<int> scenes{0}, all{0}, alerts{0};
  vdbrt::Subscription every = channel.subscribe(nullptr, [&all](vdbrt::EventView) { all++; });
  vdbrt::Subscription some = channel.subscribe("scene_index", [&](vdbrt::EventView event) {
    if (std::to_string(scenes) == event.text())
      scenes++;
  });
  channel.listen(std::string("alert"), [&](vdbrt::EventView event) { alerts += event.label() == "last"; });
  THROWS(VDBRT_E_STATE, channel.next());
  server_go(s, "go");
  WAIT_FOR(alerts == 1, 10000);
  CHECK_INT(scenes, 1000);
  CHECK(all == 1002);
  every.cancel();
  every.wait(vdbrt::Milliseconds(slow(5000)));
  channel.close();
}

// An error that is no end is thrown by the loop, or found after it.
static void by_loop_of_a_closed_client(server *s) {
  server_websocket(s, "{'hang':true}");
  auto client = client_of_server<vdbrt::nothrow::Client>(s);
  vdbrt::nothrow::Channel channel = client.open_channel().value();
  std::thread closer([&] {
    server_wait(s, "connections", 1);
    CHECK(client.shutdown());
  });
  std::vector<int> kinds;
  auto range = channel.stream();
  for (const vdbrt::Event &event : range)
    kinds.push_back(event.kind());
  closer.join();
  CHECK(!kinds.empty() && kinds.front() == VDBRT_EVENT_CONNECTED && kinds.back() == VDBRT_EVENT_DISCONNECTED);
  CHECK_INT(range.ended().code(), VDBRT_E_CLOSED);
  vdbrt::nothrow::Channel none;
  auto nothing = none.stream();
  for (const vdbrt::Event &event : nothing)
    CHECK(event.kind() == -1);
  CHECK_INT(nothing.ended().code(), VDBRT_E_HANDLE);
  vdbrt::Channel thrower;
  THROWS(VDBRT_E_HANDLE, thrower.stream().begin());
}

int main() {
  server *s = server_start();
  auto client = client_of_server<vdbrt::Client>(s);
  by_loop(s, client);
  by_loop_to_a_violation(s, client);
  by_batch(s, client);
  by_function(s, client);
  end(client);
  by_loop_of_a_closed_client(s);
  return passed();
}
