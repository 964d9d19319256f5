#include "support_vectors.h"

#include <dirent.h>
#include <errno.h>

server *s;
char place[512];
int checks;
int wrong;

vdbrt_client *conformance_client(const char *settings) {
  vdbrt_config *config = config_for(s, NULL);
  OK(vdbrt_config_set(config, "api_key", CONFORMANCE_KEY, &err));
  OK(vdbrt_config_set_json(config, settings, &err));
  return client_of(config);
}

/* ---- Files ----------------------------------------------------------------------------------------------------------- */

static const char *folder_of_vectors(void) {
  const char *folder = getenv("VDBRT_CONFORMANCE");
  return folder ? folder : "Tests/Conformance";
}

json_t *load(const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder_of_vectors(), name);
  json_error_t problem;
  json_t *json = json_load_file(path, JSON_ALLOW_NUL, &problem);
  if (!json)
    failed(__FILE__, __LINE__, "%s: %s, line %d", path, problem.text, problem.line);
  return json;
}

int each_file(const char *folder, int (*run)(json_t *file)) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder_of_vectors(), folder);
  DIR *dir = opendir(path);
  if (!dir)
    failed(__FILE__, __LINE__, "%s: %s", path, strerror(errno));
  int count = 0;
  for (struct dirent *entry; (entry = readdir(dir));)
    if (strstr(entry->d_name, ".json")) {
      char name[512];
      snprintf(name, sizeof name, "%s/%.200s", folder, entry->d_name);
      snprintf(place, sizeof place, "%s", name);
      json_t *file = load(name);
      count += run(file);
      json_decref(file);
    }
  closedir(dir);
  return count;
}

/* ---- JSON ------------------------------------------------------------------------------------------------------------ */

char *dumped(json_t *json) { return json ? json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS) : NULL; }

void same_json(const char *what, json_t *got, json_t *want) {
  char *got_text = dumped(got), *want_text = dumped(want);
  EXPECT(json_equal(got, want), "%s is\n  %s\nand not\n  %s", what, got_text ? got_text : "nothing",
         want_text ? want_text : "nothing");
  free(got_text);
  free(want_text);
}

/* ---- Results --------------------------------------------------------------------------------------------------------- */

void check_outcome(json_t *result, const outcome *o, bool is_read, bool has_out) {
  const char *want = text_at(result, "status"), *name = vdbrt_status_name(o->status);
  EXPECT(!strcmp(name, want), "the status is %s, not %s: %s", name, want, o->message);
  EXPECT(o->code == o->status && o->has_error == (o->status != VDBRT_OK), "the error object does not fit the status");
  EXPECT((*o->message != 0) == o->has_error, "an error has words, and success has none: %s", o->message);
  EXPECT(!strstr(o->message, CONFORMANCE_KEY), "the message holds the key: %s", o->message);
  json_t *value = json_object_get(result, "http_status"), *part;
  if (value)
    EXPECT(json_integer_value(value) == o->http_status, "the HTTP status is %d", o->http_status);
  if ((value = json_object_get(result, "retryable"))) {
    bool retryable = json_is_true(value) || (json_is_string(value) && is_read);
    EXPECT(retryable == o->is_retryable, "retryable is %d", o->is_retryable);
  }
  if ((value = json_object_get(result, "retry_after_ms")))
    EXPECT(json_integer_value(value) == o->retry_after_ms, "retry_after_ms is %lld", (long long)o->retry_after_ms);
  size_t index;
  json_array_foreach(json_object_get(result, "message"), index, part) {
    const char *words = json_string_value(part);
    EXPECT(strstr(o->message, words), "the message lacks \"%s\": %s", words, o->message);
  }
  if ((value = json_object_get(result, "body"))) {
    json_t *got = o->body ? json_loads(o->body, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL) : json_null();
    same_json("the error's body", got, value);
    json_decref(got);
  }
  if (!has_out)
    return;
  EXPECT((o->status == VDBRT_OK) == (o->out != NULL), "the output does not fit the status");
  if (o->out && (value = json_object_get(result, "out"))) {
    json_t *got = json_loads(o->out, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    same_json("the output", got, value);
    json_decref(got);
  }
}

/* ---- Requests -------------------------------------------------------------------------------------------------------- */

static int hex_digit(char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

static json_t *decoded(const char *text, size_t length) {
  char *out = malloc(length + 1), *to = out;
  for (size_t i = 0; i < length; i++)
    if (text[i] == '%' && i + 2 < length) {
      *to++ = (char)(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2]));
      i += 2;
    } else
      *to++ = text[i];
  json_t *string = json_stringn(out, (size_t)(to - out));
  free(out);
  return string;
}

static json_t *query_of(json_t *request) {
  json_t *query = json_object();
  const char *text = json_string_value(json_object_get(request, "query"));
  while (text && *text) {
    size_t length = strcspn(text, "&"), name = strcspn(text, "=");
    CHECK(name < length);
    json_t *key = decoded(text, name);
    CHECK(!json_object_get(query, json_string_value(key)));
    json_object_set_new(query, json_string_value(key), decoded(text + name + 1, length - name - 1));
    json_decref(key);
    text += length + (text[length] == '&');
  }
  return query;
}

void check_requests(json_t *want, json_t *requests, bool may_repeat) {
  size_t count = json_array_size(requests);
  EXPECT(count == (want ? 1 : 0) || (count > 1 && may_repeat), "%zu requests came", count);
  if (!want || count == 0)
    return;
  json_t *got = json_array_get(requests, 0);
  EXPECT(!strcmp(text_at(got, "method"), text_at(want, "method")) && !strcmp(text_at(got, "path"), text_at(want, "path")),
         "the request is %s %s, not %s %s", text_at(got, "method"), text_at(got, "path"), text_at(want, "method"),
         text_at(want, "path"));
  json_t *query = query_of(got), *none = json_object(), *wanted = json_object_get(want, "query");
  same_json("the query", query, wanted ? wanted : none);
  json_decref(query);
  json_decref(none);
  json_t *body = json_object_get(want, "body");
  same_json("the body", value_at(got, "json"), body ? body : json_null());
  const char *key = header_of(got, "x-access-token");
  EXPECT(key && !strcmp(key, CONFORMANCE_KEY), "the key did not come along");
}
