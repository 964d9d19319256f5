// Boost.Beast, synchronous, on Asio's own TLS; messages parsed by simdjson on demand, or with -DRAPIDJSON into a document of RapidJSON's.
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#ifdef RAPIDJSON
#include <rapidjson/document.h>
#else
#include <simdjson.h>
#endif
#include <iostream>
#include "tally.h"

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;

enum { PADDING = 64 };

#ifdef RAPIDJSON
static bool on_message(const char *json, size_t length) {
  rapidjson::Document message;
  if (message.Parse(json, length).HasParseError())
    throw std::runtime_error("no JSON");
  const auto &channel = message["channel"], &text = message["data"]["text"];
  return tally_event(json, channel.GetString(), channel.GetStringLength(), text.GetStringLength());
}
#else
static simdjson::ondemand::parser parser;

static bool on_message(const char *json, size_t length) {
  auto document = parser.iterate(simdjson::padded_string_view(json, length, length + PADDING));
  auto message = document.get_object().value();
  std::string_view channel = message["channel"].get_string().value();
  std::string_view text = message["data"]["text"].get_string().value();
  return tally_event(json, channel.data(), channel.size(), text.size());
}
#endif

template <class Stream> static void receive(Stream &socket, const std::string &host) {
  beast::flat_buffer buffer;
  buffer.reserve(64 * 1024);
  socket.handshake(host, "/ws");
  socket.read(buffer); // the connection id
  for (bool is_over = false; !is_over;) {
    buffer.clear();
    socket.read(buffer);
    if (tally.events == 0)
      tally_first();
    size_t length = buffer.size();
    buffer.prepare(PADDING);
    is_over = on_message(static_cast<const char *>(buffer.data().data()), length);
  }
}

int main(int argc, char **argv) {
  tally_begin(argc, argv);
  try {
    std::string url = argv[1], host = url.substr(url.find("//") + 2);
    asio::io_context context;
    auto found = tcp::resolver(context).resolve("127.0.0.1", host.substr(host.find(':') + 1));
    if (url.rfind("https", 0) == 0) {
      asio::ssl::context tls(asio::ssl::context::tls_client);
      tls.load_verify_file(getenv("BENCH_CA"));
      tls.set_verify_mode(asio::ssl::verify_peer);
      beast::websocket::stream<asio::ssl::stream<tcp::socket>> socket(context, tls);
      asio::connect(beast::get_lowest_layer(socket), found);
      socket.next_layer().handshake(asio::ssl::stream_base::client);
      receive(socket, host);
    } else {
      beast::websocket::stream<tcp::socket> socket(context);
      asio::connect(socket.next_layer(), found);
      receive(socket, host);
    }
  } catch (const std::exception &e) {
    std::cerr << e.what() << std::endl;
    return 1;
  }
  tally_print();
}
