/* Every call of the header in one form, so that a test or a vector can go through all of them. */
#ifndef SUPPORT_OPERATIONS_H
#define SUPPORT_OPERATIONS_H

#include "support.h"

enum { MAX_TEXTS = 5 };

typedef struct operation {
  /* The function's name without vdbrt_. */
  const char *name;
  /* out is left alone where the function has none. */
  vdbrt_status (*run)(vdbrt_client *client, const char *const *text, vdbrt_op *op, char **out_json, vdbrt_error **error);
  bool has_out;
  /* The request that it makes with the valid texts. */
  const char *request;
  /* Names of its text parameters, as the header has them; NULL behind the last. */
  const char *texts[MAX_TEXTS];
  /* Texts that make a valid call. Options are NULL where none is required. */
  const char *valid[MAX_TEXTS];
} operation;

/* Ends with a nameless one. */
extern const operation operations[];
const operation *operation_named(const char *name);
/* Whether NULL is a value of this parameter: options, queries and bodies may be NULL, and collection_id stands for "default". */
bool may_be_null(const operation *o, int text);
/* Whether the parameter is JSON. */
bool is_json(const operation *o, int text);
/* Whether the call has an option that may not be missing. */
bool has_required_option(const operation *o);

#endif
