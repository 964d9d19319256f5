/// What an event is; the numbers are those of the header.
public enum EventKind: Int32, CaseIterable, Sendable {
  case other = 0
  case transcript = 1
  case sceneIndex = 2
  case audioIndex = 3
  case alert = 4
  case captureSession = 5

  case connected = 100
  case disconnected = 101
  case overflow = 102
  case reconnecting = 103
  case gap = 104
  case backfilled = 105
  case stalled = 106

  /// The canonical channel name; nil for `other`, whose name is the message's own.
  public var channel: StaticString? {
    switch self {
    case .other: nil
    case .transcript: "transcript"
    case .sceneIndex: "scene_index"
    case .audioIndex: "audio_index"
    case .alert: "alert"
    case .captureSession: "capture_session"
    case .connected: "vdbrt.connected"
    case .disconnected: "vdbrt.disconnected"
    case .overflow: "vdbrt.overflow"
    case .reconnecting: "vdbrt.reconnecting"
    case .gap: "vdbrt.gap"
    case .backfilled: "vdbrt.backfilled"
    case .stalled: "vdbrt.stalled"
    }
  }

  /// The kind of a message that names this channel. The service is documented with two names for visual results and seen with
  /// `visual_index` (PROTOCOL 3.4); `spoken_index` is the Node SDK's constant for audio results.
  @inline(__always)
  public init(serviceChannel name: UnsafeRawBufferPointer) {
    switch name.count {
    case 5 where name.equals("alert"): self = .alert
    case 10 where name.equalsName("transcript"): self = .transcript
    case 11 where name.equalsName("scene_index") || name.equalsName("audio_index"):
      self = name[0] == 0x73 ? .sceneIndex : .audioIndex
    case 12 where name.equalsName("visual_index"): self = .sceneIndex
    case 12 where name.equalsName("spoken_index"): self = .audioIndex
    case 15 where name.equalsName("capture_session"): self = .captureSession
    default: self = .other
    }
  }
}

/// Bits that go with an event; the numbers are those of the header.
public struct EventFlags: OptionSet, Sendable {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  public static let interim = EventFlags(rawValue: 1)
  public static let triggered = EventFlags(rawValue: 2)
  public static let relativeTime = EventFlags(rawValue: 4)
  public static let notJSON = EventFlags(rawValue: 8)
  public static let fetched = EventFlags(rawValue: 16)
  public static let redelivered = EventFlags(rawValue: 32)
}
