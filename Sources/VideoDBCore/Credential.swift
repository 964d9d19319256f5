import CSystemShims

/// The API key or token of a client. It can be replaced while calls run: each call takes what is current when it sends.
public final class Credential: Sendable {
  /// What a call was sent with.
  public struct Issue: Sendable {
    public let secret: Secret
    let number: Int
  }

  /// Asks the application for a new one, on the thread of the call that was refused. It answers by `replace`.
  public typealias Renewal = @Sendable () -> Void

  private struct State {
    var issue: Issue
    var renewal: Renewal?
    var isAsking = false
    /// The thread that asks. A call of the renewal's own that is refused must not wait for the renewal.
    var askingThread: UInt = 0
  }
  private let state: Locked<State>

  init(_ secret: Secret) { state = Locked(State(issue: Issue(secret: secret, number: 0))) }

  public var current: Issue { state.withLock { $0.issue } }

  public func replace(_ secret: Secret) throws(VideoDBError) {
    try Self.check(secret)
    state.withLock { $0.issue = Issue(secret: secret, number: $0.issue.number + 1) }
  }

  public func onRefusal(_ renewal: Renewal?) { state.withLock { $0.renewal = renewal } }

  public enum Renewed: Sendable {
    case yes
    case no
    /// Another call is asking: look again soon.
    case asking
  }

  /// The service refused this one with 401: is there another by now, or does the application have one?
  public func renew(_ refused: Issue) -> Renewed {
    enum Next {
      case known(Renewed)
      case ask(Renewal)
    }
    let next = state.withLock { state -> Next in
      if state.issue.number != refused.number { return .known(.yes) }
      if state.isAsking { return .known(state.askingThread == vdbshim_thread_self() ? .no : .asking) }
      guard let renewal = state.renewal else { return .known(.no) }
      state.isAsking = true
      state.askingThread = vdbshim_thread_self()
      return .ask(renewal)
    }
    switch next {
    case .known(let answer): return answer
    case .ask(let renewal):
      renewal()
      return state.withLock { state in
        state.isAsking = false
        return state.issue.number != refused.number ? .yes : .no
      }
    }
  }

  static func check(_ secret: Secret) throws(VideoDBError) {
    guard !secret.isEmpty else {
      throw VideoDBError(
        .credential, "There is no API key: set `api_key`, or the environment variable VIDEO_DB_API_KEY.")
    }
    guard secret.withBytes({ $0.allSatisfy { $0 > 0x20 && $0 < 0x7F } }) else {
      throw VideoDBError(
        .credential,
        "The API key holds a space, a line break or a character beyond ASCII. Was it copied with something around it?")
    }
  }
}
