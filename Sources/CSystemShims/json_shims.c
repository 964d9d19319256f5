#include "CSystemShims.h"
#include "symbol_versions.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;
static void make_c_locale(void) { c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0); }

/* uselocale changes this thread only; the host's setting is put back before we return. */
static locale_t enter_c_locale(void) {
  pthread_once(&c_locale_once, make_c_locale);
  return c_locale ? uselocale(c_locale) : (locale_t)0;
}
static void leave_c_locale(locale_t previous) {
  if (previous)
    uselocale(previous);
}

json_t *vdbshim_json_parse(const char *text, size_t length, json_error_t *error) {
  locale_t previous = enter_c_locale();
  json_t *json = json_loadb(text, length, JSON_ALLOW_NUL | JSON_DECODE_ANY, error);
  leave_c_locale(previous);
  return json;
}

struct writer {
  vdbshim_json_write_fn write;
  void *user;
};

static int emit(const struct writer *w, const char *bytes, size_t length) { return w->write(bytes, length, w->user); }

static int write_real(double value, char *text, size_t room) {
  int length = 0;
  for (int digits = 15; digits <= 17; digits++) {
    length = snprintf(text, room, "%.*g", digits, value);
    if (strtod(text, NULL) == value)
      break;
  }
  if (!strpbrk(text, ".e"))
    length += snprintf(text + length, room - (size_t)length, ".0");
  return length;
}

int vdbshim_json_real(double value, char *text, size_t room) {
  locale_t previous = enter_c_locale();
  int length = write_real(value, text, room);
  leave_c_locale(previous);
  return length;
}

static int emit_real(const struct writer *w, double value) {
  char text[40];
  return emit(w, text, (size_t)write_real(value, text, sizeof text));
}

static int emit_value(const struct writer *w, const json_t *json);

static int emit_members(const struct writer *w, const json_t *json) {
  json_t *object = (json_t *)(uintptr_t)json; /* jansson iterates over non-const objects; nothing is changed */
  const char *separator = "{";
  for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at)) {
    json_t *key = json_string(json_object_iter_key(at));
    int failed =
        !key || emit(w, separator, 1) || emit_value(w, key) || emit(w, ":", 1) || emit_value(w, json_object_iter_value(at));
    json_decref(key);
    if (failed)
      return -1;
    separator = ",";
  }
  return *separator == '{' ? emit(w, "{}", 2) : emit(w, "}", 1);
}

static int emit_elements(const struct writer *w, const json_t *json) {
  if (emit(w, "[", 1))
    return -1;
  for (size_t i = 0; i < json_array_size(json); i++)
    if ((i && emit(w, ",", 1)) || emit_value(w, json_array_get(json, i)))
      return -1;
  return emit(w, "]", 1);
}

/* As deep as the parser allows (2,048 levels), a few hundred bytes of stack each. */
static int emit_value(const struct writer *w, const json_t *json) {
  switch (json_typeof(json)) {
  case JSON_REAL:
    return emit_real(w, json_real_value(json));
  case JSON_OBJECT:
    return emit_members(w, json);
  case JSON_ARRAY:
    return emit_elements(w, json);
  default:
    return json_dump_callback(json, w->write, w->user, JSON_ENCODE_ANY | JSON_COMPACT);
  }
}

int vdbshim_json_write(const json_t *json, vdbshim_json_write_fn write, void *user) {
  struct writer w = {write, user};
  locale_t previous = enter_c_locale();
  int result = emit_value(&w, json);
  leave_c_locale(previous);
  return result ? -1 : 0;
}
