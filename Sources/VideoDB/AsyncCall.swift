import VideoDBCore
import VideoDBTransport

/// Calls that do not wait.
extension Client {
  /// Runs an operation on the loop. `arguments` is the text of a JSON object: the ids under their names, and the options; for "call"
  /// method, path, query and body. The completion is called exactly once, on the loop's thread; not at all where this throws.
  public func start(
    _ operation: [UInt8], arguments: UnsafeRawBufferPointer?, op: Op? = nil, completion: @escaping CallCompletion
  ) throws(VideoDBError) {
    let tree = if let arguments { try JSONTree.parseObject(arguments, "args_json") } else { try JSONTree.object() }
    try start(Self.request(operation, tree), op, completion)
  }

  package func start(_ request: Request, _ op: Op?, _ completion: @escaping CallCompletion) throws(VideoDBError) {
    let engine = try startedEngine()
    let prepared = engine.prepare(request)
    let isStarted = engine.call(prepared?.request ?? request, op) { result in
      completion(prepared.map { prepared in result.map { prepared.settled($0) } } ?? result)
    }
    guard isStarted else { throw Engine.stopped }
  }

  /// An op with the time that the configuration gives to a call, to cancel one by.
  package func makeOp() -> Op { Op(timeoutMs: settings.timeoutMs) }

  /// The request of an operation by its name.
  static func request(_ name: [UInt8], _ arguments: JSONTree) throws(VideoDBError) -> Request {
    if name.equals("call") { return try RawCall.request(arguments) }
    return try Operation.required(name).request(arguments: arguments)
  }
}

/// The loop of a client whose `loop.mode` is external.
extension Client {
  /// Readable when `step` has something to do.
  public func loopFD() throws(VideoDBError) -> Int32 { try loopEngine().pollFD() }

  /// Waits until there is something to do, and does it.
  public func step(timeoutMs: Int64) throws(VideoDBError) { try loopEngine().step(timeoutMs: timeoutMs) }

  /// Also after a shutdown, which the loop has to carry out.
  private func loopEngine() throws(VideoDBError) -> Engine {
    if let running { return running }
    return try startedEngine()
  }

  /// Ends a step that waits, after which its thread finds that the client is gone.
  public func wakeLoop() { if settings.hasExternalLoop { running?.poke() } }
}

/// Replacing the credential of a live client.
extension Client {
  /// Calls that are sent from here on carry it.
  public func setCredential(_ credential: Secret) throws(VideoDBError) {
    try settings.credential.replace(credential)
    running?.credentialChanged()
  }

  /// `renewal` is called when the service refuses the credential (401), on the thread of the call. If it has set another one when it
  /// returns, the call is sent once more.
  public func onRefusedCredential(_ renewal: Credential.Renewal?) { settings.credential.onRefusal(renewal) }
}
