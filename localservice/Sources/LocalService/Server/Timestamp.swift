import Foundation

/// The forms in which times leave the service. Inside, a time is always Unix epoch seconds.
public enum Timestamp {
  public static func now() -> Double { Date().timeIntervalSince1970 }

  /// `2025-05-27T13:07:38.758741`: UTC without a zone, as the protocol has `created_at`.
  public static func naiveUTC(_ seconds: Double) -> String {
    let (date, micros) = parts(seconds)
    return format(date) + "." + padded(micros, 6)
  }

  /// `2025-05-27T13:07:38.758741+00:00`, as webhooks carry it.
  public static func offsetUTC(_ seconds: Double) -> String { naiveUTC(seconds) + "+00:00" }

  /// `2025-05-27T13:07:38.758741Z`, as events of capture sessions carry it.
  public static func zulu(_ seconds: Double) -> String { naiveUTC(seconds) + "Z" }

  static func logTime(_ seconds: Double) -> String {
    let (date, micros) = parts(seconds)
    return format(date) + "." + padded(micros / 1000, 3) + "Z"
  }

  private static func parts(_ seconds: Double) -> (tm, Int) {
    // The range of a four-digit year; anything else cannot be a time this service measured.
    let bounded = seconds.isFinite ? min(max(seconds, 0), 253_402_300_799) : 0
    let micros = Int((bounded * 1_000_000).rounded())
    var whole = time_t(micros / 1_000_000)
    var date = tm()
    gmtime_r(&whole, &date)
    return (date, micros % 1_000_000)
  }

  private static func format(_ date: tm) -> String {
    "\(padded(Int(date.tm_year) + 1900, 4))-\(padded(Int(date.tm_mon) + 1, 2))-\(padded(Int(date.tm_mday), 2))"
      + "T\(padded(Int(date.tm_hour), 2)):\(padded(Int(date.tm_min), 2)):\(padded(Int(date.tm_sec), 2))"
  }

  private static func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension Timestamp {
  /// `Sun, 06 Nov 1994 08:49:37 GMT`, for the Date header.
  static func httpDate(_ seconds: Double) -> String {
    let (date, _) = parts(seconds)
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return "\(days[Int(date.tm_wday)]), \(padded(Int(date.tm_mday), 2)) \(months[Int(date.tm_mon)]) "
      + "\(padded(Int(date.tm_year) + 1900, 4)) "
      + "\(padded(Int(date.tm_hour), 2)):\(padded(Int(date.tm_min), 2)):\(padded(Int(date.tm_sec), 2)) GMT"
  }
}
