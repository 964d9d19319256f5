/* Signals, masks, locale, environment, folder, umask and descriptors of the process stay as they were. */
#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>

extern char **environ;

static unsigned long environment_sum(void) {
  unsigned long sum = 5381;
  for (char **entry = environ; *entry; entry++)
    for (const char *at = *entry; *at; at++)
      sum = sum * 33 + (unsigned char)*at;
  return sum;
}

int main(void) {
  server *s = server_start_tls("good");
  server_on(s, "GET /collection", "{'status':200,'json':{'data':{'collections':[]}}}");
  server_websocket(s, NULL);
  const char *ca = certificates();

  struct sigaction before[65], after;
  for (int i = 1; i < 65; i++)
    memset(&before[i], 0, sizeof before[i]), sigaction(i, NULL, &before[i]);
  sigset_t mask_before, mask_after;
  pthread_sigmask(SIG_SETMASK, NULL, &mask_before);
  char folder_before[4096], folder_after[4096], *locale_before = strdup(setlocale(LC_ALL, NULL));
  CHECK(getcwd(folder_before, sizeof folder_before));
  unsigned long environment_before = environment_sum();
  mode_t umask_before = umask(022);
  umask(umask_before);

  /* What was open before: inherited, or the kit's. */
  bool was_open[256];
  for (int i = 0; i < 256; i++)
    was_open[i] = fcntl(i, F_GETFD) >= 0;

  vdbrt_client *client = client_for(s, "{'tls.ca_file':'%s/ca.pem'}", ca);
  char *out = NULL;
  OK(vdbrt_collection_list(client, NULL, &out, &err));
  vdbrt_string_free(out);
  vdbrt_events *events = channel_open(client);
  int32_t fd = -1;
  OK(vdbrt_events_fd(events, &fd, &err));

  /* While all of it is in use: every descriptor of ours closes on exec; every thread of ours blocks every signal. */
  for (int i = 3; i < 256; i++) {
    if (was_open[i])
      continue;
    int flags = fcntl(i, F_GETFD), domain = 0;
    socklen_t size = sizeof domain;
    /* libcurl makes a socket pair to wake itself up, which holds no data and which nobody else gets to mark. */
    if (getsockopt(i, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX)
      continue;
    if (flags >= 0 && !(flags & FD_CLOEXEC)) {
      char name[32], target[256] = "";
      snprintf(name, sizeof name, "/proc/self/fd/%d", i);
      if (readlink(name, target, sizeof target - 1) < 0)
        continue;
      failed(__FILE__, __LINE__, "descriptor %d (%s) stays open on exec", i, target);
    }
  }
  char path[64], line[256];
  int others = 0;
  DIR *threads = opendir("/proc/self/task");
  for (struct dirent *thread; (thread = readdir(threads));) {
    snprintf(path, sizeof path, "/proc/self/task/%.16s/status", thread->d_name);
    int id = atoi(thread->d_name);
    FILE *file = id == 0 || id == getpid() ? NULL : fopen(path, "re");
    if (!file)
      continue;
    others++;
    char name[64] = "";
    while (fgets(line, sizeof line, file))
      if (sscanf(line, "Name: %63s", name) != 1 && !strncmp(line, "SigBlk:", 7)) {
        unsigned long long blocked = strtoull(line + 7, NULL, 16);
        for (int number = 1; number < 32; number++)
          /* valgrind has masks of its own. */
          if (number != SIGKILL && number != SIGSTOP && !under_valgrind())
            if (!(blocked >> (number - 1) & 1))
              failed(__FILE__, __LINE__, "thread %s of ours (%s) takes signal %d", thread->d_name, name, number);
      }
    fclose(file);
  }
  closedir(threads);
  CHECK(others >= 1);
  vdbrt_events_release(events);
  client_end(client);

  for (int i = 1; i < 65; i++) {
    memset(&after, 0, sizeof after);
    sigaction(i, NULL, &after);
    CHECK(after.sa_handler == before[i].sa_handler);
  }
  pthread_sigmask(SIG_SETMASK, NULL, &mask_after);
  for (int i = 1; i < 65; i++)
    CHECK_INT(sigismember(&mask_after, i), sigismember(&mask_before, i));
  CHECK(getcwd(folder_after, sizeof folder_after));
  CHECK_TEXT(folder_after, folder_before);
  CHECK_TEXT(setlocale(LC_ALL, NULL), locale_before);
  CHECK(environment_sum() == environment_before);
  mode_t umask_after = umask(022);
  umask(umask_after);
  CHECK_INT(umask_after, umask_before);
  free(locale_before);
  return passed();
}
