/* What one writes in C with the libraries at hand: each message becomes a tree of jansson's. */
#include <jansson.h>
#include "wire.h"

static int on_message(const char *json, size_t length) {
  json_error_t error;
  json_t *message = json_loadb(json, length, 0, &error);
  if (!message)
    wire_fail(error.text);
  json_t *channel = json_object_get(message, "channel"), *text = json_object_get(json_object_get(message, "data"), "text");
  int is_over = tally_event(json, json_string_value(channel), json_string_length(channel), json_string_length(text));
  json_decref(message);
  return is_over;
}

int main(int argc, char **argv) { return wire_main(argc, argv); }
