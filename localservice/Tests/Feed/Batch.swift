import Analysis
import Foundation

@testable import LocalService

/// One line of input: a JSON array of items, each an array
///
///     [kind, id, start, end, text, live, delay]
///
/// with kind "transcript" (id: the stream's), "crowd" (the same for many; all of a batch are, and its live and delay have no
/// effect), "interim" (kept nowhere), "scene" or "audio" (id: the index's); times in
/// seconds since the epoch; live whether it is pushed to whoever is bound now; delay the seconds until its record is listed.
/// An alert fires on a scene whose text has the prompt of its event in it.
///
/// The answer is one line of JSON: `at` (when each item was told, in milliseconds), `reached` (a digit for each item: 1 where
/// there was a socket to take it) and `alerts` ([item, alert id, index id, whether a socket took it, callback URL or
/// null]).
struct Batch {
  private let items: [[Any]]

  init(_ line: String) {
    items = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [[Any]] ?? []
  }

  func deliver(through service: LocalService) -> String {
    if items.first?.first as? String == "crowd" { return deliverCrowd(through: service) }
    var times: [JSON] = []
    var reached = ""
    var alerts: [JSON] = []
    for (position, item) in items.enumerated() {
      guard item.count == 7, let kind = item[0] as? String, let id = item[1] as? String, let start = item[2] as? Double,
        let end = item[3] as? Double, let text = item[4] as? String, let live = item[5] as? Bool, let delay = item[6] as? Double
      else { return JSON.object([.init("error", .string("item \(position) is none"))]).text }
      do {
        let sent: [SceneDispatcher.Sent]
        switch kind {
        case "transcript":
          let isHeard = try say(text, id, start, end, live, delay, service)
          sent = [.init(alert: nil, reached: isHeard)]
        case "interim":
          service.speech.heard(.interim(text: text, start: start, end: end), streamID: id)
          sent = []
        default:
          let scene = Scene(jobID: id, start: start, end: end, text: text, visibleFrom: Timestamp.now() + delay)
          sent = try show(scene, isAudio: kind == "audio", live, service)
        }
        // The socket has it by now, or will not.
        times.append(.integer(Int(Timestamp.now() * 1000)))
        reached += sent.first?.reached == true ? "1" : "0"
        alerts += sent.compactMap { sent in
          sent.alert.map { alert in
            [
              .integer(position), .string(alert.id), .string(alert.jobID), .bool(sent.reached), .optional(alert.callbackURL),
            ]
          }
        }
      } catch {
        return JSON.object([.init("error", .string("item \(position): \(error)"))]).text
      }
    }
    return JSON.object([
      .init("at", .array(times)), .init("reached", .string(reached)), .init("alerts", .array(alerts)),
    ]).text
  }

  private func deliverCrowd(through service: LocalService) -> String {
    let sayings = items.compactMap { item -> Crowd.Saying? in
      guard item.count == 7, let id = item[1] as? String, let start = item[2] as? Double, let end = item[3] as? Double,
        let text = item[4] as? String
      else { return nil }
      return Crowd.Saying(streamID: id, text: text, start: start, end: end)
    }
    do {
      let reached = try Crowd.deliver(sayings, through: service)
      let now = JSON.integer(Int(Timestamp.now() * 1000))
      return JSON.object([
        .init("at", .array(reached.map { _ in now })), .init("reached", .string(reached.map { $0 ? "1" : "0" }.joined())),
        .init("alerts", .array([])),
      ]).text
    } catch {
      return JSON.object([.init("error", .string("\(error)"))]).text
    }
  }

  private func say(
    _ text: String, _ streamID: String, _ start: Double, _ end: Double, _ live: Bool, _ delay: Double, _ service: LocalService
  ) throws -> Bool {
    let words = [SpokenWord(text: text, start: start, end: end, confidence: 0.9)]
    guard var utterance = Utterance(streamID: streamID, words) else { return false }
    utterance.visibleFrom = Timestamp.now() + delay
    guard live, let (stream, transcript) = try service.store.listener(ofStream: streamID) else {
      try service.store.keep(utterance)
      return false
    }
    return try service.speech.tell(utterance, stream, transcript)
  }

  private func show(_ scene: Scene, isAudio: Bool, _ live: Bool, _ service: LocalService) throws -> [SceneDispatcher.Sent] {
    let audiences = try service.store.keep(scene)
    guard !audiences.isEmpty else { throw Refusal.notFound("index \(scene.jobID) does not run") }
    guard live else { return [] }
    let messages = service.messages
    let told = service.scenes.announce(scene, to: audiences, as: isAudio ? messages.audio : messages.scene)
    return told
      + service.scenes.alert(scene, audiences) { event in
        scene.text.contains(event.prompt) ? EventMatch(confidence: 0.9, explanation: scene.text) : nil
      }
  }
}
