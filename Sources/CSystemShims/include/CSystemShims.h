/* What Swift cannot import by itself: variadic functions, macros, and libc without the Glibc module. */
#ifndef CSYSTEMSHIMS_H
#define CSYSTEMSHIMS_H

#include "curl_shims.h"
#include "json_shims.h"
#include "poll_shims.h"
#include "process_shims.h"
#include "scan_shims.h"
#include "state_shims.h"
#include "thread_shims.h"

#endif
