/* The connection ends behind each byte of the upgrade answer and of the first message: an error each time, then a channel. */
#include "support.h"

static server *s;
static vdbrt_client *client;

/* How many cuts failed before the whole was through. */
static int cuts(const char *format_of_steps, const char *how) {
  for (int cut = 0;; cut++) {
    CHECK(cut < 1000);
    char steps[512], cut_text[64];
    snprintf(cut_text, sizeof cut_text, "\"cut\":%d,\"cut_with\":\"%s\"", cut, how);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(steps, sizeof steps, format_of_steps, cut_text);
#pragma GCC diagnostic pop
    server_websocket_raw(s, "%s", steps);
    vdbrt_events *events = NULL;
    err_clear();
    vdbrt_status status = vdbrt_events_open(client, NULL, NULL, &events, &err);
    if (status == VDBRT_OK) {
      skip_event(events, VDBRT_EVENT_CONNECTED);
      vdbrt_events_release(events);
      return cut;
    }
    if (status != VDBRT_E_UPGRADE && status != VDBRT_E_FIRST_MESSAGE)
      failed(__FILE__, __LINE__, "cut behind %d bytes gave %s: %s", cut, vdbrt_status_name(status), vdbrt_error_message(err));
    CHECK(events == NULL);
    CHECK_INT(vdbrt_error_is_retryable(err), 1);
  }
}

int main(void) {
  s = server_start();
  client = client_for(s, NULL);
  static const char upgrade[] = "{\"upgrade\":{%s}},{\"json\":{\"connection_id\":\"conn-1\"}}";
  static const char message[] = "{\"upgrade\":true},{\"json\":{\"connection_id\":\"conn-1\"},%s}";
  CHECK(cuts(upgrade, "close") > 100);
  CHECK(cuts(upgrade, "reset") > 100);
  CHECK_INT(cuts(message, "close"), 2 + 26);
  CHECK_INT(cuts(message, "reset"), 2 + 26);
  client_end(client);
  return passed();
}
