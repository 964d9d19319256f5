/* An answer above http.max_response_bytes ends the call when it is seen to be too large, however it is sent. */
#include "support.h"

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, "{'http.max_response_bytes':4096,'http.timeout_ms':%d}", slow(5000));
  char *out = NULL;
  /* {"success":true,"data":"..."} of exactly 4096 bytes, and of one more. */
  for (int extra = 0; extra <= 1; extra++) {
    char text[5000];
    memset(text, 'x', sizeof text);
    text[4096 - 26 + extra] = 0;
    server_on(s, "GET /rtstream/r", "{'status':200,'json':{'success':true,'data':'%s'}}", text);
    if (extra)
      FAILS(VDBRT_E_TOO_LARGE, vdbrt_rtstream_get(client, "r", NULL, &out, &err));
    else
      OK(vdbrt_rtstream_get(client, "r", NULL, &out, &err));
    vdbrt_string_free(out);
    out = NULL;
  }
  MESSAGE_HAS("http.max_response_bytes");
  MESSAGE_HAS("4096");
  CHECK_INT(vdbrt_error_is_retryable(err), 0);

  static const char *const large[] = {
      "{'status':200,'repeat':{'text':'x','times':50000000}}",
      "{'status':200,'chunked':true,'chunk_size':1000,'repeat':{'text':'x','times':200000}}",
      "{'status':200,'content_length':null,'repeat':{'text':'x','times':200000}}",
      "{'status':404,'repeat':{'text':'x','times':200000}}",
  };
  for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
    server_on(s, "GET /rtstream/r", "%s", large[i]);
    int64_t start = now_ms();
    FAILS(VDBRT_E_TOO_LARGE, vdbrt_rtstream_get(client, "r", NULL, &out, &err));
    CHECK(now_ms() - start < slow(3000));
  }
  /* A size that is announced is believed: nothing of it is waited for. */
  server_on(s, "GET /rtstream/r", "[[{'send':'HTTP/1.1 200 OK\\r\\nContent-Length: 99999999999\\r\\n\\r\\n{'},{'hang':true}]]");
  FAILS(VDBRT_E_TOO_LARGE, vdbrt_rtstream_get(client, "r", NULL, &out, &err));

  /* A head without end is bounded as well: libcurl stops at 300 KB of it. */
  server_on(s, "GET /rtstream/r", "[[{'send':'HTTP/1.1 200 OK\\r\\n'},%s]]",
            "{\"upgrade\":{\"status_line\":\"x-first: 1\",\"flood\":4000,\"flood_size\":1000}}");
  err_clear();
  vdbrt_status status = vdbrt_rtstream_get(client, "r", NULL, &out, &err);
  CHECK(status == VDBRT_E_TOO_LARGE || status == VDBRT_E_PROTOCOL);

  /* The client is as good as before. */
  server_on(s, "GET /rtstream/r", "{'status':200,'json':{'data':{'id':'r'}}}");
  OK(vdbrt_rtstream_get(client, "r", NULL, &out, &err));
  vdbrt_string_free(out);
  client_end(client);
  return passed();
}
