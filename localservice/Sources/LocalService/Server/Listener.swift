import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket

/// The listening socket: TCP, TLS when configured, HTTP/1.1, and WebSocket on `/ws/<ticket>`.
struct Listener: Sendable {
  private let channel: any Channel

  var port: Int { channel.localAddress?.port ?? 0 }

  static func open(
    settings: Settings, group: any EventLoopGroup, sockets: SocketRegistry, log: Log,
    respond: @escaping HTTPHandler.Responder
  ) async throws -> Listener {
    let tls = try settings.certificateFile.map { try tlsContext($0, settings.privateKeyFile) }
    let limits = settings.limits
    let connections = ConnectionCount(limit: limits.connections)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.so_keepalive), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        guard connections.admit(channel) else {
          log.warning("connection refused: \(limits.connections) are open already")
          return channel.close()
        }
        return channel.eventLoop.makeCompletedFuture {
          if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
          let http = HTTPHandler(limits: limits, log: log, respond: respond)
          let handler = NIOLoopBound(http, eventLoop: channel.eventLoop)
          let upgrade = (
            upgraders: [webSocketUpgrader(sockets, limits, log)] as [any HTTPServerProtocolUpgrader & Sendable],
            completionHandler: { @Sendable (context: ChannelHandlerContext) in
              context.pipeline.syncOperations.removeHandler(handler.value, promise: nil)
            }
          )
          _ = channel.pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: true, withServerUpgrade: upgrade, withErrorHandling: false,
            withDecoderLimitConfiguration: decoderLimits(limits))
          try channel.pipeline.syncOperations.addHandler(http)
        }
      }
    return Listener(channel: try await bootstrap.bind(host: settings.host, port: settings.port).get())
  }

  /// Stops accepting; open connections go on.
  func close() async {
    try? await channel.close()
  }

  /// `127.0.0.1:8080` or `[::1]:8080`, as a URL needs it.
  static func hostAndPort(_ address: SocketAddress) -> String {
    let host = address.ipAddress ?? "127.0.0.1"
    return (host.contains(":") ? "[\(host)]" : host) + ":\(address.port ?? 0)"
  }

  private static func decoderLimits(_ limits: Settings.Limits) -> NIOHTTPDecoderLimitConfiguration {
    var bounds = NIOHTTPDecoderLimitConfiguration()
    bounds.maxHeaderFieldSize = limits.headerBytes
    bounds.maxHeaderListSize = limits.headerBytes
    bounds.maxHeaderFieldCount = 100
    return bounds
  }

  private static func webSocketUpgrader(
    _ sockets: SocketRegistry, _ limits: Settings.Limits, _ log: Log
  ) -> NIOWebSocketServerUpgrader {
    NIOWebSocketServerUpgrader(
      maxFrameSize: 64 * 1024,
      automaticErrorHandling: true,
      shouldUpgrade: { channel, head in
        // Without a valid ticket the request goes on as plain HTTP, which answers with the reason.
        let redeemed = SocketRegistry.ticket(inTarget: head.uri).map(sockets.redeem) ?? false
        return channel.eventLoop.makeSucceededFuture(redeemed ? HTTPHeaders() : nil)
      },
      upgradePipelineHandler: { channel, _ in
        channel.eventLoop.makeCompletedFuture {
          let handler = SocketHandler(registry: sockets, limits: limits, log: log)
          try channel.pipeline.syncOperations.addHandler(handler)
        }
      })
  }

  private static func tlsContext(_ certificateFile: String, _ keyFile: String?) throws -> NIOSSLContext {
    guard let keyFile else { throw StartError("a TLS certificate needs its private key: --tls-key FILE") }
    do {
      let chain = try NIOSSLCertificate.fromPEMFile(certificateFile).map { NIOSSLCertificateSource.certificate($0) }
      let key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: chain, privateKey: .privateKey(key))
      configuration.minimumTLSVersion = .tlsv12
      configuration.applicationProtocols = ["http/1.1"]
      return try NIOSSLContext(configuration: configuration)
    } catch let error as StartError {
      throw error
    } catch {
      throw StartError("cannot use \(certificateFile) with \(keyFile) for TLS: \(error)")
    }
  }
}

/// Why the service could not start, in a sentence for the person at the terminal.
public struct StartError: Error, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
