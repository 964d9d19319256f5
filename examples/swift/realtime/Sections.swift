import Foundation
import VideoDB
import VideoDBAsync

extension Session {
  static let sections: [String: @Sendable (Session) async throws -> Void] = [
    "visual-indexing": { try await $0.visualIndexing() },
    "audio-indexing": { try await $0.audioIndexing() },
    "transcription": { try await $0.transcription() },
    "search": { try await $0.search() },
    "stream-generation": { try await $0.streamGeneration() },
    "embed": { try await $0.embed() },
    "events-and-alerts": { try await $0.eventsAndAlerts() },
    "websocket": { try await $0.websocket() },
  ]

  // MARK: Indexes

  func visualIndexing() async throws {
    try await running(indexPictures()) { try await showScenes($0) }
    print("indexes:", try await stream.sceneIndexes().value.count)
  }

  func audioIndexing() async throws {
    let index = stream.indexAudio(prompt: "What is said?", batch: .sentences(1), autoStartTranscript: true)
    try await running(index) { try await showScenes($0) }
  }

  private func indexPictures(for connectionID: String? = nil) -> Call<SceneIndex> {
    stream.indexVisuals(
      prompt: "Describe what moves", batch: .time(seconds: 2, frameCount: 4), name: "example", connectionID: connectionID)
  }

  private func showScenes(_ index: SceneIndex) async throws {
    for scene in try await first("scene", { try await index.scenes(pageSize: 5).value.items }) {
      print("\(clock(scene.start))  \(scene.text ?? "")")
    }
  }

  // MARK: Transcription

  func transcription() async throws {
    let began = Date().timeIntervalSince1970
    print("transcript:", try await stream.startTranscript().value.status ?? "")
    _ = try await first("words") { try await stream.transcript(since: began).value.items }
    for try await said in try stream.allUtterances(start: began - 60) {  // page by page
      print("\(clock(said.start))  \(said.text ?? "")")
    }
    print("transcript:", try await stream.stopTranscript(mode: .graceful).value.status ?? "")
  }

  // MARK: Search and playback

  func search() async throws {
    let shots = try await stream.search(options.query, SearchOptions(scoreThreshold: 0.3)).value
    print("\(shots.count) results")
    for shot in shots {
      let playback = try await shot.generateStream().value
      print(String(format: "%.2f  %@  %@", shot.searchScore ?? 0, clock(shot.start), shot.text ?? ""))
      print("      \(playback.streamURL ?? "")")
    }
  }

  private func lastMinute() async throws -> Playback {
    let end = Date().timeIntervalSince1970 - 3  // the last seconds may not be recorded yet
    let page = PlayerPage(title: "The last minute", slug: "example")
    return try await stream.generateStream(start: end - 60, end: end, playerConfig: page).value
  }

  func streamGeneration() async throws {
    let playback = try await lastMinute()
    print("page:   \(playback.playerURL ?? "")")
    print("stream: \(playback.streamURL ?? "")")
  }

  func embed() async throws {
    print(try await lastMinute().embedCode(width: "640", height: 360, title: "The last minute"))
  }

  // MARK: Events

  private func alertOnMovement(_ index: SceneIndex, for connectionID: String) async throws -> String {
    let rule = try await client.createEvent(prompt: "something moves", label: "movement").value
    return try await index.createAlert(eventID: rule, callbackURL: options.webhook, connectionID: connectionID).value
  }

  func eventsAndAlerts() async throws {
    let channel = try await client.openEvents()
    let connectionID = try channel.connectionID()
    try await running(indexPictures()) { index in
      let made = try await alertOnMovement(index, for: connectionID)
      for alert in try await index.alerts().value {
        print("alert \(alert.id) on '\(alert.label ?? "")' is \(alert.status ?? "")")
      }
      let fired = try await listening {
        for try await event in channel.events(channel: "alert") { return "\(event.label ?? ""): \(event.text ?? "")" }
        return nil
      }
      try await index.disableAlert(made).value
      guard let fired else { throw Failure(message: "no alert within \(Int(options.seconds)) s") }
      print(fired)
    }
  }

  func websocket() async throws {
    let channel = try await client.openEvents()
    let connectionID = try channel.connectionID()
    try await running(indexPictures(for: connectionID)) { index in
      _ = try await alertOnMovement(index, for: connectionID)
      do {
        _ = try await stream.startTranscript(connectionID: connectionID).value
      } catch let error as VideoDBError {
        print("no transcript: \(error.message)")
      }
      _ = try await listening { () -> Never? in
        for try await event in channel.events {
          let name = event.channel.padding(toLength: 12, withPad: " ", startingAt: 0)
          print(name, event.text ?? event.label ?? "")
        }
        return nil
      }
    }
  }
}
