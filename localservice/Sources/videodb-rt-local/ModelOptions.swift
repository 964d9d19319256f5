import ArgumentParser
import LocalService

/// The user's own models. Their keys are in no argument: other users of the machine could read them there.
struct ModelOptions: ParsableArguments {
  static let visionVariable = "VIDEODB_RT_VISION_KEY"
  static let speechVariable = "VIDEODB_RT_SPEECH_KEY"

  @Option(
    name: .customLong("vision-url"),
    help: ArgumentHelp(
      "A server with an OpenAI-compatible chat endpoint and a model that sees, such as http://127.0.0.1:8000/v1: it describes "
        + "windows as prompts ask, and judges events. Its key: --vision-key-file or \(ModelOptions.visionVariable).",
      valueName: "url"))
  var visionURL: String?

  @Option(help: ArgumentHelp("The model it is asked for.", valueName: "name"))
  var visionModel: String?

  @Option(help: ArgumentHelp("File that holds its key.", valueName: "path"))
  var visionKeyFile: String?

  @Option(help: ArgumentHelp("How wide the pictures are that it is sent, even, from 64 to 1920.", valueName: "pixels"))
  var visionWidth = 640

  @Option(help: ArgumentHelp("How long one of its answers may take.", valueName: "seconds"))
  var visionSeconds = 60.0

  @Option(
    name: .customLong("speech-url"),
    help: ArgumentHelp(
      "A server with an OpenAI-compatible transcription endpoint, such as http://127.0.0.1:8000/v1: it recognises speech. Its "
        + "key: --speech-key-file or \(ModelOptions.speechVariable).", valueName: "url"))
  var speechURL: String?

  @Option(help: ArgumentHelp("The model it is asked for.", valueName: "name"))
  var speechModel: String?

  @Option(help: ArgumentHelp("File that holds its key.", valueName: "path"))
  var speechKeyFile: String?

  @Option(help: ArgumentHelp("How long one of its answers may take.", valueName: "seconds"))
  var speechSeconds = 60.0

  @Flag(
    help:
      "Send it what is being said about every 1.5 seconds too, for interim transcripts. The same sound is sent more than once.")
  var speechInterim = false

  func validate() throws {
    guard (64...1920).contains(visionWidth), visionWidth.isMultiple(of: 2) else {
      throw ValidationError("--vision-width must be an even number from 64 to 1920")
    }
    guard [visionSeconds, speechSeconds].allSatisfy({ $0 >= 1 && $0 <= 3600 }) else {
      throw ValidationError("--vision-seconds and --speech-seconds must be from 1 to 3600")
    }
    guard visionURL != nil || (visionModel == nil && visionKeyFile == nil) else {
      throw ValidationError("--vision-model and --vision-key-file need --vision-url")
    }
    guard speechURL != nil || (speechModel == nil && speechKeyFile == nil && !speechInterim) else {
      throw ValidationError("--speech-model, --speech-key-file and --speech-interim need --speech-url")
    }
  }

  func apply(to settings: inout Settings) throws {
    if let visionURL {
      let key = try ModelServer.key(file: visionKeyFile, variable: Self.visionVariable)
      var server = try ModelServer(url: visionURL, .chat, model: visionModel, key: key)
      server.seconds = visionSeconds
      settings.eyes = .model(server, width: visionWidth)
    }
    if let speechURL {
      let key = try ModelServer.key(file: speechKeyFile, variable: Self.speechVariable)
      var server = try ModelServer(url: speechURL, .transcription, model: speechModel, key: key)
      server.seconds = speechSeconds
      settings.recogniser = .model(server, interim: speechInterim)
    }
  }

  func warnings(_ settings: Settings) -> [String] {
    var warnings: [String] = []
    if case .model(let server, _) = settings.eyes, server.showsKey {
      warnings.append("--vision-url has no TLS: the key and all pictures cross the network readable")
    }
    if case .model(let server, _) = settings.recogniser, server.showsKey {
      warnings.append("--speech-url has no TLS: the key and all sound cross the network readable")
    }
    return warnings
  }
}
