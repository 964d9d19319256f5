// The real-time API of VideoDB from Swift, a subcommand for each of its parts.
//
//   swift run --package-path examples/swift realtime visual-indexing
//
// The key is in VIDEO_DB_API_KEY, the service's address in VIDEO_DB_API. Indexes that were started here are stopped at the end.
import Foundation
import VideoDB

@main struct Realtime {
  static func main() async {
    guard let options = Options(Array(CommandLine.arguments.dropFirst())), let section = Session.sections[options.section]
    else {
      end(Options.usage, code: 2)
    }
    do {
      let session = try await Session.start(options)
      try await section(session)
      try session.client.shutdown(timeoutMs: 5000)
    } catch let error as VideoDBError {
      end("realtime: \(error.message)", code: 1)
    } catch let error as Failure {
      end("realtime: \(error.message)", code: 1)
    } catch {
      end("realtime: \(error)", code: 1)
    }
  }

  static func end(_ why: String, code: Int32) -> Never {
    FileHandle.standardError.write(Data("\(why)\n".utf8))
    exit(code)
  }
}
