import Synchronization

/// When a sound was heard, by the time at which its samples arrived.
///
/// Samples arrive late or in bursts, never early: the earliest arrival counts. When they fall behind for good the camera has left
/// something out, and the count begins anew there.
final class SoundClock: Sendable {
  /// More than a recogniser holds up the reading while it loads its model.
  private static let gap = 3.0

  /// From `second` of the sound on, this plus the second is the time.
  private struct Anchor {
    let second: Double
    var offset: Double
  }

  private let anchors = Mutex<[Anchor]>([])

  /// The sound up to `second` has arrived by `time`.
  func arrived(upTo second: Double, from start: Double, at time: Double) {
    let offset = time - second
    anchors.withLock { anchors in
      guard let last = anchors.last else { return anchors.append(Anchor(second: 0, offset: offset)) }
      if offset < last.offset {
        anchors[anchors.count - 1].offset = offset
      } else if offset > last.offset + Self.gap {
        anchors.append(Anchor(second: start, offset: offset))
        if anchors.count > 100 { anchors.removeFirst() }
      }
    }
  }

  /// Seconds since 1970.
  func time(of second: Double) -> Double {
    anchors.withLock { anchors in
      let anchor = anchors.last { $0.second <= second } ?? anchors.first
      return second + (anchor?.offset ?? 0)
    }
  }

  func timed(_ result: SpeechResult) -> SpeechResult {
    switch result {
    case .interim(let text, let start, let end): .interim(text: text, start: time(of: start), end: time(of: end))
    case .heard(let until): .heard(until: time(of: until))
    case .progress: result
    case .final(let words):
      .final(
        words.map { SpokenWord(text: $0.text, start: time(of: $0.start), end: time(of: $0.end), confidence: $0.confidence) })
    }
  }
}
