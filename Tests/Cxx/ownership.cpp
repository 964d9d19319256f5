// What is handed out is owned, moves, costs a pointer, and can be given back in any order; what is empty is refused.
#include "support.hpp"

#include <type_traits>

template <class T>
constexpr bool is_an_owner = std::is_nothrow_move_constructible_v<T> &&std::is_nothrow_move_assignable_v<T> &&
                             !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T> && sizeof(T) == sizeof(void *);

static_assert(is_an_owner<vdbrt::Config> && is_an_owner<vdbrt::Client> && is_an_owner<vdbrt::Op>);
static_assert(is_an_owner<vdbrt::Channel> && is_an_owner<vdbrt::Subscription> && is_an_owner<vdbrt::Records>);
static_assert(is_an_owner<vdbrt::Event> && is_an_owner<vdbrt::String>);
static_assert(!std::is_copy_constructible_v<vdbrt::Batch<4>> && !std::is_move_constructible_v<vdbrt::Batch<4>>);
static_assert(sizeof(vdbrt::Batch<16>) == 17 * sizeof(void *));
static_assert(sizeof(vdbrt::Text) == sizeof(void *) && std::is_trivially_copyable_v<vdbrt::Text>);

static int destroyed;
struct Counter {
  int *count = &destroyed;
  Counter() = default;
  Counter(Counter &&other) noexcept : count(std::exchange(other.count, nullptr)) {}
  ~Counter() {
    if (count)
      ++*count;
  }
  void operator()(vdbrt::EventView) const {}
  void operator()(const vdbrt::Completion &) const {}
};

int main() {
  server *s = server_start();
  server_on(s, "GET /rtstream/rts-1", "{'status':200,'json':{'success':true,'data':{'id':'rts-1'}}}");
  server_websocket(s, "{'json':{'channel':'alert','data':{'label':'first'}}},{'json':{'channel':'alert','data':{}}}");

  vdbrt::Client empty;
  CHECK(!empty && !empty.get());
  THROWS(VDBRT_E_HANDLE, empty.rtstream_get("rts-1"));
  RETURNS(VDBRT_E_HANDLE, vdbrt::nothrow::Channel().next(vdbrt::Milliseconds(0)));
  THROWS(VDBRT_E_HANDLE, vdbrt::Records().next());
  THROWS(VDBRT_E_HANDLE, vdbrt::Config().set("api_key", "x"));
  vdbrt::Op().cancel();
  vdbrt::Subscription().cancel();

  auto client = client_of_server<vdbrt::Client>(s);
  CHECK(client);
  vdbrt_client *raw = client.get();
  vdbrt::Client moved = std::move(client);
  CHECK(moved.get() == raw);
  THROWS(VDBRT_E_HANDLE, client.rtstream_get("rts-1")); // NOLINT: moved from, which is what is asked
  client = std::move(moved);

  // A result owns its text.
  vdbrt::String json = client.rtstream_get(std::string("rts-1"));
  vdbrt::String kept = std::move(json);
  CHECK(!json && json.view().empty() && *json.c_str() == 0);
  CHECK_TEXT(kept.c_str(), "{\"id\":\"rts-1\"}");
  CHECK(std::string_view(kept) == kept.str() && kept);

  // A text that C would see a part of.
  THROWS(VDBRT_E_ENCODING, client.rtstream_get(std::string("rts-1\0rest", 10)));

  // A child outlives what it came from, an event its channel.
  vdbrt::Channel channel = client.open_channel();
  vdbrt::String id = channel.connection_id();
  CHECK_TEXT(id.c_str(), "conn-1");
  CHECK(channel.bindings().view().find("\"connection_id\":\"conn-1\"") != std::string_view::npos);
  CHECK_INT(channel.next().kind(), VDBRT_EVENT_CONNECTED);
  vdbrt::Event event = channel.next(), other = channel.next();
  CHECK(channel.counters().view().find("\"connections\":1") != std::string_view::npos);
  vdbrt::Channel::ack(event);
  CHECK(vdbrt::nothrow::Channel::ack(other));
  CHECK(event.label() == "first" && other.label().empty());
  size_t length = 0;
  CHECK(vdbrt_event_label(event.get(), &length) == event.label().data() && length == event.label().size());
  vdbrt::Records records = client.records("rtstream_list", nullptr);
  end(client);
  CHECK(!client);
  THROWS(VDBRT_E_CLOSED, records.next());
  records.reset();
  channel.reset();
  CHECK(event.label() == "first");
  event = std::move(other);
  CHECK(event.label().empty() && event);
  other = vdbrt::Event();
  CHECK(!other);

  // Functions are destroyed exactly once: where they are taken and where they are not.
  {
    auto second = client_of_server<vdbrt::Client>(s);
    vdbrt::Channel events = second.open_channel();
    vdbrt::Subscription subscription = events.subscribe(nullptr, Counter());
    CHECK_INT(destroyed, 0);
    subscription.cancel();
    subscription.wait(vdbrt::Milliseconds(slow(5000)));
    CHECK_INT(destroyed, 1);
    events.listen("alert", Counter());
    THROWS(VDBRT_E_HANDLE, vdbrt::Channel().subscribe(nullptr, Counter()));
    CHECK_INT(destroyed, 2);
    THROWS(VDBRT_E_HANDLE, vdbrt::Client().call_async("rtstream_get", "{}", Counter()));
    CHECK_INT(destroyed, 3);
    THROWS(VDBRT_E_ARGUMENT, second.call_async("no_such_operation", "{}", Counter()));
    CHECK_INT(destroyed, 4);
    second.call_async("rtstream_get", "{\"rtstream_id\": \"rts-1\"}", Counter());
    end(second);
    WAIT_FOR(destroyed == 6, 5000);
  }
  CHECK_INT(destroyed, 6);
  return passed();
}
