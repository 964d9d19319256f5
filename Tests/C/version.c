/* The three versions agree with the header and with each other. */
#include "support.h"

int main(void) {
  CHECK_INT(vdbrt_version_number(), VDBRT_VERSION_NUMBER);
  CHECK_TEXT(vdbrt_version_string(), VDBRT_VERSION_STRING);
  CHECK(vdbrt_version_string() == vdbrt_version_string());
  int major, minor, patch;
  CHECK_INT(sscanf(vdbrt_version_string(), "%d.%d.%d", &major, &minor, &patch), 3);
  CHECK_INT(major * 1000000 + minor * 1000 + patch, vdbrt_version_number());
  CHECK_INT(vdbrt_abi_version(), 0);
  return passed();
}
