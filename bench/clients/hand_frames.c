/* Receives and tells messages apart, and parses none: it finds no text, and is checked for the count only. */
#include "wire.h"

static int on_message(const char *json, size_t length) {
  (void)length;
  return tally_event(json, "", 0, 0);
}

int main(int argc, char **argv) { return wire_main(argc, argv); }
