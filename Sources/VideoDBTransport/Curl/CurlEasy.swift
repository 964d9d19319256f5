import CCurl
import CSystemShims
import VideoDBCore

/// Owns one easy handle, its error buffer and its header lists.
final class CurlEasy: Bagged {
  let handle: UnsafeMutableRawPointer
  var place = -1
  /// What follows when its transfer has ended; for the multi handle that it is in.
  var done: LoopMulti.Done?
  private let errorBuffer: UnsafeMutablePointer<CChar>
  private var headers: UnsafeMutablePointer<curl_slist>?

  static func make() throws(VideoDBError) -> CurlEasy {
    try CurlLibrary.start()
    guard let handle = curl_easy_init() else { throw VideoDBError(.noMemory, "libcurl has no memory for a connection.") }
    return CurlEasy(handle)
  }

  private init(_ handle: UnsafeMutableRawPointer) {
    self.handle = handle
    errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    set(CURLOPT_ERRORBUFFER, pointer: errorBuffer)
    set(CURLOPT_PRIVATE, pointer: Unmanaged.passUnretained(self).toOpaque())
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_NOPROGRESS, 1)
    set(CURLOPT_TCP_KEEPALIVE, 1)
    vdbshim_easy_quick_exit(handle)
    vdbshim_easy_close_on_exec(handle)
  }

  deinit {
    curl_easy_cleanup(handle)
    vdbshim_slist_free_zeroed(headers)
    errorBuffer.deallocate()
  }

  func set(_ option: CURLoption, _ value: Int) { _ = vdbshim_easy_set_long(handle, option, value) }
  func set(_ option: CURLoption, pointer: UnsafeRawPointer?) { _ = vdbshim_easy_set_pointer(handle, option, pointer) }
  func set(_ option: CURLoption, text: [UInt8]) {
    withUnsafeTemporaryAllocation(byteCount: text.count + 1, alignment: 1) { copy in
      copy.copyBytes(from: text)
      copy[text.count] = 0
      set(option, pointer: copy.baseAddress)
    }
  }
  func set(_ option: CURLoption, secret: Secret) { secret.withBytes { set(option, pointer: $0.baseAddress) } }

  /// What every connection to the service has in common.
  func configure(_ settings: Settings) {
    set(CURLOPT_SSL_VERIFYPEER, settings.verifyTLS ? 1 : 0)
    set(CURLOPT_SSL_VERIFYHOST, settings.verifyTLS ? 2 : 0)
    if let caFile = settings.caFile { set(CURLOPT_CAINFO, text: caFile) }
    if let proxy = settings.proxy { set(CURLOPT_PROXY, secret: proxy) }
    // A service that moves is found at its new address soon.
    set(CURLOPT_DNS_CACHE_TIMEOUT, 5)
  }

  /// Takes over the list; its strings are overwritten when they are released.
  func setHeaders(_ list: UnsafeMutablePointer<curl_slist>?) {
    set(CURLOPT_HTTPHEADER, pointer: list)
    vdbshim_slist_free_zeroed(headers)
    headers = list
  }

  func clearErrorText() { errorBuffer[0] = 0 }

  /// What libcurl says of the last failure: the buffer's detail, else the code's own text.
  func errorText(_ code: CURLcode) -> Message {
    errorBuffer[0] == 0 ? curlText(code) : Message(cString: errorBuffer)
  }

  func long(_ info: CURLINFO) -> Int {
    var value = 0
    return vdbshim_easy_get_long(handle, info, &value) == CURLE_OK ? value : 0
  }
}
