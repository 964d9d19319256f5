// The real-time API of VideoDB from C++, a subcommand for each of its parts.
//
//   c++ -std=c++17 realtime.cpp -o realtime $(pkg-config --cflags --libs videodb_rt)
//
// nlohmann's JSON library is used for JSON (Debian: nlohmann-json3-dev); any other does as well. The key is in VIDEO_DB_API_KEY, the
// service's address in VIDEO_DB_API. Indexes that were started here are stopped at the end.
#include <videodb_rt.hpp>

#include <nlohmann/json.hpp>

#include <cstring>
#include <ctime>
#include <iomanip>
#include <iostream>
#include <map>
#include <optional>
#include <thread>

using nlohmann::json;
using Clock = std::chrono::steady_clock;

static const char usage[] = R"(realtime SECTION [STREAM] [--query TEXT] [--webhook URL] [--seconds N]

  visual-indexing     describes the pictures, and reads the scenes back
  audio-indexing      describes speech
  transcription       starts, reads and stops the transcript
  search              asks for --query
  stream-generation   a page that plays the last minute
  embed               the same as an <iframe>
  events-and-alerts   an alert, also for --webhook
  websocket           prints scenes, words and alerts as they come

Without STREAM, the newest stream that is connected is taken. --seconds says how long results are waited for (20).
)";

struct Options {
  std::string section, stream, webhook, query = "a white car moving fast";
  int seconds = 20;
};

static const json two_seconds{{"type", "time"}, {"value", 2}, {"frame_count", 4}};

// What a section works with.
struct Session {
  Options options;
  vdbrt::Client client = vdbrt::Client::make();

  Clock::time_point deadline() const { return Clock::now() + std::chrono::seconds(options.seconds); }
};

// An index that is stopped at the end.
class Running {
public:
  Running(Session &session, const vdbrt::String &made) : session_(session), index_(json::parse(made.view())) {
    std::cout << "index " << id() << " is " << index_.at("status").get<std::string>() << std::endl;
  }
  Running(const Running &) = delete;
  ~Running() {
    try {
      session_.client.scene_index_stop(session_.options.stream, id());
    } catch (const vdbrt::Error &error) {
      std::cerr << error.what() << '\n';
    }
  }
  std::string id() const { return index_.at("rtstream_index_id"); }

private:
  Session &session_;
  json index_;
};

// Asks until there is a result, twice a second.
template <class F> static json wait_for(const Session &session, const char *what, F results) {
  auto deadline = session.deadline();
  for (;;) {
    if (json found = results(); !found.empty())
      return found;
    if (Clock::now() > deadline)
      throw std::runtime_error(std::string("no ") + what + " within " + std::to_string(session.options.seconds) + " s");
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
}

static std::string clock_time(double seconds) {
  std::time_t time = static_cast<std::time_t>(seconds);
  char text[32];
  std::strftime(text, sizeof text, "%H:%M:%S", std::localtime(&time));
  return text;
}

static double now() { return static_cast<double>(std::time(nullptr)); }

static void show_scenes(Session &s, const std::string &index) {
  json scenes = wait_for(s, "scene", [&] {
    vdbrt::String page = s.client.scene_index_get_scenes(s.options.stream, index, "{\"page_size\": 5}");
    return json::parse(page.view()).at("scene_index_records");
  });
  for (const json &scene : scenes)
    std::cout << clock_time(scene.at("start")) << "  " << scene.at("description").get<std::string>() << '\n';
}

static void visual_indexing(Session &s) {
  json options{{"prompt", "Describe what moves"}, {"batch_config", two_seconds}, {"name", "example"}};
  Running index(s, s.client.rtstream_index_visuals(s.options.stream, options.dump()));
  show_scenes(s, index.id());
  json all = json::parse(s.client.scene_index_list(s.options.stream).view());
  std::cout << "indexes: " << all.at("scene_indexes").size() << '\n';
}

static void audio_indexing(Session &s) {
  json options{
      {"prompt", "What is said?"}, {"batch_config", {{"type", "sentence"}, {"value", 1}}}, {"auto_start_transcript", true}};
  Running index(s, s.client.rtstream_index_audio(s.options.stream, options.dump()));
  show_scenes(s, index.id());
}

static void transcription(Session &s) {
  double began = now();
  vdbrt::String started = s.client.rtstream_start_transcript(s.options.stream);
  std::cout << "transcript: " << json::parse(started.view()).at("status").get<std::string>() << std::endl;
  wait_for(s, "words", [&] {
    vdbrt::String page = s.client.rtstream_get_transcript(s.options.stream, json{{"since", began}}.dump());
    return json::parse(page.view()).at("transcription_records");
  });
  json from{{"rtstream_id", s.options.stream}, {"start", began - 60}};
  vdbrt::Records records = s.client.records("rtstream_get_transcript", from.dump()); // page by page
  while (vdbrt::String record = records.next()) {
    json said = json::parse(record.view());
    std::cout << clock_time(said.at("start")) << "  " << said.at("text").get<std::string>() << '\n';
  }
  vdbrt::String stopped = s.client.rtstream_stop_transcript(s.options.stream, "{\"mode\": \"graceful\"}");
  std::cout << "transcript: " << json::parse(stopped.view()).at("status").get<std::string>() << '\n';
}

static void search(Session &s) {
  json question{{"query", s.options.query}, {"score_threshold", 0.3}};
  json shots = json::parse(s.client.rtstream_search(s.options.stream, question.dump()).view()).at("results");
  std::cout << shots.size() << " results\n" << std::fixed << std::setprecision(2);
  for (const json &shot : shots) {
    json range{{"start", shot.at("start")}, {"end", shot.at("end")}};
    json playback = json::parse(s.client.shot_generate_stream(s.options.stream, range.dump()).view());
    std::cout << shot.at("score").get<double>() << "  " << clock_time(shot.at("start")) << "  "
              << shot.at("text").get<std::string>() << "\n      " << playback.at("stream_url").get<std::string>() << '\n';
  }
}

static json last_minute(Session &s) {
  double end = now() - 3; // the last seconds may not be recorded yet
  json options{{"start", end - 60}, {"end", end}, {"player_config", {{"title", "The last minute"}, {"slug", "example"}}}};
  return json::parse(s.client.rtstream_generate_stream(s.options.stream, options.dump()).view());
}

static void stream_generation(Session &s) {
  json playback = last_minute(s);
  std::cout << "page:   " << playback.at("player_url").get<std::string>() << '\n'
            << "stream: " << playback.at("stream_url").get<std::string>() << '\n';
}

static void embed(Session &s) {
  json options{{"width", "640"}, {"height", 360}, {"title", "The last minute"}};
  std::cout << vdbrt::Player::embed_code(last_minute(s).at("player_url").get<std::string>(), options.dump()).view() << '\n';
}

// An index of the pictures whose scenes go to the channel.
static vdbrt::String index_for(Session &s, const std::string &connection) {
  json options{{"prompt", "Describe what moves"}, {"batch_config", two_seconds}, {"ws_connection_id", connection}};
  return s.client.rtstream_index_visuals(s.options.stream, options.dump());
}

static std::string alert_on_movement(Session &s, const Running &index, const std::string &connection) {
  json rule =
      json::parse(s.client.event_rule_create("{\"event_prompt\": \"something moves\", \"label\": \"movement\"}").view());
  json options{{"event_id", rule.at("event_id")}, {"ws_connection_id", connection}};
  if (!s.options.webhook.empty())
    options["callback_url"] = s.options.webhook;
  return json::parse(s.client.alert_create(s.options.stream, index.id(), options.dump()).view()).at("alert_id");
}

// Hands each event over until that says enough, or the time is over.
template <class F> static bool events_until(const Session &s, const vdbrt::Channel &channel, F enough) {
  auto deadline = s.deadline();
  vdbrt::Batch<> batch;
  while (Clock::now() < deadline)
    if (channel.next_batch(batch, std::chrono::duration_cast<vdbrt::Milliseconds>(deadline - Clock::now())))
      for (vdbrt::EventView event : batch)
        if (enough(event))
          return true;
  return false;
}

static void events_and_alerts(Session &s) {
  vdbrt::Channel channel = s.client.open_channel();
  std::string connection = channel.connection_id().str();
  Running index(s, index_for(s, connection));
  std::string made = alert_on_movement(s, index, connection);
  json alerts = json::parse(s.client.alert_list(s.options.stream, index.id()).view());
  for (const json &alert : alerts.at("alerts"))
    std::cout << "alert " << alert.at("alert_id").get<std::string>() << " on '" << alert.at("label").get<std::string>()
              << "' is " << alert.at("status").get<std::string>() << '\n';
  bool fired = events_until(s, channel, [](vdbrt::EventView event) {
    if (event.kind() != VDBRT_EVENT_ALERT)
      return false;
    std::cout << event.label() << ": " << event.text() << '\n';
    return true;
  });
  s.client.alert_disable(s.options.stream, index.id(), made);
  if (!fired)
    throw std::runtime_error("no alert");
}

static void websocket(Session &s) {
  vdbrt::Channel channel = s.client.open_channel();
  std::string connection = channel.connection_id().str();
  Running index(s, index_for(s, connection));
  alert_on_movement(s, index, connection);
  try {
    s.client.rtstream_start_transcript(s.options.stream, json{{"ws_connection_id", connection}}.dump());
  } catch (const vdbrt::Error &error) {
    std::cout << "no transcript: " << error.what() << '\n';
  }
  events_until(s, channel, [](vdbrt::EventView event) {
    std::cout << std::left << std::setw(12) << event.channel() << ' ' << (event.text().empty() ? event.label() : event.text())
              << std::endl;
    return false;
  });
}

static const std::map<std::string, void (*)(Session &)> sections{
    {"visual-indexing", visual_indexing},     {"audio-indexing", audio_indexing},
    {"transcription", transcription},         {"search", search},
    {"stream-generation", stream_generation}, {"embed", embed},
    {"events-and-alerts", events_and_alerts}, {"websocket", websocket},
};

static std::optional<Options> parsed(int argc, char **argv) {
  Options options;
  for (int i = 1; i < argc; i++) {
    std::string word = argv[i];
    const char *value = i + 1 < argc ? argv[i + 1] : nullptr;
    if (word.rfind("--", 0) != 0)
      (options.section.empty() ? options.section : options.stream) = word;
    else if (!value)
      return std::nullopt;
    else if (i++; word == "--query")
      options.query = value;
    else if (word == "--webhook")
      options.webhook = value;
    else if (word == "--seconds")
      options.seconds = std::atoi(value);
    else
      return std::nullopt;
  }
  if (!sections.count(options.section))
    return std::nullopt;
  return options;
}

static std::string newest_stream(const Session &s) {
  json list = json::parse(s.client.rtstream_list(R"({"limit": 1, "status": "connected", "ordering": "-created_at"})").view());
  if (list.at("results").empty())
    throw std::runtime_error("no stream is connected: connect a camera first, with rtstream_connect");
  return list["results"][0].at("id");
}

int main(int argc, char **argv) {
  std::optional<Options> options = parsed(argc, argv);
  if (!options) {
    std::cerr << usage;
    return 2;
  }
  try {
    Session session{*options};
    if (session.options.stream.empty())
      session.options.stream = newest_stream(session);
    sections.at(session.options.section)(session);
  } catch (const std::exception &error) {
    std::cerr << "realtime: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
