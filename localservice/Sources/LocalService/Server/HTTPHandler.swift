import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Collects one request, hands it to the service and writes the answer; then the next one on the connection.
///
/// Every phase of a connection has a deadline, so a client that sends or reads slowly cannot hold it for ever.
final class HTTPHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart
  typealias Responder = @Sendable (HTTPRequestHead, [UInt8], _ localAddress: String) async -> Reply

  private enum Phase {
    /// Nothing of the next request has been decoded.
    case idle
    case receiving(HTTPRequestHead)
    case answering
    /// The last answer is out; what the client still sends is thrown away.
    case closing
  }

  private let limits: Settings.Limits
  private let log: Log
  private let respond: Responder
  private var phase = Phase.idle
  private var body: [UInt8] = []
  private var keepAlive = true
  private var deadline: Scheduled<Void>?

  init(limits: Settings.Limits, log: Log, respond: @escaping Responder) {
    self.limits = limits
    self.log = log
    self.respond = respond
  }

  func handlerAdded(context: ChannelHandlerContext) {
    arm(context, limits.headSeconds)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    deadline?.cancel()
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    phase = .closing
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (unwrapInboundIn(data), phase) {
    case (.head(let head), .idle):
      keepAlive = head.isKeepAlive
      body = []
      phase = .receiving(head)
      arm(context, limits.bodySeconds)
      inspect(head, context)
    case (.body(let chunk), .receiving):
      guard body.count + chunk.readableBytes <= limits.bodyBytes else { return refuse(context, tooLarge) }
      body.append(contentsOf: chunk.readableBytesView)
    case (.end, .receiving(let head)):
      dispatch(head, context)
    default:
      break
    }
  }

  /// The server above hands over one request at a time; a parse error therefore concerns the next request.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case HTTPParserError.headerOverflow:
      refuse(
        context,
        Refusal(431, "HEADERS_TOO_LARGE", "the request head is larger than \(limits.headerBytes) bytes"))
    case let error as HTTPParserError:
      refuse(context, Refusal(400, "BAD_REQUEST", "the request is not valid HTTP/1.1 (\(error))"))
    case is ChannelError, is IOError:
      context.close(promise: nil)
    default:
      // TLS failures and refused upgrades; the latter go on as a plain request.
      log.debug("connection: \(error)")
      if !context.channel.isActive { context.close(promise: nil) }
    }
  }

  // MARK: - Receiving

  private var tooLarge: Refusal {
    Refusal(413, "BODY_TOO_LARGE", "the request body is larger than \(limits.bodyBytes) bytes")
  }

  private func inspect(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > limits.bodyBytes {
      return refuse(context, tooLarge)
    }
    if head.version.major != 1 {
      return refuse(context, Refusal(505, "HTTP_VERSION", "this server speaks HTTP/1.1"))
    }
    if head.headers.contains(name: "expect"), head.version.minor >= 1 {
      guard head.headers.first(name: "expect")?.lowercased() == "100-continue" else {
        return refuse(context, Refusal(417, "EXPECTATION", "the only expectation understood is 100-continue"))
      }
      let answer = HTTPResponseHead(version: .http1_1, status: .continue)
      context.writeAndFlush(wrapOutboundOut(.head(answer)), promise: nil)
    }
  }

  private func dispatch(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    phase = .answering
    arm(context, limits.answerSeconds)
    let local = context.channel.localAddress.map(Listener.hostAndPort) ?? "127.0.0.1"
    let respond = self.respond
    let received = body
    body = []
    let loop = context.eventLoop
    let here = NIOLoopBound((handler: self, context: context), eventLoop: loop)
    Task {
      let reply = await respond(head, received, local)
      loop.execute { here.value.handler.answered(reply, here.value.context) }
    }
  }

  // MARK: - Answering

  private func answered(_ reply: Reply, _ context: ChannelHandlerContext) {
    guard case .answering = phase, context.channel.isActive else { return }
    if case .file(let path, let range) = reply.content?.source { return send(path, range, reply, context) }
    guard keepAlive else { return writeLast(reply, context) }
    // Before the answer is written: with its end the next request, if it waits already, comes in at once.
    phase = .idle
    arm(context, limits.headSeconds)
    write(reply, context)
  }

  /// Answers at once, without the rest of the request, and gives up the connection.
  private func refuse(_ context: ChannelHandlerContext, _ refusal: Refusal) {
    if case .closing = phase { return }
    if case .answering = phase {
      // An answer is already being made; two answers to one request would confuse the client more.
      context.close(promise: nil)
      return
    }
    keepAlive = false
    writeLast(refusal.reply, context)
  }

  private func write(_ reply: Reply, _ context: ChannelHandlerContext) {
    var bytes = Array(reply.body.text.utf8)
    if case .bytes(let content) = reply.content?.source { bytes = content }
    context.write(wrapOutboundOut(.head(head(reply, length: bytes.count))), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  private func head(_ reply: Reply, length: Int) -> HTTPResponseHead {
    var headers = HTTPHeaders([
      ("Content-Type", reply.content?.type ?? "application/json"),
      ("Content-Length", String(length)),
      ("Date", Timestamp.httpDate(Timestamp.now())),
      // Answers hold WebSocket addresses, which are secrets.
      ("Cache-Control", "no-store"),
    ])
    for (name, value) in reply.headers { headers.add(name: name, value: value) }
    if !keepAlive { headers.add(name: "Connection", value: "close") }
    return HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: reply.status), headers: headers)
  }

  /// A file is read piece by piece, on a thread that may wait for the disk, as fast as the client takes it.
  private func send(_ path: String, _ range: Range<Int>, _ reply: Reply, _ context: ChannelHandlerContext) {
    guard let file = try? NIOFileHandle(_deprecatedPath: path) else {
      return refuse(context, Refusal.notFound("this part of the recording is no longer kept"))
    }
    context.writeAndFlush(wrapOutboundOut(.head(head(reply, length: range.count))), promise: nil)
    let here = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    let reading = Self.files.readChunked(
      fileHandle: file, fromOffset: Int64(range.lowerBound), byteCount: range.count, chunkSize: 256 * 1024,
      allocator: context.channel.allocator, eventLoop: context.eventLoop
    ) { chunk in
      let (handler, context) = here.value
      // As long as the client takes some, it may go on.
      handler.arm(context, handler.limits.answerSeconds)
      return context.writeAndFlush(handler.wrapOutboundOut(.body(.byteBuffer(chunk))))
    }
    reading.whenComplete { result in
      try? file.close()
      let (handler, context) = here.value
      guard case .success = result, handler.keepAlive else {
        handler.phase = .closing
        handler.arm(context, 1)
        context.writeAndFlush(handler.wrapOutboundOut(.end(nil)), promise: nil)
        context.close(mode: .output, promise: nil)
        return
      }
      handler.phase = .idle
      handler.arm(context, handler.limits.headSeconds)
      context.writeAndFlush(handler.wrapOutboundOut(.end(nil)), promise: nil)
    }
  }

  private static let files = NonBlockingFileIO(threadPool: .singleton)

  /// Closing while unread bytes wait makes the kernel reset the connection, and the client may then lose the
  /// answer. So only our side is closed, and what still comes is read for a moment.
  private func writeLast(_ reply: Reply, _ context: ChannelHandlerContext) {
    phase = .closing
    body = []
    arm(context, 1)
    write(reply, context)
    context.close(mode: .output, promise: nil)
  }

  private func arm(_ context: ChannelHandlerContext, _ seconds: Double) {
    deadline?.cancel()
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(seconds * 1000))) {
      [unowned self] in
      switch self.phase {
      case .receiving:
        self.refuse(
          context,
          Refusal(408, "REQUEST_TIMEOUT", "the request body did not arrive within \(self.limits.bodySeconds) s"))
      default:
        context.close(promise: nil)
      }
    }
  }
}
