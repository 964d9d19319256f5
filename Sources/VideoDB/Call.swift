import VideoDBCore
import VideoDBTransport

/// A call of the service that has been put together and not been sent: `wait` sends it and waits, `start` sends it and does not. With
/// `import VideoDBAsync`, `try await call.value` suspends. What is wrong with its arguments is told when it is sent. It can be sent
/// again.
public struct Call<Value>: Sendable {
  private let client: Client
  private let request: Result<Request, VideoDBError>
  private let read: @Sendable (JSON) throws(VideoDBError) -> Value

  private init(
    _ client: Client, _ request: Result<Request, VideoDBError>, _ read: @escaping @Sendable (JSON) throws(VideoDBError) -> Value
  ) {
    self.client = client
    self.request = request
    self.read = read
  }

  /// `ids` fill the operation's path in order.
  init(
    _ client: Client, _ operation: Operation, _ ids: [String] = [], _ options: Options = [:],
    read: @escaping @Sendable (JSON) throws(VideoDBError) -> Value
  ) {
    do throws(VideoDBError) {
      let text = try options.tree(operation).text()
      let request = try withBytes(text) { text throws(VideoDBError) in
        try operation.request(ids.map { Array($0.utf8) }, text)
      }
      self.init(client, .success(request), read)
    } catch {
      self.init(client, .failure(error), read)
    }
  }

  /// The same call, whose answer becomes something else.
  func map<Other>(_ change: @escaping @Sendable (Value) throws(VideoDBError) -> Other) -> Call<Other> {
    Call<Other>(client, request) { [read] json throws(VideoDBError) in try change(read(json)) }
  }

  /// Sends it and waits for the answer, on this thread. `op` has a deadline and can be cancelled from another.
  public func wait(op: Op? = nil) throws(VideoDBError) -> Value { try value(of: client.call(request.get(), op)) }

  /// Sends it and returns. The completion is called once, on the client's I/O thread; not at all where this throws.
  public func start(op: Op? = nil, completion: @escaping (Result<Value, VideoDBError>) -> Void) throws(VideoDBError) {
    try client.start(request.get(), op) { answer in
      do throws(VideoDBError) {
        completion(.success(try value(of: answer.get())))
      } catch {
        completion(.failure(error))
      }
    }
  }

  private func value(of answer: [UInt8]) throws(VideoDBError) -> Value {
    guard let json = JSON(answer) else { throw VideoDBError(.badAnswer, "The answer is not JSON.") }
    do throws(VideoDBError) {
      return try read(json)
    } catch {
      // It carries the answer, which may echo the key.
      throw error.redacted(by: client.settings.redactor)
    }
  }

  package func makeOp() -> Op { client.makeOp() }
}

extension Call<Void> {
  /// A call whose answer says nothing but that it worked.
  init(_ client: Client, _ operation: Operation, _ ids: [String], _ options: Options = [:]) {
    self.init(client, operation, ids, options, read: { _ in })
  }
}
