import CCurl
import CSystemShims
import VideoDBCore

public enum CurlLibrary {
  /// Once for the process; cheap afterwards.
  public static func start() throws(VideoDBError) {
    let code = vdbshim_curl_start()
    guard code == CURLE_OK else {
      throw VideoDBError(.noMemory, "libcurl cannot start: \(curlText(code)).")
    }
  }
}

func curlText(_ code: CURLcode) -> Message { Message(cString: curl_easy_strerror(code)) }
