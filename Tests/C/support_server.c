/* The scripted server as a child process, and clients of it. */
#include "support.h"

struct server {
  child *process;
  int port;
  bool tls;
  pthread_mutex_t lock;
};

/* ---- The server ---------------------------------------------------------------------------------------------------- */

static server *start(const char *certificate) {
  char script[4096], cert[256], key[256];
  snprintf(script, sizeof script, "%s", support_file("scripted_server.py"));
  const char *python = getenv("VDBRT_PYTHON");
  const char *argv[8] = {python && *python ? python : "python3", script};
  if (certificate) {
    snprintf(cert, sizeof cert, "%s/%s.pem", certificates(), certificate);
    snprintf(key, sizeof key, "%s/%s.key", certificates(), certificate);
    argv[2] = "--cert", argv[3] = cert, argv[4] = "--key", argv[5] = key;
  }
  server *s = calloc(1, sizeof *s);
  s->process = child_start(argv);
  s->tls = certificate != NULL;
  pthread_mutex_init(&s->lock, NULL);
  char *line = child_line(s->process);
  if (!line || sscanf(line, "listening %d", &s->port) != 1)
    failed(__FILE__, __LINE__, "the scripted server said %s", line ? line : "nothing");
  free(line);
  return s;
}

/* Programs have a few servers at most; they live until the program ends. */
static server *servers[8];

static server *kept(server *s) {
  for (size_t i = 0; i < sizeof servers / sizeof *servers; i++)
    if (!servers[i])
      return servers[i] = s;
  failed(__FILE__, __LINE__, "too many servers");
}

__attribute__((destructor)) static void free_servers(void) {
  for (size_t i = 0; i < sizeof servers / sizeof *servers; i++)
    free(servers[i]);
}

server *server_start(void) { return kept(start(NULL)); }

server *server_start_tls(const char *name) { return kept(start(name)); }

int server_port(const server *s) { return s->port; }

static json_t *told(server *s, char *text) {
  pthread_mutex_lock(&s->lock);
  fprintf(s->process->to, "%s\n", text);
  fflush(s->process->to);
  char *line = child_line(s->process);
  pthread_mutex_unlock(&s->lock);
  if (!line)
    failed(__FILE__, __LINE__, "the scripted server is gone; it was told %s", text);
  json_error_t problem;
  json_t *reply = json_loads(line, JSON_ALLOW_NUL, &problem);
  if (!reply || !json_is_true(json_object_get(reply, "ok")))
    failed(__FILE__, __LINE__, "%s: the scripted server says %s", text, line);
  free(line);
  free(text);
  return reply;
}

json_t *server_do(server *s, const char *format, ...) {
  va_list list;
  va_start(list, format);
  char *text = vquoted(format, list);
  va_end(list);
  return told(s, text);
}

json_t *server_command(server *s, json_t *command) { return told(s, json_dumps(command, JSON_COMPACT)); }

static void done(json_t *reply) { json_decref(reply); }

int server_listen(server *s, const char *format, ...) {
  va_list list;
  va_start(list, format);
  char *spec = vquoted(format, list);
  va_end(list);
  json_t *reply = server_do(s, "{'do':'listen',%s", spec + 1);
  int port = (int)json_integer_value(json_object_get(reply, "port"));
  free(spec);
  json_decref(reply);
  return port;
}

void server_on(server *s, const char *on, const char *answers, ...) {
  va_list list;
  va_start(list, answers);
  char *spec = vquoted(answers, list);
  va_end(list);
  bool many = spec[0] == '[';
  done(server_do(s, "{'do':'rules','rules':[{'on':'%s','answers':%s%s%s}]}", on, many ? "" : "[", spec, many ? "" : "]"));
  free(spec);
}

void server_wait(server *s, const char *what, int count) {
  done(server_do(s, "{'do':'wait','for':'%s','count':%d,'timeout_ms':%d}", what, count, slow(5000)));
}

void server_go(server *s, const char *gate) { done(server_do(s, "{'do':'go','gate':'%s'}", gate)); }

void server_reset(server *s) { done(server_do(s, "{'do':'reset'}")); }

static json_t *member_of_reply(server *s, const char *name) {
  json_t *reply = server_do(s, "{'do':'%s'}", name), *list = json_incref(json_object_get(reply, name));
  json_decref(reply);
  return list;
}

json_t *server_requests(server *s) { return member_of_reply(s, "requests"); }

json_t *server_frames(server *s) { return member_of_reply(s, "frames"); }

int server_count(server *s, const char *on) { return server_count_with(s, on, NULL, NULL); }

int server_count_with(server *s, const char *on, const char *member, const char *text) {
  json_t *requests = server_requests(s), *request;
  size_t index;
  int count = 0;
  json_array_foreach(requests, index, request) {
    char line[512];
    snprintf(line, sizeof line, "%s %s", text_at(request, "method"), text_at(request, "path"));
    const char *value = member ? json_string_value(json_object_get(json_object_get(request, "json"), member)) : NULL;
    count += strcmp(line, on) == 0 && (!member || (value && strcmp(value, text) == 0));
  }
  json_decref(requests);
  return count;
}

int server_count_frames(server *s, const char *opcode) {
  json_t *frames = server_frames(s), *frame;
  size_t index;
  int count = 0;
  json_array_foreach(frames, index, frame) count += strcmp(text_at(frame, "opcode"), opcode) == 0;
  json_decref(frames);
  return count;
}

const char *header_of(json_t *request, const char *name) {
  json_t *header;
  size_t index;
  json_array_foreach(value_at(request, "headers"), index,
                     header) if (!strcasecmp(text_at(header, "0"), name)) return text_at(header, "1");
  return NULL;
}

static void websocket_rules(server *s, const char *steps) {
  server_on(s, "GET /collection/default/websocket",
            "{'status':200,'json':{'success':true,'data':{'websocket_url':'%s://%s:%d/ws?token=" WS_TOKEN "'}}}",
            s->tls ? "wss" : "ws", s->tls ? "localhost" : "127.0.0.1", s->port);
  server_on(s, "GET /ws", "[[%s]]", steps);
}

void server_websocket(server *s, const char *steps, ...) {
  char *text = NULL;
  if (steps) {
    va_list list;
    va_start(list, steps);
    text = vquoted(steps, list);
    va_end(list);
  }
  char *all = quoted("{'upgrade':true},{'json':{'connection_id':'conn-1'}}%s%s", text ? "," : "", text ? text : "");
  websocket_rules(s, all);
  free(text);
  free(all);
}

void server_websockets(server *s, const char *const *steps) {
  websocket_rules(s, "{'hang':true}");
  char *all = strdup("");
  for (int i = 0; steps[i]; i++) {
    char *more = NULL;
    if (asprintf(&more, "%s%s[{'upgrade':true},{'json':{'connection_id':'conn-%d'}},%s%s{'hang':true}]", all, i ? "," : "",
                 i + 1, steps[i], *steps[i] ? "," : "") < 0)
      failed(__FILE__, __LINE__, "no memory");
    free(all);
    all = more;
  }
  server_on(s, "GET /ws", "[%s]", all);
  free(all);
}

void server_websocket_raw(server *s, const char *steps, ...) {
  va_list list;
  va_start(list, steps);
  char *text = vquoted(steps, list);
  va_end(list);
  websocket_rules(s, text);
  free(text);
}

/* ---- Clients --------------------------------------------------------------------------------------------------------- */

static void check_log_line(void *user, int32_t level, const char *topic, const char *message) {
  (void)user;
  CHECK(level >= VDBRT_LOG_DEBUG && level <= VDBRT_LOG_ERROR);
  CHECK(!strcmp(topic, "http") || !strcmp(topic, "ws") || !strcmp(topic, "client"));
  CHECK_LACKS(message, TEST_KEY);
  CHECK_LACKS(message, WS_TOKEN);
}

static vdbrt_config *config_from(server *s, const char *settings, va_list list) {
  vdbrt_config *config = NULL;
  OK(vdbrt_config_new(&config, &err));
  OK(vdbrt_config_set(config, "api_key", TEST_KEY, &err));
  if (s) {
    char url[64];
    snprintf(url, sizeof url, "http%s://%s:%d", s->tls ? "s" : "", s->tls ? "localhost" : "127.0.0.1", s->port);
    OK(vdbrt_config_set(config, "base_url", url, &err));
  }
  OK(vdbrt_config_set(config, "http.retry_base_ms", "2", &err));
  OK(vdbrt_config_set(config, "http.retry_max_ms", "20", &err));
  OK(vdbrt_config_set(config, "reconnect.enabled", "false", &err));
  OK(vdbrt_config_set_log(config, VDBRT_LOG_DEBUG, check_log_line, NULL, &err));
  if (settings) {
    char *json = vquoted(settings, list);
    OK(vdbrt_config_set_json(config, json, &err));
    free(json);
  }
  return config;
}

vdbrt_config *config_for(server *s, const char *settings, ...) {
  va_list list;
  va_start(list, settings);
  vdbrt_config *config = config_from(s, settings, list);
  va_end(list);
  return config;
}

vdbrt_client *client_of(vdbrt_config *config) {
  vdbrt_client *client = NULL;
  OK(vdbrt_client_new(config, &client, &err));
  CHECK(client);
  vdbrt_config_free(config);
  return client;
}

vdbrt_client *client_for(server *s, const char *settings, ...) {
  va_list list;
  va_start(list, settings);
  vdbrt_config *config = config_from(s, settings, list);
  va_end(list);
  return client_of(config);
}

void client_end(vdbrt_client *client) {
  OK(vdbrt_client_shutdown(client, slow(5000), &err));
  vdbrt_client_release(client);
}

vdbrt_events *channel_open(vdbrt_client *client) {
  vdbrt_events *events = NULL;
  OK(vdbrt_events_open(client, NULL, NULL, &events, &err));
  CHECK(events);
  return events;
}

char *text_of(const char *bytes, size_t len) {
  if (!bytes) {
    CHECK_INT(len, 0);
    return NULL;
  }
  char *text = malloc(len + 1);
  memcpy(text, bytes, len);
  text[len] = 0;
  return text;
}

json_t *event_json(const vdbrt_event *e) {
  size_t len = 0;
  const char *bytes = vdbrt_event_json(e, &len);
  json_t *json = json_loadb(bytes, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
  if (!json)
    failed(__FILE__, __LINE__, "the event is no JSON: %.*s", (int)len, bytes);
  return json;
}

vdbrt_event *next_event(vdbrt_events *events, int32_t kind) {
  vdbrt_event *e = NULL;
  OK(vdbrt_events_next(events, slow(5000), &e, &err));
  CHECK(e);
  if (vdbrt_event_kind(e) != kind) {
    size_t len = 0;
    const char *json = vdbrt_event_json(e, &len);
    failed(__FILE__, __LINE__, "an event of kind %d came, not %d: %.*s", vdbrt_event_kind(e), kind, (int)len, json);
  }
  return e;
}

void skip_event(vdbrt_events *events, int32_t kind) { vdbrt_event_free(next_event(events, kind)); }

json_t *event_data(vdbrt_events *events, int32_t kind) {
  for (json_t *data = NULL;;) {
    vdbrt_event *e = NULL;
    OK(vdbrt_events_next(events, slow(5000), &e, &err));
    if (vdbrt_event_kind(e) == kind) {
      json_t *json = event_json(e);
      data = json_incref(value_at(json, "data"));
      json_decref(json);
    }
    vdbrt_event_free(e);
    if (data)
      return data;
  }
}

json_t *disconnected_data(vdbrt_events *events) {
  vdbrt_event *e = next_event(events, VDBRT_EVENT_DISCONNECTED);
  json_t *json = event_json(e), *data = json_incref(value_at(json, "data"));
  CHECK_TEXT(text_at(json, "channel"), "vdbrt.disconnected");
  CHECK_LACKS(text_at(data, "reason"), TEST_KEY);
  CHECK_LACKS(text_at(data, "reason"), WS_TOKEN);
  json_decref(json);
  vdbrt_event_free(e);
  return data;
}
