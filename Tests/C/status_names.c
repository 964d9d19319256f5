/* Each status has its own name, and any other number has one that says so. */
#include "support.h"

static const struct {
  vdbrt_status status;
  const char *name;
} names[] = {
#define NAME(status)                                                                                                           \
  { status, #status }
    NAME(VDBRT_OK),           NAME(VDBRT_E_ARGUMENT),     NAME(VDBRT_E_HANDLE),        NAME(VDBRT_E_STATE),
    NAME(VDBRT_E_REENTRANT),  NAME(VDBRT_E_FORKED),       NAME(VDBRT_E_NO_MEMORY),     NAME(VDBRT_E_CANCELLED),
    NAME(VDBRT_E_AGAIN),      NAME(VDBRT_E_ENCODING),     NAME(VDBRT_E_JSON),          NAME(VDBRT_E_OPTION),
    NAME(VDBRT_E_CONFIG_KEY), NAME(VDBRT_E_CONFIG_VALUE), NAME(VDBRT_E_URL),           NAME(VDBRT_E_CREDENTIAL),
    NAME(VDBRT_E_CLEARTEXT),  NAME(VDBRT_E_CLOSED),       NAME(VDBRT_E_END),           NAME(VDBRT_E_TIMEOUT),
    NAME(VDBRT_E_RESOLVE),    NAME(VDBRT_E_CONNECT),      NAME(VDBRT_E_TLS),           NAME(VDBRT_E_DISCONNECTED),
    NAME(VDBRT_E_PROTOCOL),   NAME(VDBRT_E_UPGRADE),      NAME(VDBRT_E_FIRST_MESSAGE), NAME(VDBRT_E_TOO_LARGE),
    NAME(VDBRT_E_REDIRECT),   NAME(VDBRT_E_AUTH),         NAME(VDBRT_E_PAYMENT),       NAME(VDBRT_E_FORBIDDEN),
    NAME(VDBRT_E_NOT_FOUND),  NAME(VDBRT_E_INVALID),      NAME(VDBRT_E_RATE_LIMITED),  NAME(VDBRT_E_SERVER),
    NAME(VDBRT_E_REJECTED),   NAME(VDBRT_E_NOT_JSON),     NAME(VDBRT_E_BAD_ANSWER),    NAME(VDBRT_E_INTERNAL)};

int main(void) {
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    CHECK_TEXT(vdbrt_status_name(names[i].status), names[i].name);
  int known = 0;
  for (vdbrt_status status = -1000; status <= 1000; status++)
    known += strcmp(vdbrt_status_name(status), "VDBRT_E_UNKNOWN") != 0;
  CHECK_INT(known, sizeof names / sizeof *names);
  CHECK_TEXT(vdbrt_status_name(INT32_MIN), "VDBRT_E_UNKNOWN");
  CHECK_TEXT(vdbrt_status_name(INT32_MAX), "VDBRT_E_UNKNOWN");

  /* An error that is none. */
  CHECK_INT(vdbrt_error_code(NULL), VDBRT_OK);
  CHECK_TEXT(vdbrt_error_message(NULL), "");
  CHECK_INT(vdbrt_error_http_status(NULL), 0);
  CHECK_INT(vdbrt_error_is_retryable(NULL), 0);
  CHECK_INT(vdbrt_error_retry_after_ms(NULL), -1);
  CHECK(vdbrt_error_body_json(NULL) == NULL);
  vdbrt_error_free(NULL);
  vdbrt_string_free(NULL);
  return passed();
}
