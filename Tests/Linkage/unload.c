/* dlclose must not take the library away: a thread of ours may be running in it. argv[1]: path of the library. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "videodb_rt.h"

typedef const char *(*version_fn)(void);

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  version_fn version;
  *(void **)&version = dlsym(library, "vdbrt_version_string");
  if (!version || strcmp(version(), VDBRT_VERSION_STRING) != 0) {
    fprintf(stderr, "vdbrt_version_string is missing, or not %s\n", VDBRT_VERSION_STRING);
    return 1;
  }
  dlclose(library);
  if (!dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD)) {
    fprintf(stderr, "the library was unloaded\n");
    return 1;
  }
  return strcmp(version(), VDBRT_VERSION_STRING) == 0 ? 0 : 1;
}
