/// What the command line says.
struct Options: Sendable {
  var section = ""
  var stream: String?
  var query = "a white car moving fast"
  var webhook: String?
  var seconds = 20.0

  static let usage = """
    realtime SECTION [STREAM] [--query TEXT] [--webhook URL] [--seconds N]

      visual-indexing     describes the pictures, and reads the scenes back
      audio-indexing      describes speech
      transcription       starts, reads and stops the transcript
      search              asks for --query
      stream-generation   a page that plays the last minute
      embed               the same as an <iframe>
      events-and-alerts   an alert, also for --webhook
      websocket           prints scenes, words and alerts as they come

    Without STREAM, the newest stream that is connected is taken. --seconds says how long results are waited for (20).
    """

  /// nil where they are not understood.
  init?(_ words: [String]) {
    var rest = words[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("--") else {
        if section.isEmpty { section = word } else { stream = word }
        continue
      }
      guard let value = rest.popFirst() else { return nil }
      switch word {
      case "--query": query = value
      case "--webhook": webhook = value
      case "--seconds":
        guard let number = Double(value) else { return nil }
        seconds = number
      default: return nil
      }
    }
  }
}
