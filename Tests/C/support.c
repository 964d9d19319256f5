/* Checks, time, text, folders and children. The server and the clients are in support_server.c. */
#include "support.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define THREADS_OF_A_SANITIZER 1 /* it starts one of its own with the first thread of the program */
#endif
#endif
#ifndef THREADS_OF_A_SANITIZER
#define THREADS_OF_A_SANITIZER 0
#endif

enum { CHILDREN = 8, WATCHDOG_SECONDS = 60 };

_Thread_local vdbrt_error *err;

static child *children[CHILDREN];
static char folder[64];
static char certificate_folder[80];
static int descriptors_at_start, tasks_at_start;
static pid_t test_pid;

/* ---- The end of a test ---------------------------------------------------------------------------------------------- */

static int entries_of(const char *path) {
  DIR *dir = opendir(path);
  if (!dir)
    return -1;
  int count = 0;
  while (readdir(dir))
    count++;
  closedir(dir);
  return count;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *at) {
  (void)info, (void)type, (void)at;
  return remove(path);
}

static void stop_all(void) {
  for (int i = 0; i < CHILDREN; i++)
    if (children[i])
      child_stop(children[i]);
}

static void remove_folder(void) {
  if (folder[0])
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
  folder[0] = 0;
}

static void on_alarm(int number) {
  (void)number;
  static const char text[] = "the test did not end in time\n";
  if (write(STDERR_FILENO, text, sizeof text - 1) < 0) {
  }
  /* The children end with us, by PR_SET_PDEATHSIG. */
  _exit(1);
}

__attribute__((constructor)) static void start_of_test(void) {
  test_pid = getpid();
  descriptors_at_start = entries_of("/proc/self/fd");
  tasks_at_start = entries_of("/proc/self/task"); /* an emulator has one of its own */
  struct sigaction action = {.sa_handler = on_alarm};
  sigaction(SIGALRM, &action, NULL);
  alarm((unsigned)slow(WATCHDOG_SECONDS * 1000) / 1000);
  unsetenv("VIDEO_DB_API_KEY");
  unsetenv("VIDEO_DB_API");
  /* A proxy of this machine has no business between a test and its server. */
  for (const char *const *name = (const char *const[]){"http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY", 0};
       *name; name++)
    unsetenv(*name);
}

void failed(const char *file, int line, const char *format, ...) {
  va_list list;
  va_start(list, format);
  flockfile(stderr);
  fprintf(stderr, "%s:%d: ", file, line);
  vfprintf(stderr, format, list);
  fputc('\n', stderr);
  funlockfile(stderr);
  va_end(list);
  if (getpid() == test_pid) {
    for (int i = 0; i < CHILDREN; i++)
      if (children[i])
        kill(children[i]->pid, SIGKILL);
    remove_folder();
  }
  /* Not exit: other threads may be anywhere. */
  _exit(1);
}

void skipped(const char *why) {
  printf("skipped %s: %s\n", program_invocation_short_name, why);
  fflush(stdout);
  stop_all();
  remove_folder();
  exit(77);
}

bool has_no_new_thread(void) { return entries_of("/proc/self/task") <= tasks_at_start + THREADS_OF_A_SANITIZER; }

int passed(void) { return passed_with(NULL); }

int passed_with(const char *what) {
  err_clear();
  stop_all();
  remove_folder();
  /* A thread that has been joined, or a resolver's, may need a moment to leave the kernel's list. */
  WAIT_FOR(has_no_new_thread(), 3000);
  if (entries_of("/proc/self/fd") != descriptors_at_start) {
    char command[64];
    snprintf(command, sizeof command, "ls -l /proc/%d/fd >&2", getpid());
    if (system(command)) {
    }
    failed(__FILE__, __LINE__, "%d descriptors at the start, %d at the end", descriptors_at_start - 3,
           entries_of("/proc/self/fd") - 3);
  }
  printf("ok %s%s%s\n", program_invocation_short_name, what ? ": " : "", what ? what : "");
  return 0;
}

/* ---- Checks ---------------------------------------------------------------------------------------------------------- */

void err_clear(void) {
  vdbrt_error_free(err);
  err = NULL;
}

void check_ok(const char *file, int line, const char *call, vdbrt_status status) {
  if (status != VDBRT_OK)
    failed(file, line, "%s gave %s: %s", call, vdbrt_status_name(status), vdbrt_error_message(err));
  if (err)
    failed(file, line, "%s gave VDBRT_OK and an error: %s", call, vdbrt_error_message(err));
}

void check_fails(const char *file, int line, const char *call, vdbrt_status status, vdbrt_status want) {
  if (status != want)
    failed(file, line, "%s gave %s, not %s: %s", call, vdbrt_status_name(status), vdbrt_status_name(want),
           vdbrt_error_message(err));
  if (!err)
    failed(file, line, "%s gave %s and no error", call, vdbrt_status_name(status));
  if (vdbrt_error_code(err) != want)
    failed(file, line, "%s gave %s and an error of %s", call, vdbrt_status_name(status),
           vdbrt_status_name(vdbrt_error_code(err)));
  const char *message = vdbrt_error_message(err), *body = vdbrt_error_body_json(err);
  if (!message || strlen(message) < 10)
    failed(file, line, "%s gave no real message: %s", call, message ? message : "NULL");
  check_lacks(file, line, "error message", message, TEST_KEY);
  check_lacks(file, line, "error message", message, WS_TOKEN);
  /* Other languages have other names for functions and constants. (In backticks stands what the caller gave.) */
  check_lacks(file, line, "error message", message, " vdbrt_");
  check_lacks(file, line, "error message", message, " VDBRT_");
  check_lacks(file, line, "error body", body ? body : "", TEST_KEY);
}

void check_int(const char *file, int line, const char *what, long long got, long long want) {
  if (got != want)
    failed(file, line, "%s is %lld, not %lld", what, got, want);
}

void check_text(const char *file, int line, const char *what, const char *got, const char *want) {
  if (!got != !want || (got && strcmp(got, want)))
    failed(file, line, "%s is %s%s%s, not %s%s%s", what, got ? "\"" : "", got ? got : "NULL", got ? "\"" : "", want ? "\"" : "",
           want ? want : "NULL", want ? "\"" : "");
}

void check_real(const char *file, int line, const char *what, double got, double want) {
  if (isnan(got) != isnan(want) || fabs(got - want) > 1e-6)
    failed(file, line, "%s is %.9g, not %.9g", what, got, want);
}

void check_has(const char *file, int line, const char *what, const char *text, const char *part) {
  if (!text || !strstr(text, part))
    failed(file, line, "%s has no \"%s\": %s", what, part, text ? text : "NULL");
}

void check_lacks(const char *file, int line, const char *what, const char *text, const char *part) {
  if (text && strstr(text, part))
    failed(file, line, "%s has \"%s\": %s", what, part, text);
}

/* ---- Time, text, folders ------------------------------------------------------------------------------------------- */

int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool under_valgrind(void) {
  const char *preload = getenv("LD_PRELOAD");
  return preload && strstr(preload, "vgpreload");
}

/* VDBRT_SLOW is set, to anything, where an emulated processor runs the test. */
int slow(int ms) { return under_valgrind() || getenv("VDBRT_SLOW") ? ms * 10 : ms; }

char *vquoted(const char *format, va_list list) {
  char *text = NULL;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  if (vasprintf(&text, format, list) < 0)
    failed(__FILE__, __LINE__, "no memory");
#pragma GCC diagnostic pop
  for (char *at = text; *at; at++)
    if (*at == '\'')
      *at = '"';
  return text;
}

char *quoted(const char *format, ...) {
  va_list list;
  va_start(list, format);
  char *text = vquoted(format, list);
  va_end(list);
  return text;
}

static json_t *parsed(const char *text) {
  json_error_t problem;
  json_t *json = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, &problem);
  if (!json)
    failed(__FILE__, __LINE__, "no JSON (%s): %s", problem.text, text);
  return json;
}

json_t *json_of(const char *format, ...) {
  va_list list;
  va_start(list, format);
  char *text = vquoted(format, list);
  va_end(list);
  json_t *json = parsed(text);
  free(text);
  return json;
}

json_t *json_taken(char *out_json) {
  CHECK(out_json);
  json_t *json = parsed(out_json);
  vdbrt_string_free(out_json);
  return json;
}

json_t *value_at(json_t *json, const char *path) {
  char copy[128];
  snprintf(copy, sizeof copy, "%s", path);
  char *rest = NULL;
  json_t *value = json;
  for (char *name = strtok_r(copy, ".", &rest); name && value; name = strtok_r(NULL, ".", &rest))
    value = json_is_array(value) ? json_array_get(value, (size_t)atoi(name)) : json_object_get(value, name);
  if (!value) {
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    failed(__FILE__, __LINE__, "no %s in %s", path, text);
  }
  return value;
}

const char *text_at(json_t *json, const char *path) {
  const char *text = json_string_value(value_at(json, path));
  if (!text)
    failed(__FILE__, __LINE__, "%s is no text", path);
  return text;
}

const char *temp_folder(void) {
  if (!folder[0]) {
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.40s/vdbrt-test-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(folder))
      failed(__FILE__, __LINE__, "no temporary folder %s: %s", folder, strerror(errno));
  }
  return folder;
}

const char *support_file(const char *name) {
  static char path[4096];
  const char *script = getenv("VDBRT_SCRIPTED_SERVER");
  if (!script)
    script = "Tests/Support/scripted_server.py";
  const char *slash = strrchr(script, '/');
  snprintf(path, sizeof path, "%.*s%s", slash ? (int)(slash - script + 1) : 0, script, name);
  if (access(path, R_OK))
    failed(__FILE__, __LINE__, "no %s: set VDBRT_SCRIPTED_SERVER or run this from the root of the tree", path);
  return path;
}

const char *certificates(void) {
  if (!certificate_folder[0]) {
    snprintf(certificate_folder, sizeof certificate_folder, "%s/certificates", temp_folder());
    mkdir(certificate_folder, 0700);
    const char *argv[] = {"sh", support_file("make_certs.sh"), certificate_folder, NULL};
    child *maker = child_start(argv);
    char *line;
    while ((line = child_line(maker)))
      free(line);
    CHECK_INT(child_stop(maker), 0);
  }
  return certificate_folder;
}

int free_port(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  CHECK_INT(bind(fd, (struct sockaddr *)&address, size), 0);
  CHECK_INT(getsockname(fd, (struct sockaddr *)&address, &size), 0);
  close(fd);
  return ntohs(address.sin_port);
}

/* ---- Children ---------------------------------------------------------------------------------------------------------- */

child *child_start(const char *const *argv) {
  int slot = 0;
  while (slot < CHILDREN && children[slot])
    slot++;
  CHECK(slot < CHILDREN);
  int in[2], out[2];
  CHECK_INT(pipe2(in, O_CLOEXEC), 0);
  CHECK_INT(pipe2(out, O_CLOEXEC), 0);
  pid_t parent = getpid(), pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
      _exit(127);
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    /* valgrind's preload is for this program, not for what it starts. */
    unsetenv("LD_PRELOAD");
    execvp(argv[0], (char *const *)(uintptr_t)argv);
    fprintf(stderr, "cannot run %s: %s\n", argv[0], strerror(errno));
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  child *c = calloc(1, sizeof *c);
  *c = (child){.pid = pid, .to = fdopen(in[1], "w"), .from = fdopen(out[0], "r")};
  children[slot] = c;
  return c;
}

char *child_line(child *c) {
  char *line = NULL;
  size_t size = 0;
  ssize_t length = getline(&line, &size, c->from);
  if (length < 0) {
    free(line);
    return NULL;
  }
  line[strcspn(line, "\n")] = 0;
  return line;
}

int child_stop(child *c) {
  fclose(c->to);
  if (c->end_signal)
    kill(c->pid, c->end_signal);
  int status = 0;
  pid_t ended = 0;
  for (int64_t end = now_ms() + slow(5000); !ended && now_ms() < end;)
    if (!(ended = waitpid(c->pid, &status, WNOHANG)))
      usleep(1000);
  if (!ended) {
    kill(c->pid, SIGKILL);
    waitpid(c->pid, &status, 0);
  }
  fclose(c->from);
  for (int i = 0; i < CHILDREN; i++)
    if (children[i] == c)
      children[i] = NULL;
  free(c);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

child *service_start(char url[64]) {
  const char *program = getenv("VDBRT_LOCAL_SERVICE");
  if (!program || access(program, X_OK))
    skipped("there is no local service (VDBRT_LOCAL_SERVICE)");
  char data[80];
  snprintf(data, sizeof data, "%s/data", temp_folder());
  const char *argv[] = {program, "--port", "0", "--data-dir", data, "--api-key", TEST_KEY, "--log-level", "error", NULL};
  child *service = child_start(argv);
  service->end_signal = SIGTERM;
  char *line = child_line(service);
  if (!line || sscanf(line, "listening %63s", url) != 1)
    failed(__FILE__, __LINE__, "the local service said %s", line ? line : "nothing");
  free(line);
  return service;
}
