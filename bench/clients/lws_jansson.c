/* libwebsockets with a buffer of 64 KiB, and a tree of jansson's for each message. */
#include <jansson.h>
#include <libwebsockets.h>
#include <stdbool.h>
#include "tally.h"

static bool is_over, has_id;
static char *joined;
static size_t joined_length, joined_size;

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static void on_message(const char *json, size_t length) {
  json_error_t error;
  if (!has_id) {
    has_id = true;
    return;
  }
  if (tally.events == 0)
    tally_first();
  json_t *message = json_loadb(json, length, 0, &error);
  if (!message)
    fail(error.text);
  json_t *channel = json_object_get(message, "channel"), *text = json_object_get(json_object_get(message, "data"), "text");
  is_over |= tally_event(json, json_string_value(channel), json_string_length(channel), json_string_length(text));
  json_decref(message);
}

static void on_bytes(struct lws *socket, const char *bytes, size_t length) {
  bool is_last = lws_is_final_fragment(socket);
  if (lws_is_first_fragment(socket)) {
    joined_length = 0;
    if (is_last) {
      on_message(bytes, length);
      return;
    }
  }
  if (joined_length + length > joined_size) {
    joined_size = 2 * (joined_length + length);
    joined = realloc(joined, joined_size);
  }
  memcpy(joined + joined_length, bytes, length);
  joined_length += length;
  if (is_last)
    on_message(joined, joined_length);
}

static int on_event(struct lws *socket, enum lws_callback_reasons reason, void *user, void *in, size_t length) {
  (void)user;
  if (reason == LWS_CALLBACK_CLIENT_RECEIVE)
    on_bytes(socket, in, length);
  else if (reason == LWS_CALLBACK_CLIENT_CONNECTION_ERROR || (reason == LWS_CALLBACK_CLIENT_CLOSED && !is_over))
    fail(in ? in : "the connection ended");
  return is_over ? -1 : 0;
}

int main(int argc, char **argv) {
  const char *scheme, *host, *path;
  int port;
  tally_begin(argc, argv);
  lws_set_log_level(LLL_ERR, NULL);
  struct lws_protocols protocols[] = {{.name = "bench", .callback = on_event, .rx_buffer_size = 65536}, {0}};
  struct lws_context_creation_info info = {.port = CONTEXT_PORT_NO_LISTEN,
                                           .protocols = protocols,
                                           .gid = -1,
                                           .uid = -1,
                                           .pt_serv_buf_size = 65536,
                                           .client_ssl_ca_filepath = getenv("BENCH_CA"),
                                           .options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT};
  struct lws_context *context = lws_create_context(&info);
  if (!context || lws_parse_uri(argv[1], &scheme, &host, &port, &path))
    return 2;
  struct lws_client_connect_info target = {.context = context,
                                           .address = host,
                                           .port = port,
                                           .path = "/ws",
                                           .host = host,
                                           .origin = host,
                                           .local_protocol_name = "bench",
                                           .ssl_connection = strcmp(scheme, "https") ? 0 : LCCSCF_USE_SSL};
  if (!lws_client_connect_via_info(&target))
    return 1;
  while (!is_over && lws_service(context, 0) >= 0)
    ;
  lws_context_destroy(context);
  free(joined);
  tally_print();
  return 0;
}
