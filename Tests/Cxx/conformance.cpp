// The vectors of Tests/Conformance through videodb_rt.hpp: each call with errors that are returned and with errors that are thrown,
// what is made of a URL, and each event from a loop and from a batch. Frames and settings have no C++ of their own.
#include "support.hpp"

extern "C" {
#include "../C/support_operations.h"
#include "../C/support_vectors.h"
}

#include <string>

using Quiet = vdbrt::nothrow::Client;
using Texts = const char *const *;

// ---- Each call of the client by its name

template <class C> struct Call {
  const char *name;
  vdbrt::String (*json)(const C &, Texts);
  void (*done)(const C &, Texts);
};
template <> struct Call<Quiet> {
  const char *name;
  vdbrt::Result<vdbrt::String> (*json)(const Quiet &, Texts);
  vdbrt::Result<void> (*done)(const Quiet &, Texts);
};

#define TEXTS_0
#define TEXTS_1 t[0]
#define TEXTS_2 t[0], t[1]
#define TEXTS_3 t[0], t[1], t[2]
#define TEXTS_4 t[0], t[1], t[2], t[3]
#define JSON(name, texts)                                                                                                      \
  {                                                                                                                            \
#name, [](const C &c, [[maybe_unused]] Texts t) { return c.name(TEXTS_##texts); }, nullptr                                 \
  }
#define DONE(name, texts)                                                                                                      \
  {                                                                                                                            \
#name, nullptr, [](const C &c, Texts t) { return c.name(TEXTS_##texts); }                                                  \
  }

template <class C>
const Call<C> calls[] = {
    JSON(call, 4),
    JSON(collection_get, 1),
    JSON(collection_list, 0),
    JSON(rtstream_connect, 2),
    JSON(rtstream_get, 1),
    JSON(rtstream_list, 1),
    JSON(rtstream_update, 2),
    DONE(rtstream_start, 1),
    DONE(rtstream_stop, 1),
    JSON(rtstream_export, 2),
    JSON(rtstream_generate_stream, 2),
    JSON(shot_generate_stream, 2),
    JSON(rtstream_index_visuals, 2),
    JSON(rtstream_index_audio, 2),
    JSON(rtstream_index_spoken_words, 2),
    JSON(rtstream_index_scenes, 2),
    JSON(scene_index_list, 1),
    JSON(scene_index_get, 2),
    DONE(scene_index_update, 3),
    DONE(scene_index_start, 2),
    DONE(scene_index_stop, 2),
    JSON(scene_index_get_scenes, 3),
    JSON(rtstream_start_transcript, 2),
    JSON(rtstream_stop_transcript, 2),
    JSON(rtstream_get_transcript, 2),
    JSON(rtstream_transcript_status, 2),
    JSON(rtstream_search, 2),
    JSON(collection_search, 2),
    JSON(event_rule_create, 1),
    JSON(event_rule_list, 0),
    JSON(alert_create, 3),
    JSON(alert_list, 2),
    DONE(alert_enable, 3),
    DONE(alert_disable, 3),
    JSON(understanding_create, 2),
    JSON(understanding_list, 1),
    JSON(understanding_get, 2),
    DONE(understanding_start, 2),
    DONE(understanding_stop, 2),
    JSON(understanding_get_records, 3),
    JSON(index_create, 2),
    JSON(index_list, 1),
    JSON(index_get, 2),
    DONE(index_start, 2),
    DONE(index_stop, 2),
    JSON(index_get_records, 3),
    JSON(index_alert_create, 3),
    JSON(index_alert_list, 2),
    DONE(index_alert_enable, 3),
    DONE(index_alert_disable, 3),
    JSON(capture_session_create, 2),
    JSON(capture_session_list, 2),
    JSON(capture_session_get, 2),
    JSON(capture_session_export, 3),
    JSON(capture_session_start, 2),
    JSON(capture_session_channels, 1),
    DONE(capture_session_stop, 1),
    JSON(client_token_create, 1),
    JSON(async_response_get, 1),
};

template <class C> const Call<C> &call_named(const char *name) {
  for (const Call<C> &call : calls<C>)
    if (!strcmp(call.name, name))
      return call;
  failed(__FILE__, __LINE__, "videodb_rt.hpp has no %s", name);
}

// ---- REST

// What came out, and the error as C has it.
struct Ended {
  vdbrt::String out;
  vdbrt::Result<void> error;
};

static Ended ended(vdbrt::Result<vdbrt::String> result) {
  if (!result)
    return {vdbrt::String(), vdbrt::Result<void>(result.error())};
  return {std::move(*result), vdbrt::Result<void>()};
}

static Ended call(const Quiet &client, const operation *o, Texts texts) {
  const Call<Quiet> &made = call_named<Quiet>(o->name);
  CHECK(o->has_out == (made.json != nullptr));
  if (made.done)
    return {vdbrt::String(), made.done(client, texts)};
  return ended(made.json(client, texts));
}

static Ended call(const vdbrt::Client &client, const operation *o, Texts texts) {
  const Call<vdbrt::Client> &made = call_named<vdbrt::Client>(o->name);
  try {
    if (made.json)
      return {made.json(client, texts), vdbrt::Result<void>()};
    made.done(client, texts);
    return {vdbrt::String(), vdbrt::Result<void>()};
  } catch (const vdbrt::Error &error) {
    return {vdbrt::String(), vdbrt::Result<void>(error)};
  }
}

static outcome outcome_of(const Ended &ended) {
  outcome o = {};
  o.out = ended.out ? strdup(ended.out.c_str()) : nullptr;
  o.message = strdup("");
  o.retry_after_ms = -1;
  if (ended.error)
    return o;
  const vdbrt::Error &error = ended.error.error();
  free(o.message);
  o.status = o.code = error.code();
  o.has_error = true;
  o.message = strdup(error.what());
  o.body = error.body_json().empty() ? nullptr : strdup(std::string(error.body_json()).c_str());
  o.http_status = error.http_status();
  o.is_retryable = error.is_retryable();
  o.retry_after_ms = error.retry_after().count();
  return o;
}

template <class C> static void run_rest(const C &client, const operation *o, json_t *args, json_t *vector, json_t *answer) {
  server_reset(s);
  if (answer) {
    json_t *rule = json_pack("{s:s,s:[{s:s,s:[O]}]}", "do", "rules", "rules", "on", "* /*", "answers", answer);
    json_decref(server_command(s, rule));
    json_decref(rule);
  }
  const char *texts[MAX_TEXTS] = {};
  char *made[MAX_TEXTS] = {};
  for (int i = 0; i < MAX_TEXTS && o->texts[i]; i++) {
    json_t *value = json_object_get(args, o->texts[i]);
    texts[i] = json_is_string(value) ? json_string_value(value) : made[i] = dumped(value);
  }
  outcome got = outcome_of(call(client, o, texts));
  bool is_read = !strncmp(o->request, "GET ", 4);
  check_outcome(value_at(vector, "result"), &got, is_read, o->has_out);
  json_t *requests = server_requests(s);
  json_t *wanted = json_object_get(vector, "request");
  check_requests(wanted, requests, is_read && got.status == VDBRT_E_DISCONNECTED);
  json_decref(requests);
  outcome_free(&got);
  for (char *text : made)
    free(text);
}

static int rest() {
  const char *settings = "{\"http.max_retries\":0}";
  Quiet quiet(conformance_client(settings));
  vdbrt::Client thrower(conformance_client(settings));
  json_t *vector;
  size_t index;
  int count = 0;
  for (const operation *o = operations; o->name; o++) {
    std::string name = std::string("rest/") + o->name + ".json";
    json_t *file = load(name.c_str());
    json_array_foreach(value_at(file, "vectors"), index, vector) {
      json_t *args = value_at(vector, "args"), *answer = json_object_get(vector, "answer");
      snprintf(place, sizeof place, "%s: %s, returned", name.c_str(), text_at(vector, "name"));
      run_rest(quiet, o, args, vector, answer);
      snprintf(place, sizeof place, "%s: %s, thrown", name.c_str(), text_at(vector, "name"));
      run_rest(thrower, o, args, vector, answer);
      count++;
    }
    json_decref(file);
  }
  end(quiet);
  end(thrower);
  return count;
}

// ---- What is made of a URL

static int helpers() {
  using vdbrt::nothrow::Player;
  json_t *file = load("helpers.json"), *vector;
  size_t index;
  json_array_foreach(value_at(file, "vectors"), index, vector) {
    const char *helper = text_at(vector, "helper");
    snprintf(place, sizeof place, "helpers.json: %s: %s", helper, text_at(vector, "name"));
    json_t *args = value_at(vector, "args"), *options = json_object_get(args, "options_json");
    const char *url = json_string_value(json_object_get(args, "url"));
    char *made = json_is_string(options) ? strdup(json_string_value(options)) : dumped(options);
    Ended got = ended(!strcmp(helper, "embed_code")  ? Player::embed_code(url, made)
                      : !strcmp(helper, "embed_url") ? Player::embed_url(url)
                                                     : Player::play_url(url));
    outcome o = outcome_of(got);
    check_outcome(value_at(vector, "result"), &o, false, false);
    const char *want = json_string_value(json_object_get(vector, "text"));
    EXPECT(got.out.view() == (want ? want : ""), "it is %s", got.out.c_str());
    outcome_free(&o);
    free(made);
  }
  json_decref(file);
  return static_cast<int>(index);
}

// ---- Events

static void same_text(json_t *want, const char *member, std::string_view got) {
  json_t *value = json_object_get(want, member);
  std::string_view text = value ? std::string_view(json_string_value(value), json_string_length(value)) : std::string_view();
  EXPECT(got == text && (got.data() != nullptr) == (value != nullptr), "%s is %.*s", member, static_cast<int>(got.size()),
         got.data());
}

static void same_number(json_t *want, const char *member, double got) {
  json_t *value = json_object_get(want, member);
  EXPECT(value ? fabs(json_number_value(value) - got) < 1e-6 : std::isnan(got), "%s is %.9g", member, got);
}

static void check_event(json_t *vector, vdbrt::EventView event) {
  snprintf(place, sizeof place, "events: %s", text_at(vector, "name"));
  json_t *want = value_at(vector, "event"), *message = json_object_get(vector, "message"), *flag;
  if (message)
    EXPECT(event.json() == std::string_view(json_string_value(message), json_string_length(message)), "the message is another");
  int flags = 0;
  size_t index;
  json_array_foreach(json_object_get(want, "flags"), index, flag) {
    std::string_view name = json_string_value(flag);
    flags |= name == "interim"         ? VDBRT_EVENT_INTERIM
             : name == "triggered"     ? VDBRT_EVENT_TRIGGERED
             : name == "relative_time" ? VDBRT_EVENT_RELATIVE_TIME
             : name == "not_json"      ? VDBRT_EVENT_NOT_JSON
                                       : 1 << 30;
  }
  EXPECT(event.flags() == flags, "the flags are %d", event.flags());
  same_text(want, "channel", event.channel());
  same_text(want, "rtstream_id", event.rtstream_id());
  same_text(want, "text", event.text());
  same_text(want, "label", event.label());
  same_text(want, "data", event.data());
  same_number(want, "start", event.start());
  same_number(want, "end", event.end());
  same_number(want, "confidence", event.confidence());
  EXPECT(event.received_ms() > 1700000000000, "received at %lld", static_cast<long long>(event.received_ms()));
}

static int events(json_t *file) {
  json_t *frames = json_array(), *vector, *vectors = value_at(file, "vectors");
  size_t index, count = json_array_size(vectors);
  json_array_foreach(vectors, index, vector) {
    json_t *frame = json_deep_copy(vector);
    json_object_set_new(frame, "opcode", json_string("text"));
    if (json_t *message = json_object_get(vector, "message"))
      json_object_set(frame, "text", message);
    else
      json_object_set(frame, "hex", json_object_get(vector, "message_hex"));
    json_array_append_new(frames, frame);
  }
  server_reset(s);
  server_websocket(s, nullptr);
  json_t *rule = json_pack("{s:s,s:[{s:s,s:[[{s:b},{s:{s:s}},{s:O}]]}]}", "do", "rules", "rules", "on", "GET /ws", "answers",
                           "upgrade", 1, "json", "connection_id", "conn-1", "frames", frames);
  json_decref(server_command(s, rule));
  json_decref(rule);
  json_decref(frames);
  vdbrt::Client client(conformance_client("{}"));
  {
    vdbrt::Channel one = client.open_channel(), many = client.open_channel();
    CHECK_INT(one.next().kind(), VDBRT_EVENT_CONNECTED);
    index = 0;
    for (const vdbrt::Event &event : one.stream()) {
      check_event(json_array_get(vectors, index), event);
      if (++index == count)
        break;
    }
    CHECK_INT(many.next().kind(), VDBRT_EVENT_CONNECTED);
    vdbrt::Batch<8> batch;
    for (index = 0; index < count;) {
      CHECK(many.next_batch(batch, vdbrt::Milliseconds(slow(5000))));
      for (vdbrt::EventView event : batch)
        check_event(json_array_get(vectors, index++), event);
    }
  }
  end(client);
  return static_cast<int>(count);
}

int main() {
  s = server_start();
  int operation_count = 0;
  for (const operation *o = operations; o->name; o++)
    operation_count++;
  int rest_count = rest(), helper_count = helpers(), event_count = each_file("events", events);
  char counts[128];
  snprintf(counts, sizeof counts, "%d calls: %d vectors in two ways; %d helpers, %d events in two ways; %d checks",
           operation_count, rest_count, helper_count, event_count, checks);
  if (wrong)
    failed(__FILE__, __LINE__, "%d checks failed of %s", wrong, counts);
  printf("figure: C++ conformance of %s\n", counts);
  return passed_with(counts);
}
