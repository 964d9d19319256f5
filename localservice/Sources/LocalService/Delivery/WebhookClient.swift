import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Makes one POST per call, on a connection of its own, within a deadline.
struct WebhookClient: Sendable {
  enum Outcome: Sendable, CustomStringConvertible {
    case answered(Int)
    case failed(String)

    var description: String {
      switch self {
      case .answered(let status): "the receiver answered \(status)"
      case .failed(let reason): reason
      }
    }
  }

  private let group: any EventLoopGroup
  private let tls: NIOSSLContext

  init(group: any EventLoopGroup) throws {
    self.group = group
    tls = try NIOSSLContext(configuration: .makeClientConfiguration())
  }

  func post(_ payload: String, to address: WebhookAddress, seconds: Double) async -> Outcome {
    let loop = group.next()
    let answer = loop.makePromise(of: Int.self)
    let deadline = TimeAmount.milliseconds(Int64(seconds * 1000))
    let expiry = loop.scheduleTask(in: deadline) {
      answer.fail(WebhookFailure("no answer within \(seconds) s"))
    }
    ClientBootstrap(group: loop)
      .connectTimeout(deadline)
      .channelInitializer { channel in
        answer.futureResult.whenComplete { _ in channel.close(promise: nil) }
        return channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if address.usesTLS { try pipeline.addHandler(tlsHandler(address)) }
          try pipeline.addHTTPClientHandlers()
          try pipeline.addHandler(WebhookExchange(address: address, payload: payload, answer: answer))
        }
      }
      .connect(host: address.host, port: address.port)
      .cascadeFailure(to: answer)
    defer { expiry.cancel() }
    return await withTaskCancellationHandler {
      do {
        return .answered(try await answer.futureResult.get())
      } catch {
        return .failed(Self.reason(error))
      }
    } onCancel: {
      answer.fail(WebhookFailure("the service is stopping"))
    }
  }

  private func tlsHandler(_ address: WebhookAddress) throws -> NIOSSLClientHandler {
    // An IP address is no server name; the certificate is then checked against the address itself.
    let isIP = (try? SocketAddress(ipAddress: address.host, port: 0)) != nil
    return try NIOSSLClientHandler(context: tls, serverHostname: isIP ? nil : address.host)
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case let error as WebhookFailure: error.reason
    case let error as NIOConnectionError:
      error.connectionErrors.isEmpty ? "the host has no address" : "the connection was refused or timed out"
    case let error as NIOSSLError: "TLS failed: \(error)"
    default: "the connection failed: \(error)"
    }
  }
}

private struct WebhookFailure: Error {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}

/// Sends the request as soon as the connection stands and reports the status line; nothing else is of interest.
private final class WebhookExchange: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private let address: WebhookAddress
  private let payload: String
  private let answer: EventLoopPromise<Int>

  init(address: WebhookAddress, payload: String, answer: EventLoopPromise<Int>) {
    self.address = address
    self.payload = payload
    self.answer = answer
  }

  func channelActive(context: ChannelHandlerContext) {
    let body = context.channel.allocator.buffer(string: payload)
    var headers = HTTPHeaders([
      ("Host", address.authority),
      ("Content-Type", "application/json"),
      ("Content-Length", String(body.readableBytes)),
      ("User-Agent", "videodb-rt-local"),
      ("Connection", "close"),
    ])
    if let authorization = address.authorization { headers.add(name: "Authorization", value: authorization) }
    let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: address.target, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .head(let head) = unwrapInboundIn(data) { answer.succeed(Int(head.status.code)) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    answer.fail(WebhookFailure("the receiver closed the connection without an answer"))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    answer.fail(error)
    context.close(promise: nil)
  }
}
