/* Alerts after cuts: one with a webhook stays as it is and gets a companion; only the companion is replaced later; what the application
 * does with its id is done with both. */
#include "support.h"

#define ALERTS "/rtstream/rts-1/index/ix-1/alert"

static int switched(server *s, const char *id, const char *action) {
  char on[128];
  snprintf(on, sizeof on, "PATCH " ALERTS "/%s/status", id);
  return server_count_with(s, on, "action", action);
}

int main(void) {
  server *s = server_start();
  const char *steps[] = {"{'await':'cut'},{'reset':true}", "{'await':'cut'},{'close_frame':1001}", "", NULL};
  server_websockets(s, steps);
  server_on(s, "POST " ALERTS,
            "[{'status':200,'json':{'data':{'alert_id':'hook'}}},{'status':200,'json':{'data':{'alert_id':'second'}}},"
            "{'status':200,'json':{'data':{'alert_id':'third'}}}]");
  server_on(s, "PATCH " ALERTS "/*", "{'status':200,'json':{'success':true}}");
  vdbrt_client *client = client_for(
      s, "{'reconnect.enabled':true,'reconnect.base_ms':5,'rebind.alert_settle_ms':20,'rebind.max_alerts_per_hour':2}");
  vdbrt_events *events = channel_open(client);
  char *out = NULL;
  OK(vdbrt_alert_create(client, "rts-1", "ix-1",
                        "{\"event_id\":\"ev\",\"ws_connection_id\":\"conn-1\",\"callback_url\":\"https://example.com/hook\"}",
                        NULL, &out, &err));
  vdbrt_string_free(out);

  server_go(s, "cut");
  /* A first gap tells of the cut, the second that the alert is bound again. */
  json_decref(event_data(events, VDBRT_EVENT_GAP));
  json_t *gap = event_data(events, VDBRT_EVENT_GAP);
  CHECK_TEXT(text_at(gap, "alert_id"), "hook");
  CHECK_TEXT(json_string_value(json_array_get(value_at(gap, "lost"), 0)), "alert");
  json_decref(gap);
  json_t *requests = server_requests(s);
  json_t *created = json_array_get(requests, json_array_size(requests) - 1);
  CHECK_TEXT(text_at(created, "path"), ALERTS);
  CHECK_TEXT(text_at(created, "json.event_id"), "ev");
  CHECK_TEXT(text_at(created, "json.ws_connection_id"), "conn-2");
  CHECK(json_is_null(value_at(created, "json.callback_url")));
  json_decref(requests);

  server_go(s, "cut");
  json_decref(event_data(events, VDBRT_EVENT_GAP));
  json_decref(event_data(events, VDBRT_EVENT_GAP));
  WAIT_FOR(switched(s, "second", "disable") == 1, 5000);
  CHECK_INT(server_count_with(s, "POST " ALERTS, "ws_connection_id", "conn-3"), 1);
  CHECK_INT(switched(s, "hook", "disable"), 0);

  /* The application's id, and so both. */
  OK(vdbrt_alert_disable(client, "rts-1", "ix-1", "hook", NULL, &err));
  CHECK_INT(switched(s, "hook", "disable"), 1);
  WAIT_FOR(switched(s, "third", "disable") == 1, 5000);
  OK(vdbrt_alert_enable(client, "rts-1", "ix-1", "hook", NULL, &err));
  WAIT_FOR(switched(s, "third", "enable") == 1, 5000);
  server_on(s, "GET " ALERTS,
            "{'status':200,'json':{'data':{'alerts':[{'alert_id':'hook','callback_url':'u'},{'alert_id':'second'},"
            "{'alert_id':'third'}]}}}");
  OK(vdbrt_alert_list(client, "rts-1", "ix-1", NULL, &out, &err));
  json_t *list = json_taken(out);
  CHECK_INT(json_array_size(value_at(list, "alerts")), 1);
  CHECK_TEXT(text_at(json_array_get(value_at(list, "alerts"), 0), "callback_url"), "u");
  json_decref(list);
  CHECK_INT(switched(s, "second", "disable"), 1);

  OK(vdbrt_events_counters(events, &out, &err));
  json_t *counters = json_taken(out);
  CHECK_INT(json_integer_value(value_at(counters, "alerts_created")), 2);
  CHECK_INT(json_integer_value(value_at(counters, "gaps")), 2);
  json_decref(counters);
  vdbrt_events_release(events);
  client_end(client);
  return passed();
}
