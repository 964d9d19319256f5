// The same with simdjson's on-demand parser, on the message where it lies: what is not asked for is not looked at, and not validated.
#include <simdjson.h>
#include "wire.h"

static simdjson::ondemand::parser parser;

static int on_message(const char *json, size_t length) {
  auto document = parser.iterate(simdjson::padded_string_view(json, length, length + WIRE_PADDING));
  auto message = document.get_object().value();
  std::string_view channel = message["channel"].get_string().value();
  std::string_view text = message["data"]["text"].get_string().value();
  return tally_event(json, channel.data(), channel.size(), text.size());
}

int main(int argc, char **argv) { return wire_main(argc, argv); }
