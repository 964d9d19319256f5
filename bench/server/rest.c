/* The answers of REST: the same to every call of one path. */
#include <stdio.h>
#include <string.h>

#include "server.h"

static bool answer(struct connection *c, const char *data) {
  char text[4096];
  int length = snprintf(text, sizeof text, "{\"success\":true,\"data\":%s}", data);
  char whole[8192];
  int size = snprintf(whole, sizeof whole, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
                      length, text);
  return connection_send(c, whole, (size_t)size);
}

static bool has(const char *text, const char *part) { return strstr(text, part) != NULL; }

bool answer_call(struct connection *c, const char *request, const char *body) {
  char data[512];
  if (has(request, "/websocket ")) {
    snprintf(data, sizeof data, "{\"websocket_url\":\"ws%s://127.0.0.1:%d/ws/bound\"}", server.tls ? "s" : "", server.port);
    return answer(c, data);
  }
  if (!strncmp(request, "POST", 4) && has(body, "\"ws_connection_id\"")) {
    bool is_index = has(request, "/index/scene ");
    bool sent = answer(
        c, is_index ? "{\"rtstream_index_id\":\"5b1f9a6c0d3e4f27\",\"extraction_type\":\"time\",\"extraction_config\":"
                      "{\"time\":5,\"frame_count\":2},\"prompt\":\"What moves?\",\"name\":\"yard\",\"status\":\"running\"}"
                    : "{\"status\":\"running\",\"engine\":\"default\"}");
    if (++server.bound == server.bindings && server.held && !begin_events(server.held))
      server.held = NULL;
    return sent;
  }
  if (!strncmp(request, "GET /rtstream/" STREAM_ID " ", sizeof "GET /rtstream/" STREAM_ID))
    return answer(c, "{\"id\":\"" STREAM_ID "\",\"name\":\"yard: north camera\",\"status\":\"connected\",\"sample_rate\":30,"
                     "\"media_types\":[\"video\",\"audio\"],\"collection_id\":\"c-0b1f2a3c\",\"store\":true,"
                     "\"created_at\":\"2026-01-02T03:04:05Z\"}");
  if (has(request, "GET /collection/default "))
    return answer(c, "{\"id\":\"default\",\"name\":\"Default\",\"description\":\"\",\"is_public\":false}");
  return answer(c, "{}");
}
