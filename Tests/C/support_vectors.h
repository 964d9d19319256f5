/* What a runner of the vectors of Tests/Conformance is made of. A vector that fails is told on stderr, and the others still run. */
#ifndef SUPPORT_VECTORS_H
#define SUPPORT_VECTORS_H

#include "support_async.h"

#define CONFORMANCE_KEY "sk-conformance"

/* What plays the service. Started by the runner. */
extern server *s;
/* A client with CONFORMANCE_KEY and these settings, JSON. */
vdbrt_client *conformance_client(const char *settings);

extern char place[512]; /* file and name of the vector that runs */
extern int checks;      /* so far */
extern int wrong;       /* of them */

#define EXPECT(condition, ...)                                                                                                 \
  do {                                                                                                                         \
    checks++;                                                                                                                  \
    if (!(condition)) {                                                                                                        \
      wrong++;                                                                                                                 \
      fprintf(stderr, "%s: ", place);                                                                                          \
      fprintf(stderr, __VA_ARGS__);                                                                                            \
      fputc('\n', stderr);                                                                                                     \
    }                                                                                                                          \
  } while (0)

/* A file of the vectors, and one after the other those of a folder, with the sum of what `run` gives. */
json_t *load(const char *name);
int each_file(const char *folder, int (*run)(json_t *file));

/* The text of any JSON; NULL for NULL. */
char *dumped(json_t *json);
void same_json(const char *what, json_t *got, json_t *want);

/* Against the `result` of a vector; its `out` too, where has_out. */
void check_outcome(json_t *result, const outcome *o, bool is_read, bool has_out);
/* The requests that came, against the `request` of a vector; NULL: none. */
void check_requests(json_t *want, json_t *requests, bool may_repeat);

#endif
