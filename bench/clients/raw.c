/* Receives and discards: what the kernel alone takes. It is given the number of bytes in place of a count of events. */
#include <arpa/inet.h>
#include <sys/socket.h>
#include "tally.h"

int main(int argc, char **argv) {
  static char bytes[64 * 1024]; /* stays in the cache */
  int port = 0;
  tally_begin(argc, argv);
  if (sscanf(argv[1], "http://127.0.0.1:%d", &port) != 1)
    return 2;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  static const char request[] = "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  if (connect(fd, (struct sockaddr *)&address, sizeof address) || send(fd, request, sizeof request - 1, 0) < 0) {
    perror("connect");
    return 1;
  }
  uint64_t left = strtoull(getenv("BENCH_PAYLOAD"), NULL, 10); /* of all events; their frames have some more */
  ssize_t got = recv(fd, bytes, sizeof bytes, 0);
  for (tally_first(); got > 0 && left > (uint64_t)got; left -= (uint64_t)got)
    got = recv(fd, bytes, sizeof bytes, 0);
  tally.events = tally.expected - 1;
  tally_event(bytes, "", 0, 0);
  tally_print();
  return got <= 0;
}
