import Foundation
import Testing

@testable import LocalService

/// Pages, playlists and segments: what is reached without the key.
@Suite struct PlayerTests {
  private static let root = (1...4).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
  private static let python = root.appending(path: "build/venv/bin/python3").path
  private static let script = root.appending(path: "localservice/Tests/browser/player.py").path
  private static let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
  private static let canBrowse = chromium != nil && FileManager.default.isExecutableFile(atPath: python)

  @Test func titlesAreEscaped() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let segment = try await service.segments(stream, atLeast: 1)[0]
      let answer = try await service.playback(
        stream, segment.start, segment.end,
        "&player_title=%3Cscript%3Ealert(1)%3C/script%3E&player_description=%22%3E%3Cimg%20src=x%3E&player_slug_prefix=../%22a%2F%20b"
      )
      let url = try #require(answer.data["player_url"]?.string)
      #expect(url.wholeMatch(of: /http:\/\/127\.0\.0\.1:\d+\/watch\?v=a-b-[0-9a-f]{32}/) != nil, "\(url)")
      for url in [url, url.replacing("/watch?", with: "/embed?")] {
        let page = try await service.fetch(url)
        #expect(page.status == 200 && page.headers.contains("text/html") && page.headers.contains("Content-Security-Policy"))
        #expect(page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !page.text.contains("<script>"))
        #expect(!page.text.contains("<img") && page.text.contains("&quot;&gt;&lt;img"))
      }
      for path in ["/player.js", "/player.css"] { #expect(try await service.fetch(path).status == 200) }
    }
  }

  @Test func onlyWhatALinkStandsForIsServed() async throws {
    try await TestService.run { service in
      let (stream, other) = (try await service.connect(), try await service.connect())
      let all = try await service.segments(stream, atLeast: 3)
      let foreign = try await service.segments(other, atLeast: 1)[0]
      let answer = try await service.playback(stream, all[0].start + 0.1, all[0].end - 0.1)
      let playlist = try #require(answer.data["stream_url"]?.string)
      let slug = try #require(playlist.split(separator: "=").last)
      let base = "/manifests/\(stream)/\(slug)"
      #expect(try await service.fetch("\(base)/\(all[0].id ?? 0).m4s").status == 200)
      #expect(try await service.fetch("\(base)/\(all[0].runID).mp4").status == 200)
      let traversals = [
        "..%2f..%2fstate.sqlite", "../../state.sqlite", "%2e%2e/%2e%2e/lock", "1.m4s%00", "-1.m4s", "init.mp4", ".m4s",
      ]
      for path in traversals.map({ "\(base)/\($0)" }) + [
        "\(base)/\(all[2].id ?? 0).m4s", "\(base)/\(foreign.id ?? 0).m4s", "\(base)/\(foreign.runID).mp4",
        "/manifests/\(other)/\(slug)/\(foreign.id ?? 0).m4s", "/manifests/\(stream)/nothing/\(all[0].id ?? 0).m4s",
        "\(base)/recording.mp4", "/watch", "/watch?v=", "/watch?v=..%2f..", "/watch/x?v=\(slug)", "/manifests",
        "/manifests/\(stream)/live.m3u8?v=\(slug)", "/manifests/../state.sqlite", "/manifests/\(stream)/0-1.m3u8?v=\(slug)",
      ] {
        let refused = try await service.fetch(path)
        #expect(
          refused.status == 404 && refused.text.contains("\"success\":false"),
          "\(path): \(refused.status) \(refused.text.prefix(80))")
      }
      #expect(try await service.raw("POST /watch?v=\(slug) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").contains(" 405 "))
      // A part of a file, as browsers ask for it.
      let part = try await service.raw(
        "GET \(base)/\(all[0].runID).mp4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nRange: bytes=4-7\r\n\r\n")
      #expect(part.contains(" 206 ") && part.contains("Content-Range: bytes 4-7/") && part.hasSuffix("ftyp"))
    }
  }

  @Test func ranges() {
    let cases: [(String, Range<Int>?)] = [
      ("bytes=0-", 0..<10), ("bytes=2-3", 2..<4), ("bytes=2-99", 2..<10), ("bytes=-3", 7..<10), ("bytes=-99", 0..<10),
      ("bytes=10-", nil), ("bytes=3-2", nil), ("bytes=-0", nil), ("bytes=a-", nil), ("bytes=1-2,4-5", nil), ("items=1-2", nil),
    ]
    for (text, range) in cases { #expect(PlaybackDoor.byteRange(text, of: 10) == range, "\(text)") }
  }

  @Test func aLivePlaylistMovesOn() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let live = try await service.get("/rtstream/\(stream)/stream")
      let url = try #require(live.data["stream_url"]?.string)
      #expect(url.contains("/live.m3u8?v="))
      try await service.segments(stream, atLeast: 1)
      let first = try await service.fetch(url).text
      #expect(first.contains("#EXT-X-MEDIA-SEQUENCE:0\n") && !first.contains("ENDLIST"))
      try await service.segments(stream, atLeast: 7)
      #expect(!(try await service.fetch(url).text.contains("#EXT-X-MEDIA-SEQUENCE:0\n")))
      try await service.stop(stream)
      #expect(try await service.get("/rtstream/\(stream)/stream").message.contains("stopped"))
    }
  }

  /// The picture moves, in the page and in its embedded form, across an interruption; the screenshot is for people.
  @Test(.enabled(if: PlayerTests.canBrowse, "needs chromium and scripts/venv.sh"))
  func aBrowserPlaysIt() async throws {
    try await TestService.run { service in
      let stream = try await service.connect("lavfi:testsrc2=size=640x360:rate=15")
      try await service.segments(stream, atLeast: 1)
      try await service.stop(stream)
      #expect(try await service.patch("/rtstream/\(stream)/status", ["action": "start"]).status == 200)
      let all = try await eventually("two runs") { () -> [Segment]? in
        let found = try await service.recorded(stream)
        return found.filter { $0.runID != found[0].runID }.count >= 2 ? found : nil
      }
      let answer = try await service.playback(
        stream, all[0].start, all[all.count - 1].end,
        "&player_title=%3Cb%3Egate%3C/b%3E&player_description=%3Cimg%20src=x%20onerror=alert(1)%3E")
      let watch = try #require(answer.data["player_url"]?.string)
      let pictures = Self.root.appending(path: "build/test").path
      try FileManager.default.createDirectory(atPath: pictures, withIntermediateDirectories: true)
      let embed = watch.replacing("/watch?", with: "/embed?")
      // As the clients make it, in a page of somebody else.
      let code =
        "<iframe src=\"\(embed)\" width=\"100%\" height=\"405\" title=\"VideoDB Player\" frameborder=\"0\" allowfullscreen></iframe>"
      for (name, url, code) in [("watch", watch, ""), ("embed", embed, ""), ("embedded", embed, code)] {
        let screenshot = "\(pictures)/player-\(name).png"
        let browser = try Program(Self.python, ["-B", Self.script, Self.chromium ?? "", url, screenshot, "5", code])
        let end = try await browser.exit(within: 2 * patience)
        try #require(end.code == 0, "\(browser.standardError)")
        let line = try await eventually("the browser's account") { JSON.parse(Array(browser.standardOutput.utf8)) }
        let times = (line["times"]?.items ?? []).compactMap(\.double)
        print("\(name): currentTime \(times.map { "\($0)" }.joined(separator: " ")), \(screenshot)")
        #expect((times.last ?? 0) - (times.first ?? 0) >= 3 && line["last"]?["trouble"] == "", "\(line.text)")
        #expect(line["title"] == "<b>gate</b>" && line["last"]?["width"] == 640, "\(line.text)")
        // What looks like markup is text to the browser too.
        let text = line["text"]?.string ?? ""
        #expect(text.contains("<b>gate</b>\n") == (name == "watch"), "\(line.text)")
        #expect(text.contains("<img src=x onerror=alert(1)>") == (name == "watch"), "\(line.text)")
        let attributes = try FileManager.default.attributesOfItem(atPath: screenshot)
        #expect((attributes[.size] as? Int ?? 0) > 5000)
      }
    }
  }
}
