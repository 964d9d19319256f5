/* launch PROGRAM: runs it, passes on the line that it prints, and adds a line: when it was started, on the monotonic clock, and its peak
 * memory. Small, because what a process has used at its peak begins with what its parent had. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "clock.h"

int main(int argc, char **argv) {
  struct rusage usage;
  int status;
  if (argc < 2)
    return 2;
  uint64_t began = clock_ns(CLOCK_MONOTONIC);
  pid_t child = fork();
  if (child == 0) {
    execv(argv[1], argv + 1);
    _exit(127);
  }
  if (wait4(child, &status, 0, &usage) != child || status != 0)
    return 1;
  printf("{\"from_ns\":%llu,\"peak_kb\":%ld}\n", (unsigned long long)began, usage.ru_maxrss);
  return 0;
}
