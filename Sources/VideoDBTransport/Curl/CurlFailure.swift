import CCurl
import VideoDBCore

/// What a libcurl code means to a caller.
struct CurlFailure {
  let status: Status
  let advice: StaticString
  /// The request surely never reached the server, so that any call may be repeated.
  let neverSent: Bool
  /// Worth another try at all.
  let isPassing: Bool

  /// `proxyStatus`: what a proxy answered to CONNECT; 0 where none was asked.
  init(_ code: CURLcode, didConnect: Bool, proxyStatus: Int = 0, text: Message = "") {
    // libcurl has no code of its own for a body whose chunks are malformed.
    if code == CURLE_RECV_ERROR,
      text.bytes.withUnsafeBytes({ $0.firstIndex(of: UnsafeRawBufferPointer("chunked-encoding")) }) != nil
    {
      self.init(.protocolViolation, "The server breaks HTTP.", neverSent: false, isPassing: false)
      return
    }
    if proxyStatus >= 300 {
      self.init(.connect, "The proxy refuses: check http.proxy and its user and password.", neverSent: true, isPassing: false)
      return
    }
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
      self.init(.resolve, "Check the host name in base_url and the network.", neverSent: true, isPassing: true)
    case CURLE_COULDNT_CONNECT:
      self.init(.connect, "Is the service running there, and is the way to it open?", neverSent: true, isPassing: true)
    case CURLE_OPERATION_TIMEDOUT:
      self.init(.timeout, "Is the service reachable? The limit can be raised.", neverSent: !didConnect, isPassing: true)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
      CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CRL_BADFILE:
      self.init(.tls, "Check the certificate of the service and tls.ca_file.", neverSent: true, isPassing: false)
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER,
      CURLE_USE_SSL_FAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CLIENTCERT:
      self.init(.tls, "Does the service speak TLS on this port?", neverSent: true, isPassing: false)
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM:
      self.init(.disconnected, "The connection broke: try again.", neverSent: !didConnect, isPassing: true)
    case CURLE_ABORTED_BY_CALLBACK:
      self.init(
        .disconnected, "The kept connection broke before an answer came; the request may have been carried out.",
        neverSent: false,
        isPassing: false)
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP_RETURNED_ERROR:
      self.init(.protocolViolation, "Is this an HTTP service?", neverSent: false, isPassing: false)
    case CURLE_URL_MALFORMAT:
      self.init(.url, "Check base_url.", neverSent: true, isPassing: false)
    case CURLE_OUT_OF_MEMORY:
      self.init(.noMemory, "", neverSent: false, isPassing: false)
    case CURLE_PROXY:
      self.init(.connect, "Check http.proxy.", neverSent: true, isPassing: false)
    default:
      self.init(.protocolViolation, "", neverSent: false, isPassing: false)
    }
  }

  private init(_ status: Status, _ advice: StaticString, neverSent: Bool, isPassing: Bool) {
    self.status = status
    self.advice = advice
    self.neverSent = neverSent
    self.isPassing = isPassing
  }
}
