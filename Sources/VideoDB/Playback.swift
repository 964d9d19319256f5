import VideoDBCore
import VideoDBTransport

/// Where a piece of a stream can be seen.
public struct Playback: Sendable {
  /// HLS, for players.
  public let streamURL: String?
  /// A page with a player, for people.
  public let playerURL: String?

  init(_ json: JSON) {
    streamURL = json["stream_url"]?.string
    playerURL = json["player_url"]?.string
  }

  /// An <iframe> of the player's page.
  public func embedCode(
    width: String = "100%", height: Int = 405, title: String = "VideoDB Player", allowsFullscreen: Bool = true
  ) throws(VideoDBError) -> String {
    guard let playerURL else {
      throw VideoDBError(.state, "There is no player_url to embed: the service gave none, as for recordings of sound alone.")
    }
    let options: Options = [
      "width": .text(width), "height": .whole(height), "title": .text(title), "allow_fullscreen": .flag(allowsFullscreen),
    ]
    let text = try options.tree(.rtstreamGenerateStream).text()
    return try withBytes(text) { text throws(VideoDBError) in try Player.embedCode(Array(playerURL.utf8), options: text) }.text
  }

  /// The page of the hosted console that plays the stream.
  public func playURL() throws(VideoDBError) -> String {
    guard let streamURL else {
      throw VideoDBError(.state, "There is no stream_url to play: the service gave none, as for recordings of sound alone.")
    }
    return try Player.playURL(Array(streamURL.utf8)).text
  }
}

/// What a player's page says of a stream.
public struct PlayerPage: Sendable {
  public var title: String?
  public var description: String?
  public var slug: String?

  public init(title: String? = nil, description: String? = nil, slug: String? = nil) {
    self.title = title
    self.description = description
    self.slug = slug
  }

  var options: Options { ["title": .text(title), "description": .text(description), "slug": .text(slug)] }
}

/// A recording that has become a video.
public struct Recording: Sendable {
  public let videoID: String?
  public let name: String?
  /// Seconds.
  public let duration: Double?
  /// Empty for a recording of sound alone.
  public let playback: Playback

  init(_ json: JSON) {
    videoID = json["video_id"]?.string
    name = json["name"]?.string
    duration = json["duration"]?.double
    playback = Playback(json)
  }
}
