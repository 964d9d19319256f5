// Both ways to be told of an error say the same, and an Error outlives the call that it is of.
#include "support.hpp"

#include <optional>

static_assert(std::is_same_v<decltype(std::declval<vdbrt::Client>().rtstream_get("")), vdbrt::String>);
static_assert(std::is_same_v<decltype(std::declval<vdbrt::nothrow::Client>().rtstream_get("")), vdbrt::Result<vdbrt::String>>);
static_assert(std::is_same_v<decltype(std::declval<vdbrt::Client>().rtstream_stop("")), void>);
static_assert(std::is_same_v<decltype(std::declval<vdbrt::nothrow::Client>().rtstream_stop("")), vdbrt::Result<void>>);
static_assert(std::is_base_of_v<std::exception, vdbrt::Error> && std::is_nothrow_copy_constructible_v<vdbrt::Error>);

static void check_error(const vdbrt::Error &error) {
  CHECK_INT(error.code(), VDBRT_E_RATE_LIMITED);
  CHECK_INT(error.http_status(), 429);
  CHECK_HAS(error.what(), "slow down");
  CHECK(error.is_retryable());
  CHECK_INT(error.retry_after().count(), 7000);
  json_t *body = json_loadb(error.body_json().data(), error.body_json().size(), 0, nullptr);
  CHECK_TEXT(text_at(body, "message"), "slow down");
  json_decref(body);
}

int main() {
  server *s = server_start();
  server_on(s, "GET /rtstream/rts-1",
            "{'status':429,'headers':{'Retry-After':'7'},'json':{'success':false,'message':'slow down'}}");
  server_on(s, "PATCH /rtstream/rts-1/status", "{'status':200,'json':{'success':true}}");
  const char *once = "{'http.max_retries':0}";
  auto client = client_of_server<vdbrt::Client>(s, once);
  auto quiet = client_of_server<vdbrt::nothrow::Client>(s, once);

  std::optional<vdbrt::Error> kept;
  try {
    client.rtstream_get("rts-1");
  } catch (const std::exception &error) {
    kept = dynamic_cast<const vdbrt::Error &>(error);
  }
  CHECK(kept.has_value());
  check_error(*kept);

  {
    vdbrt::Result<vdbrt::String> result = quiet.rtstream_get("rts-1");
    CHECK(!result);
    check_error(result.error());
    kept = result.error();
    THROWS(VDBRT_E_RATE_LIMITED, result.value());
    THROWS(VDBRT_E_RATE_LIMITED, quiet.rtstream_get("rts-1").value());
  }
  check_error(*kept);

  // Success, with and without a value.
  client.rtstream_start("rts-1");
  vdbrt::Result<void> started = quiet.rtstream_start("rts-1");
  CHECK(started && started.code() == VDBRT_OK);
  started.value();
  server_on(s, "GET /rtstream/rts-1", "{'status':200,'json':{'success':true,'data':{'id':'rts-1'}}}");
  vdbrt::Result<vdbrt::String> got = quiet.rtstream_get("rts-1");
  CHECK(got && got->view() == (*got).view());
  vdbrt::String taken = std::move(got).value();
  CHECK_TEXT(taken.c_str(), "{\"id\":\"rts-1\"}");

  // What is refused before anything is sent, where there is no client yet.
  vdbrt::Config config = vdbrt::Config::make();
  THROWS(VDBRT_E_CONFIG_KEY, config.set("no.such.key", "1"));
  THROWS(VDBRT_E_CONFIG_VALUE, config.set_json("{\"http.timeout_ms\": \"soon\"}"));
  THROWS(VDBRT_E_ARGUMENT, vdbrt::Player::embed_url("nothing"));
  RETURNS(VDBRT_E_OPTION, vdbrt::nothrow::Player::embed_code("https://x/watch?v=1", "{\"height\": 0}"));
  CHECK(vdbrt::Player::play_url("https://x/y.m3u8").view().find("console.videodb.io/player?url=") != std::string_view::npos);
  CHECK(vdbrt::status_name(VDBRT_E_TLS) == "VDBRT_E_TLS");
  CHECK(vdbrt::version() == VDBRT_VERSION_STRING && vdbrt::version_number() == VDBRT_VERSION_NUMBER);
  CHECK_INT(vdbrt::abi_version(), 0);
  CHECK(vdbrt::Config::describe().view().find("http.timeout_ms") != std::string_view::npos);

  // A log, and a refused key that is replaced.
  int lines = 0, refusals = 0;
  auto log = [&lines](int level, std::string_view topic, std::string_view message) {
    if (topic == "http" && level >= VDBRT_LOG_DEBUG && !message.empty())
      __atomic_add_fetch(&lines, 1, __ATOMIC_RELAXED);
  };
  config.set("api_key", "sk-old");
  char *url = quoted("http://127.0.0.1:%d", server_port(s));
  config.set("base_url", url);
  free(url);
  config.set_log(VDBRT_LOG_DEBUG, log);
  vdbrt::Client renewing = vdbrt::Client::make(config);
  auto refused = [&] {
    refusals++;
    renewing.set_credential("sk-new");
  };
  renewing.on_refused_credential(refused);
  server_on(s, "GET /rtstream/rts-2",
            "[{'status':401,'json':{'success':false}},{'status':200,'json':{'success':true,'data':{}}}]");
  CHECK_TEXT(renewing.rtstream_get("rts-2").c_str(), "{}");
  CHECK_INT(refusals, 1);
  CHECK(lines > 0);
  renewing.ignore_refused_credential();
  server_on(s, "GET /rtstream/rts-2", "{'status':401,'json':{'success':false}}");
  THROWS(VDBRT_E_AUTH, renewing.rtstream_get("rts-2"));
  CHECK_INT(refusals, 1);
  config.unset_log();

  end(renewing);
  end(client);
  end(quiet);
  return passed();
}
