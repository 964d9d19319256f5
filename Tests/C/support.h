/*
 * support.h: what the C tests share. Each test is one program; README.md in this folder says how to build and run one.
 *
 * The first check that fails prints its place and the values, and ends the program with 1. A program that passes prints one
 * line. A part that is not there to be tested against ends it with 77.
 */
#ifndef SUPPORT_H
#define SUPPORT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>
#include <videodb_rt.h>

/* What is allocated says nothing about the library. */
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MEMORY_IS_A_SANITIZERS
#endif
#endif

/* The programs of Tests/Cxx share it. */
#ifdef __cplusplus
#define SUPPORT_THREAD_LOCAL __thread
#define SUPPORT_NORETURN [[noreturn]]
extern "C" {
#else
#include <stdatomic.h>
#define SUPPORT_THREAD_LOCAL _Thread_local
#define SUPPORT_NORETURN _Noreturn
#endif

/* The secrets of every test. FAILS, the log handler of client_for and the event helpers fail when they see one. */
#define TEST_KEY "sk-test-key-that-nobody-may-see"
#define WS_TOKEN "ws-token-that-nobody-may-see"

/* ---- Checks ------------------------------------------------------------------------------------------------------ */

/* The error of the last OK or FAILS of this thread. Pass &err to calls inside them. */
extern SUPPORT_THREAD_LOCAL vdbrt_error *err;

/* The call succeeds and sets no error. */
#define OK(call) (err_clear(), check_ok(__FILE__, __LINE__, #call, (call)))
/* The call fails with this status, and `err` says so in words that hold no secret and are right in every language. It stays for
 * MESSAGE_HAS. */
#define FAILS(want, call) (err_clear(), check_fails(__FILE__, __LINE__, #call, (call), (want)))
#define MESSAGE_HAS(part) check_has(__FILE__, __LINE__, "error message", vdbrt_error_message(err), (part))

#define CHECK(condition) ((condition) ? (void)0 : failed(__FILE__, __LINE__, "%s", #condition))
#define CHECK_INT(got, want) check_int(__FILE__, __LINE__, #got, (long long)(got), (long long)(want))
#define CHECK_TEXT(got, want) check_text(__FILE__, __LINE__, #got, (got), (want))
#define CHECK_HAS(text, part) check_has(__FILE__, __LINE__, #text, (text), (part))
#define CHECK_LACKS(text, part) check_lacks(__FILE__, __LINE__, #text, (text), (part))
/* Values that differ by less than a millionth; NaN equals NaN. */
#define CHECK_REAL(got, want) check_real(__FILE__, __LINE__, #got, (got), (want))
/* The condition becomes true within the time, which is longer under valgrind. */
#define WAIT_FOR(condition, ms)                                                                                                \
  do {                                                                                                                         \
    int64_t wait_end_ = now_ms() + slow(ms);                                                                                   \
    while (!(condition)) {                                                                                                     \
      if (now_ms() > wait_end_)                                                                                                \
        failed(__FILE__, __LINE__, "not within %d ms: %s", (int)(ms), #condition);                                             \
      usleep(500);                                                                                                             \
    }                                                                                                                          \
  } while (0)

SUPPORT_NORETURN void failed(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
void check_ok(const char *file, int line, const char *call, vdbrt_status status);
void check_fails(const char *file, int line, const char *call, vdbrt_status status, vdbrt_status want);
void check_int(const char *file, int line, const char *what, long long got, long long want);
void check_text(const char *file, int line, const char *what, const char *got, const char *want);
void check_real(const char *file, int line, const char *what, double got, double want);
void check_has(const char *file, int line, const char *what, const char *text, const char *part);
void check_lacks(const char *file, int line, const char *what, const char *text, const char *part);
void err_clear(void);

/* Ends the test: stops what was started, and checks that the library left no thread and no descriptor behind. */
int passed(void);
/* The same, with a word about what passed. */
int passed_with(const char *what);
SUPPORT_NORETURN void skipped(const char *why);
/* Whether the process has only the threads that it began with. */
bool has_no_new_thread(void);

/* ---- Time, text, folders ----------------------------------------------------------------------------------------- */

int64_t now_ms(void);
/* The time that something may take at most: as given, or ten times as long under valgrind. */
int slow(int ms);
bool under_valgrind(void);

/* JSON written with single quotes, as text to be freed: quoted("{'limit': %d}", 3). Inside a text, \' is a quote. All functions
 * below that take a format do the same with it. */
char *quoted(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *vquoted(const char *format, va_list list);
/* The same, parsed. */
json_t *json_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Parses and frees a string that the library gave. */
json_t *json_taken(char *out_json);
/* Text at a path of member names, separated by dots; the test fails when it is not there. */
const char *text_at(json_t *json, const char *path);
json_t *value_at(json_t *json, const char *path);

/* A folder of this test, removed when it ends. */
const char *temp_folder(void);
/* File of Tests/Support. */
const char *support_file(const char *name);
/* A folder with the certificates that make_certs.sh makes. */
const char *certificates(void);
/* A loopback port that nobody listens on. */
int free_port(void);

/* ---- Children ------------------------------------------------------------------------------------------------------ */

typedef struct child {
  pid_t pid;
  int end_signal; /* what it is ended with, beside the end of its stdin; 0: nothing */
  FILE *to;
  FILE *from;
} child;

/* argv ends with NULL. The child dies with this process, whatever happens to it. */
child *child_start(const char *const *argv);
/* One line of its output, without the newline, to be freed; NULL at its end. */
char *child_line(child *c);
/* Closes its stdin, sends end_signal, and waits until it has ended; kills it when it does not. Its exit code, or minus a signal. */
int child_stop(child *c);

/* The local service in a data folder of its own, with TEST_KEY, speaking http. Skips the test where VDBRT_LOCAL_SERVICE is not set. */
child *service_start(char url[64]);

/* ---- The scripted server: its commands, rules and steps are at the top of Support/scripted_server.py ------------------- */

typedef struct server server;

server *server_start(void);
/* With NAME.pem and NAME.key of certificates(). */
server *server_start_tls(const char *name);
int server_port(const server *s);
/* One more listener, {'name': 'foreign', 'address': '127.0.0.2'}; its port. */
int server_listen(server *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* One rule for the main listener. answers: one answer, or [answer, ...]; an answer of several steps is a list in the list. */
void server_on(server *s, const char *on, const char *answers, ...) __attribute__((format(printf, 3, 4)));
/* Any command; its reply. */
json_t *server_do(server *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same for a command that is JSON already: nothing in it is touched. */
json_t *server_command(server *s, json_t *command);
/* Waits until there were `count` "requests", "frames" or "connections", or no more than `count` not "closed". */
void server_wait(server *s, const char *what, int count);
void server_go(server *s, const char *gate);
void server_reset(server *s);
/* All so far, oldest first; a new reference. */
json_t *server_requests(server *s);
json_t *server_frames(server *s);
/* How many requests had this method and path. */
int server_count(server *s, const char *on);
/* And this text as a member of their body. */
int server_count_with(server *s, const char *on, const char *member, const char *text);
/* Frames of one opcode name that clients have sent. */
int server_count_frames(server *s, const char *opcode);
/* Value of a header of a recorded request, NULL where there was none. */
const char *header_of(json_t *request, const char *name);
/* GET /collection/default/websocket gives a URL of this server, and GET /ws upgrades, sends {"connection_id": "conn-1"} and
 * plays `steps` (NULL for none, else "{...}, {...}"). */
void server_websocket(server *s, const char *steps, ...) __attribute__((format(printf, 2, 3)));
/* The same for one connection after the other: "conn-1" plays the first steps, "conn-2" the next, up to NULL. Each stays open when
 * it has played them. */
void server_websockets(server *s, const char *const *steps);
/* The same, without the upgrade and the first message. */
void server_websocket_raw(server *s, const char *steps, ...) __attribute__((format(printf, 2, 3)));

/* ---- Clients ------------------------------------------------------------------------------------------------------- */

/* A configuration with TEST_KEY, the server's URL, quick retries, a log that may show no secret, no reconnecting, and `settings`
 * ({'http.timeout_ms': 500}, or NULL) on top. */
vdbrt_config *config_for(server *s, const char *settings, ...) __attribute__((format(printf, 2, 3)));
vdbrt_client *client_for(server *s, const char *settings, ...) __attribute__((format(printf, 2, 3)));
vdbrt_client *client_of(vdbrt_config *config);
/* Shuts down, which must succeed, and releases. */
void client_end(vdbrt_client *client);
vdbrt_events *channel_open(vdbrt_client *client);
/* The next event within 5 s, which must be of this kind. */
vdbrt_event *next_event(vdbrt_events *events, int32_t kind);
/* Takes and frees the next event, which must be of this kind. */
void skip_event(vdbrt_events *events, int32_t kind);
/* The `data` of the next event of this kind, to be released; others before it are passed over. */
json_t *event_data(vdbrt_events *events, int32_t kind);
/* The event that ends a channel: its `data`, to be released. */
json_t *disconnected_data(vdbrt_events *events);
/* Copy of a pointer and length, as text to be freed; NULL for NULL. */
char *text_of(const char *bytes, size_t len);
/* The whole message of an event, parsed. */
json_t *event_json(const vdbrt_event *e);

#ifdef __cplusplus
}
#endif
#endif
