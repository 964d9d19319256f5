/* jansson's macros as functions; reading and writing that the host's locale cannot disturb. */
#ifndef VDBSHIM_JSON_H
#define VDBSHIM_JSON_H

#include <jansson.h>
#include <stddef.h>

static inline void vdbshim_json_release(json_t *json) { json_decref(json); }
static inline json_t *vdbshim_json_retain(json_t *json) { return json_incref(json); }
static inline int vdbshim_json_type(const json_t *json) { return (int)json_typeof(json); }

/* Parses a JSON value of any kind with the "C" locale in force on this thread; `error` is filled when it returns NULL. */
json_t *vdbshim_json_parse(const char *text, size_t length, json_error_t *error);

/* Compact JSON. A real number is written with the fewest digits, from 15 on, that read back as the same value, and with a point whatever
 * the locale: jansson's own writer prints 17 digits and follows LC_NUMERIC. `write` returns 0 to go on. Returns 0, or -1 out of memory. */
typedef int (*vdbshim_json_write_fn)(const char *bytes, size_t length, void *user);
int vdbshim_json_write(const json_t *json, vdbshim_json_write_fn write, void *user);
/* A finite number written so, NUL-terminated: its length. 40 bytes are room enough. */
int vdbshim_json_real(double value, char *text, size_t room);

#endif
