/* The vectors of Tests/Conformance, through the C API. Their format is in README.md there. */
#include "support_operations.h"
#include "support_channel_vectors.h"

/* ---- REST ------------------------------------------------------------------------------------------------------------ */

static void answer_with(json_t *answer) {
  server_reset(s);
  if (!answer)
    return;
  json_t *rule = json_pack("{s:s,s:[{s:s,s:[O]}]}", "do", "rules", "rules", "on", "* /*", "answers", answer);
  json_decref(server_command(s, rule));
  json_decref(rule);
}

/* The ways to make a call. Each vector takes all of them. */
enum way { BLOCKING, ON_OUR_THREAD, ON_THE_APPLICATIONS_LOOP, WAYS };

static vdbrt_client *clients[WAYS];

static outcome blocking_call(const operation *o, json_t *args) {
  const char *texts[MAX_TEXTS] = {NULL};
  char *made[MAX_TEXTS] = {NULL};
  size_t known = 0;
  for (int i = 0; i < MAX_TEXTS && o->texts[i]; i++) {
    json_t *value = json_object_get(args, o->texts[i]);
    known += value != NULL;
    if (value && !json_is_string(value))
      texts[i] = made[i] = dumped(value);
    else
      texts[i] = json_string_value(value);
  }
  CHECK_INT(json_object_size(args), known);
  char *out = o->has_out ? (char *)s : NULL;
  vdbrt_error *error = NULL;
  vdbrt_status status = o->run(clients[BLOCKING], texts, NULL, &out, &error);
  outcome got;
  outcome_set(&got, status, out, error);
  vdbrt_string_free(out);
  vdbrt_error_free(error);
  for (int i = 0; i < MAX_TEXTS; i++)
    free(made[i]);
  return got;
}

/* The arguments as one object; NULL where they are not to be said so: a text in place of an object. */
static json_t *flat(json_t *args) {
  json_t *all = json_object(), *value;
  const char *name;
  json_object_foreach(args, name, value) {
    bool is_options = !strcmp(name, "options_json"), is_part = !is_options && strstr(name, "_json");
    if ((is_options || is_part) && !json_is_object(value)) {
      json_decref(all);
      return NULL;
    }
    if (is_options)
      CHECK(!json_object_update(all, value));
    else if (is_part) {
      char key[32];
      snprintf(key, sizeof key, "%.*s", (int)(strlen(name) - strlen("_json")), name);
      json_object_set(all, key, value);
    } else
      json_object_set(all, name, value);
  }
  return all;
}

static outcome async_call(enum way way, const operation *o, json_t *args) {
  char *text = dumped(args);
  completion *c = completion_new();
  vdbrt_error *error = NULL;
  vdbrt_status status = vdbrt_call_async(clients[way], o->name, text, NULL, on_completion, c, &error);
  free(text);
  outcome got;
  if (status == VDBRT_OK) {
    const outcome *o = completion_wait(c, way == ON_THE_APPLICATIONS_LOOP ? clients[way] : NULL);
    got = *o;
    got.out = o->out ? strdup(o->out) : NULL;
    got.message = strdup(o->message);
    got.body = o->body ? strdup(o->body) : NULL;
  } else {
    outcome_set(&got, status, NULL, error);
    CHECK(!is_completed(c));
  }
  vdbrt_error_free(error);
  completion_free(c);
  return got;
}

/* In how many ways it went. */
static int run_rest(const operation *o, json_t *args, json_t *request, json_t *answer, json_t *result) {
  static const char *const names[WAYS] = {"", ", async", ", async on an external loop"};
  bool is_read = !strncmp(o->request, "GET ", 4);
  json_t *all = flat(args);
  int ways = all ? WAYS : 1;
  size_t end = strlen(place);
  for (int way = 0; way < ways; way++) {
    snprintf(place + end, sizeof place - end, "%s", names[way]);
    answer_with(answer);
    outcome got = way == BLOCKING ? blocking_call(o, args) : async_call(way, o, all);
    check_outcome(result, &got, is_read, o->has_out);
    json_t *requests = server_requests(s);
    /* libcurl sends a read again by itself for each kept connection that ends without a word. */
    check_requests(request, requests, is_read && got.status == VDBRT_E_DISCONNECTED);
    json_decref(requests);
    outcome_free(&got);
  }
  place[end] = 0;
  json_decref(all);
  return ways;
}

/* Every operation is seen to succeed, to fail, and to be answered with something odd. */
static void check_coverage(json_t *vectors) {
  json_t *vector;
  size_t index;
  int successes = 0, errors = 0, oddities = 0;
  json_array_foreach(vectors, index, vector) {
    bool is_success = !strcmp(text_at(vector, "result.status"), "VDBRT_OK");
    successes += is_success;
    errors += !is_success && json_object_get(vector, "answer");
    oddities += json_is_true(json_object_get(vector, "odd"));
  }
  EXPECT(successes && errors && oddities, "%d vectors of success, %d of an answered error, %d of an odd answer", successes,
         errors, oddities);
}

static int rest(int *with_answers, int *calls) {
  for (int way = 0; way < WAYS; way++)
    clients[way] = conformance_client(way == ON_THE_APPLICATIONS_LOOP ? "{\"http.max_retries\":0,\"loop.mode\":\"external\"}"
                                                                      : "{\"http.max_retries\":0}");
  json_t *answers = load("answers.json"), *vector, *shared;
  int count = 0;
  size_t index, n;
  for (const operation *o = operations; o->name; o++) {
    char name[128];
    snprintf(name, sizeof name, "rest/%s.json", o->name);
    snprintf(place, sizeof place, "%s", name);
    json_t *file = load(name);
    CHECK_TEXT(text_at(file, "operation"), o->name);
    check_coverage(value_at(file, "vectors"));
    json_array_foreach(value_at(file, "vectors"), index, vector) {
      snprintf(place, sizeof place, "%s: %s", name, text_at(vector, "name"));
      *calls += run_rest(o, value_at(vector, "args"), json_object_get(vector, "request"), json_object_get(vector, "answer"),
                         value_at(vector, "result"));
      count++;
    }
    json_t *first = value_at(file, "vectors.0");
    json_array_foreach(value_at(answers, "vectors"), n, shared) {
      snprintf(place, sizeof place, "answers.json with %s: %s", o->name, text_at(shared, "name"));
      *calls += run_rest(o, value_at(first, "args"), value_at(first, "request"), value_at(shared, "answer"),
                         value_at(shared, "result"));
      ++*with_answers;
    }
    json_decref(file);
  }
  json_decref(answers);
  for (int way = 0; way < WAYS; way++)
    client_end(clients[way]);
  return count;
}

/* Files without an operation would never be run. */
static int has_operation(json_t *file) { return operation_named(text_at(file, "operation")) != NULL; }

/* ---- Helpers ----------------------------------------------------------------------------------------------------------- */

static int helpers(void) {
  json_t *file = load("helpers.json"), *vector;
  size_t index;
  json_array_foreach(value_at(file, "vectors"), index, vector) {
    const char *helper = text_at(vector, "helper");
    snprintf(place, sizeof place, "helpers.json: %s: %s", helper, text_at(vector, "name"));
    json_t *args = value_at(vector, "args"), *options = json_object_get(args, "options_json");
    const char *url = json_string_value(json_object_get(args, "url"));
    char *out = (char *)s, *made = json_is_string(options) ? strdup(json_string_value(options)) : dumped(options);
    vdbrt_error *error = NULL;
    vdbrt_status status = !strcmp(helper, "embed_code")  ? vdbrt_embed_code(url, made, &out, &error)
                          : !strcmp(helper, "embed_url") ? vdbrt_embed_url(url, &out, &error)
                                                         : vdbrt_play_url(url, &out, &error);
    outcome got;
    outcome_set(&got, status, NULL, error);
    check_outcome(value_at(vector, "result"), &got, false, false);
    const char *want = json_string_value(json_object_get(vector, "text"));
    EXPECT(!out == !want && (!out || !strcmp(out, want)), "it is\n  %s\nand not\n  %s", out ? out : "NULL",
           want ? want : "NULL");
    outcome_free(&got);
    vdbrt_string_free(out);
    vdbrt_error_free(error);
    free(made);
  }
  json_decref(file);
  return (int)index;
}

/* ---- Configuration ----------------------------------------------------------------------------------------------------- */

static int configuration(void) {
  json_t *file = load("config.json"), *vector, *value;
  size_t index;
  const char *key;
  json_array_foreach(value_at(file, "vectors"), index, vector) {
    snprintf(place, sizeof place, "config.json: %s", text_at(vector, "name"));
    vdbrt_config *config = NULL;
    OK(vdbrt_config_new(&config, &err));
    vdbrt_status status = VDBRT_OK;
    vdbrt_error *error = NULL;
    json_object_foreach(json_object_get(vector, "set"), key, value) {
      if (status == VDBRT_OK)
        status = vdbrt_config_set(config, key, json_string_value(value), &error);
    }
    if ((value = json_object_get(vector, "set_json"))) {
      char *text = json_is_string(value) ? strdup(json_string_value(value)) : dumped(value);
      status = vdbrt_config_set_json(config, text, &error);
      free(text);
    }
    outcome got;
    outcome_set(&got, status, NULL, error);
    check_outcome(value_at(vector, "result"), &got, false, false);
    outcome_free(&got);
    vdbrt_error_free(error);
    vdbrt_config_free(config);
  }
  json_decref(file);
  return (int)index;
}

int main(void) {
  s = server_start();
  int with_answers = 0, calls = 0, operation_count = 0;
  while (operations[operation_count].name)
    operation_count++;
  int config_count = configuration();
  int rest_count = rest(&with_answers, &calls);
  CHECK_INT(each_file("rest", has_operation), operation_count);
  int helper_count = helpers();
  int event_count = each_file("events", run_events);
  int frame_count = each_file("frames", run_frames);
  char counts[256];
  snprintf(counts, sizeof counts,
           "%d operations: %d vectors, %d answers with each, %d calls in three ways; %d helpers, %d events, %d frames, %d "
           "config; %d checks",
           operation_count, rest_count, with_answers / operation_count, calls, helper_count, event_count, frame_count,
           config_count, checks);
  if (wrong)
    failed(__FILE__, __LINE__, "%d checks failed of %s", wrong, counts);
  printf("figure: C conformance of %s\n", counts);
  return passed_with(counts);
}
