// libvideodb_rt through its header for C++: ours_cpp callback|stream URL EVENTS.
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <videodb_rt.hpp>
#include "../server/stream.h"
#include "tally.h"

// true: this was the last event.
static bool add(vdbrt::EventView event) {
  if (event.kind() >= VDBRT_EVENT_CONNECTED)
    return false;
  if (tally.events == 0)
    tally_first();
  std::string_view channel = event.channel();
  return tally_event(nullptr, channel.data(), channel.size(), event.text().size());
}

static void bind(vdbrt::Client &client, vdbrt::Channel &channel) {
  std::string id = "\"ws_connection_id\":\"" + channel.connection_id().str() + "\"}";
  client.rtstream_start_transcript(STREAM_ID, "{" + id);
  client.rtstream_index_visuals(STREAM_ID, "{\"prompt\":\"What moves?\"," + id);
}

static void called_back(vdbrt::Client &client, vdbrt::Channel &channel) {
  std::mutex lock;
  std::condition_variable changed;
  bool is_over = false;
  channel.listen(nullptr, [&](vdbrt::EventView event) {
    if (!add(event))
      return;
    std::lock_guard<std::mutex> guard(lock);
    is_over = true;
    changed.notify_one();
  });
  bind(client, channel);
  std::unique_lock<std::mutex> guard(lock);
  changed.wait(guard, [&] { return is_over; });
}

static void stream(vdbrt::Client &client, vdbrt::Channel &channel) {
  bind(client, channel);
  for (const vdbrt::Event &event : channel.stream())
    if (add(event))
      return;
}

int main(int argc, char **argv) {
  if (argc < 4)
    return 2;
  tally_begin(argc - 1, argv + 1);
  try {
    vdbrt::Config config = vdbrt::Config::make();
    config.set("api_key", "sk-bench");
    config.set("base_url", argv[2]);
    if (getenv("BENCH_CA"))
      config.set("tls.ca_file", getenv("BENCH_CA"));
    vdbrt::Client client = vdbrt::Client::make(config);
    vdbrt::Channel channel = client.open_channel();
    std::string_view(argv[1]) == "stream" ? stream(client, channel) : called_back(client, channel);
  } catch (const vdbrt::Error &error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
  tally_print();
}
