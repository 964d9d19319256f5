/* Writing to a connection that the peer has reset raises SIGPIPE somewhere: never in the application, whatever it does with it. */
#include "support.h"

#include <signal.h>

static volatile sig_atomic_t seen;

static void on_sigpipe(int number) {
  (void)number;
  seen = 1;
}

int main(void) {
  struct sigaction action = {.sa_handler = on_sigpipe};
  sigaction(SIGPIPE, &action, NULL);
  server *s = server_start_tls("good");
  vdbrt_client *client =
      client_for(s, "{'tls.ca_file':'%s/ca.pem','ws.ping_interval_ms':10,'http.max_retries':0}", certificates());

  /* Calls on connections that end behind each answer, with a TLS goodbye to write into a closed socket. */
  server_on(s, "* /*",
            "[[{'status':200,'json':{'data':{}}},{'reset':true}],[{'status':200,'json':{'data':{}}},{'close':true}],"
            "[{'reset':true}],[{'send':'HTTP/1.1 200 OK\\r\\n'},{'reset':true}]]");
  char *large = malloc(1 << 20);
  memset(large, 'x', 1 << 20);
  memcpy(large, "{\"x\":\"", 6);
  strcpy(large + (1 << 20) - 3, "\"}");
  for (int i = 0; i < 20; i++) {
    char *out = NULL;
    vdbrt_call(client, i % 2 ? "POST" : "GET", "/x", NULL, i % 2 ? large : NULL, NULL, &out, NULL);
    vdbrt_string_free(out);
  }
  free(large);

  /* Channels that are pinged into the void. */
  server_websocket(s, "{'sleep_ms':20},{'reset':true}");
  for (int i = 0; i < 10; i++) {
    vdbrt_events *events = channel_open(client);
    skip_event(events, VDBRT_EVENT_CONNECTED);
    json_decref(disconnected_data(events));
    vdbrt_events_release(events);
  }
  CHECK(!seen);

  /* One that the application itself has pending stays the application's: blocked, and still pending afterwards. */
  sigset_t set, pending;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  raise(SIGPIPE);
  char *out = NULL;
  vdbrt_call(client, "GET", "/x", NULL, NULL, NULL, &out, NULL);
  vdbrt_string_free(out);
  sigpending(&pending);
  CHECK(sigismember(&pending, SIGPIPE));
  CHECK(!seen);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  CHECK(seen);
  client_end(client);

  /* And our handler is still there. */
  sigaction(SIGPIPE, NULL, &action);
  CHECK(action.sa_handler == on_sigpipe);
  return passed();
}
