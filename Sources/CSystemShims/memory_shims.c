#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#ifdef VDBRT_EMBEDDED
/*
 * What Embedded Swift allocates each object with. libc's own cuts every block out of a larger one to align it, though what malloc gives is
 * aligned for all that Swift has but vectors: that costs twice the instructions, and leaves small holes. Only this library sees this one;
 * in its other forms it would stand beside the one of Swift's runtime.
 */
__attribute__((visibility("hidden"))) int posix_memalign(void **memory, size_t alignment, size_t size) {
  *memory =
      alignment <= _Alignof(max_align_t) ? malloc(size) : aligned_alloc(alignment, (size + alignment - 1) & ~(alignment - 1));
  return *memory ? 0 : ENOMEM;
}
#endif
