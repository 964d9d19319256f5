/* glibc 2.34 moved these into libc under a new default version. The older version is the same function, and binding to it lets the
 * library run on older systems. */
#ifndef VDBSHIM_SYMBOL_VERSIONS_H
#define VDBSHIM_SYMBOL_VERSIONS_H

#ifdef __GLIBC__
#if defined(__x86_64__)
#define VDBSHIM_FIRST "GLIBC_2.2.5"
#define VDBSHIM_SETCLOCK "GLIBC_2.3.3"
#elif defined(__aarch64__)
#define VDBSHIM_FIRST "GLIBC_2.17"
#define VDBSHIM_SETCLOCK "GLIBC_2.17"
#elif defined(__arm__)
#define VDBSHIM_FIRST "GLIBC_2.4"
#define VDBSHIM_SETCLOCK "GLIBC_2.4"
#endif
#endif

#ifdef VDBSHIM_FIRST
__asm__(".symver pthread_create,pthread_create@" VDBSHIM_FIRST);
__asm__(".symver pthread_join,pthread_join@" VDBSHIM_FIRST);
__asm__(".symver pthread_detach,pthread_detach@" VDBSHIM_FIRST);
__asm__(".symver pthread_once,pthread_once@" VDBSHIM_FIRST);
__asm__(".symver pthread_condattr_setclock,pthread_condattr_setclock@" VDBSHIM_SETCLOCK);
#endif

#endif
