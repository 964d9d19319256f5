/* The header needs nothing before it, and the library that answers is of its version. Compiled as C99, C11 and C++17. */
#include "videodb_rt.h"

int main(void) {
  vdbrt_client *client = 0;
  vdbrt_client_release(client);
  if (vdbrt_version_number() != VDBRT_VERSION_NUMBER)
    return 1;
  if (vdbrt_version_string()[0] != VDBRT_VERSION_STRING[0])
    return 2;
  return vdbrt_error_code(0) == VDBRT_OK ? 0 : 3;
}
