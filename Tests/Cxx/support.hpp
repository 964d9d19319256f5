// What the C++ programs share: the support of Tests/C, and checks of errors of either style.
#ifndef SUPPORT_HPP
#define SUPPORT_HPP

#include <videodb_rt.hpp>

#include "../C/support.h"

#include <utility>

// A client of the scripted server; settings as for client_for.
template <class C> C client_of_server(server *s, const char *settings = nullptr) {
  return C(client_for(s, settings ? "%s" : nullptr, settings));
}

// Shuts it down, which must succeed, and gives it back.
template <class C> void end(C &client) { client_end(client.release_handle()); }

#if defined(__cpp_exceptions)
// The call throws an Error of this status.
#define THROWS(want, call)                                                                                                     \
  do {                                                                                                                         \
    bool thrown_ = false;                                                                                                      \
    try {                                                                                                                      \
      (void)(call);                                                                                                            \
    } catch (const vdbrt::Error &error) {                                                                                      \
      thrown_ = true;                                                                                                          \
      CHECK_INT(error.code(), want);                                                                                           \
      CHECK(*error.what() && error.message() == error.what());                                                                 \
      CHECK_LACKS(error.what(), TEST_KEY);                                                                                     \
    }                                                                                                                          \
    if (!thrown_)                                                                                                              \
      failed(__FILE__, __LINE__, "%s did not throw", #call);                                                                   \
  } while (0)
#endif

// The call gives an Error of this status.
#define RETURNS(want, call)                                                                                                    \
  do {                                                                                                                         \
    auto result_ = (call);                                                                                                     \
    CHECK_INT(result_.code(), want);                                                                                           \
    CHECK(!result_ && *result_.error().what());                                                                                \
    CHECK_LACKS(result_.error().what(), TEST_KEY);                                                                             \
  } while (0)

#endif
