import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// Makes one POST per call, on a connection of its own, within a deadline.
final class HTTPPoster: Sendable {
  struct Answer: Sendable {
    let status: Int
    var headers = HTTPHeaders()
    var body: [UInt8] = []
  }

  enum Outcome: Sendable, CustomStringConvertible {
    case answered(Answer)
    case failed(String, isLate: Bool)

    var description: String {
      switch self {
      case .answered(let answer): "the receiver answered \(answer.status)"
      case .failed(let reason, _): reason
      }
    }
  }

  private struct State {
    var closed = false
    var calls: [Int: EventLoopPromise<Answer>] = [:]
    var count = 0
    var onLast: CheckedContinuation<Void, Never>?
  }

  private let group: any EventLoopGroup
  private let tls: NIOSSLContext
  private let state = Mutex(State())

  private static let stopping = PostFailure("the service is stopping")

  init(group: any EventLoopGroup) throws {
    self.group = group
    tls = try NIOSSLContext(configuration: .makeClientConfiguration())
  }

  /// Ends all calls; when this returns none uses the event loops any more, and no later one will.
  func close() async {
    await withCheckedContinuation { done in
      let calls = state.withLock { state in
        state.closed = true
        if state.calls.isEmpty { done.resume() } else { state.onLast = done }
        return Array(state.calls.values)
      }
      for call in calls { call.fail(Self.stopping) }
    }
  }

  /// Nil after the end: a promise on a loop that is gone could not be kept.
  private func begin(_ loop: any EventLoop) -> (call: Int, answer: EventLoopPromise<Answer>)? {
    state.withLock { state in
      guard !state.closed else { return nil }
      let answer = loop.makePromise(of: Answer.self)
      state.count += 1
      state.calls[state.count] = answer
      return (state.count, answer)
    }
  }

  private func end(_ call: Int) {
    state.withLock { state in
      state.calls[call] = nil
      if state.calls.isEmpty { state.onLast.take()?.resume() }
    }
  }

  /// `keeping` is how many bytes of the answer's body are wanted: with 0 the call is over with the status line, and a longer body is a
  /// failure. Headers are those beside the usual ones.
  func post(
    _ payload: [UInt8], as contentType: String, headers: [(String, String)] = [], to address: HTTPAddress, seconds: Double,
    keeping: Int = 0
  ) async -> Outcome {
    let loop = group.next()
    guard let (call, answer) = begin(loop) else { return .failed(Self.stopping.reason, isLate: false) }
    defer { end(call) }
    let deadline = TimeAmount.milliseconds(Int64(seconds * 1000))
    let expiry = loop.scheduleTask(in: deadline) {
      answer.fail(PostFailure("no answer within \(Routes.number(seconds).text) s", isLate: true))
    }
    let headers = [("Content-Type", contentType)] + headers
    ClientBootstrap(group: loop)
      .connectTimeout(deadline)
      .channelInitializer { [self] channel in
        answer.futureResult.whenComplete { _ in channel.close(promise: nil) }
        return channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if address.usesTLS { try pipeline.addHandler(tlsHandler(address)) }
          try pipeline.addHTTPClientHandlers()
          try pipeline.addHandler(HTTPExchange(address, payload, headers, keeping: keeping, answer))
        }
      }
      .connect(host: address.host, port: address.port)
      .cascadeFailure(to: answer)
    defer { expiry.cancel() }
    return await withTaskCancellationHandler {
      do {
        return .answered(try await answer.futureResult.get())
      } catch {
        return .failed(Self.reason(error), isLate: (error as? PostFailure)?.isLate ?? false)
      }
    } onCancel: {
      answer.fail(Self.stopping)
    }
  }

  private func tlsHandler(_ address: HTTPAddress) throws -> NIOSSLClientHandler {
    // An IP address is no server name; the certificate is then checked against the address itself.
    let isIP = (try? SocketAddress(ipAddress: address.host, port: 0)) != nil
    return try NIOSSLClientHandler(context: tls, serverHostname: isIP ? nil : address.host)
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case let error as PostFailure: error.reason
    case let error as NIOConnectionError:
      error.connectionErrors.isEmpty ? "the host has no address" : "the connection was refused or timed out"
    case let error as NIOSSLError: "TLS failed: \(error)"
    case is HTTPParserError: "what answers speaks no HTTP"
    default: "the connection failed: \(error)"
    }
  }
}

private struct PostFailure: Error {
  let reason: String
  let isLate: Bool

  init(_ reason: String, isLate: Bool = false) {
    self.reason = reason
    self.isLate = isLate
  }
}

/// Sends the request as soon as the connection stands and reports as much of the answer as is wanted.
private final class HTTPExchange: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private let address: HTTPAddress
  private let payload: [UInt8]
  private let headers: [(String, String)]
  private let keeping: Int
  private let promise: EventLoopPromise<HTTPPoster.Answer>
  private var answer: HTTPPoster.Answer?

  init(
    _ address: HTTPAddress, _ payload: [UInt8], _ headers: [(String, String)], keeping: Int,
    _ promise: EventLoopPromise<HTTPPoster.Answer>
  ) {
    self.address = address
    self.payload = payload
    self.headers = headers
    self.keeping = keeping
    self.promise = promise
  }

  func channelActive(context: ChannelHandlerContext) {
    let body = context.channel.allocator.buffer(bytes: payload)
    var headers = HTTPHeaders([
      ("Host", address.authority),
      ("Content-Length", String(body.readableBytes)),
      ("User-Agent", "videodb-rt-local"),
      ("Connection", "close"),
    ])
    headers.add(contentsOf: self.headers)
    if let authorization = address.authorization, !headers.contains(name: "Authorization") {
      headers.add(name: "Authorization", value: authorization)
    }
    let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: address.target, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      answer = HTTPPoster.Answer(status: Int(head.status.code), headers: head.headers)
      if keeping == 0 { finish() }
    case .body(let part):
      answer?.body += part.readableBytesView
      if let answer, answer.body.count > keeping { promise.fail(PostFailure("the answer is longer than \(keeping) bytes")) }
    case .end: finish()
    }
  }

  private func finish() {
    if let answer { promise.succeed(answer) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    promise.fail(PostFailure("the receiver closed the connection without an answer"))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    promise.fail(error)
    context.close(promise: nil)
  }
}
