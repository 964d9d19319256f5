import NIOCore
import NIOWebSocket

/// One WebSocket: says its connection id first, then sends what the registry hands over.
final class SocketHandler: ChannelDuplexHandler {
  enum Outgoing: Sendable {
    case message(String)
    case goodbye
  }

  typealias InboundIn = WebSocketFrame
  typealias OutboundIn = Outgoing
  typealias OutboundOut = WebSocketFrame

  private let registry: SocketRegistry
  private let limits: Settings.Limits
  private let log: Log
  private let id = Identifier.connection()
  private var queuedBytes = 0
  private var heardSincePing = true
  private var closeSent = false
  private var pings: RepeatedTask?

  init(registry: SocketRegistry, limits: Settings.Limits, log: Log) {
    self.registry = registry
    self.limits = limits
    self.log = log
  }

  func handlerAdded(context: ChannelHandlerContext) {
    send(context, .text, JSON.object([.init("connection_id", .string(id))]).text)
    registry.add(context.channel, id: id)
    let interval = TimeAmount.milliseconds(Int64(limits.socketPingSeconds * 1000))
    let here = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    pings = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
      here.value.handler.ping(here.value.context)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    leave()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { leave() }

  private func leave() {
    registry.remove(id: id)
    pings?.cancel()
    pings = nil
  }

  // MARK: - From the client

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    heardSincePing = true
    let frame = unwrapInboundIn(data)
    guard frame.maskKey != nil else {
      // Clients must mask what they send (RFC 6455, 5.1); 1002 is a protocol error.
      if !closeSent { sendClose(context, code: 1002) }
      return context.close(promise: nil)
    }
    switch frame.opcode {
    case .ping where frame.fin && frame.length <= 125:
      queue(context, WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData))
    case .connectionClose:
      // The close frame is answered with the client's own code.
      if !closeSent { sendClose(context, code: frame.unmaskedData.getInteger(at: frame.unmaskedData.readerIndex)) }
      context.close(mode: .all, promise: nil)
    default:
      // The protocol has no message from client to server; whatever comes is ignored.
      break
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    log.debug("websocket: \(error)")
    context.close(promise: nil)
  }

  /// A client that has been silent for a whole interval, pong included, is gone.
  private func ping(_ context: ChannelHandlerContext) {
    guard heardSincePing else {
      log.info("websocket closed: nothing was heard for \(limits.socketPingSeconds) s")
      return context.close(promise: nil)
    }
    heardSincePing = false
    queue(context, WebSocketFrame(fin: true, opcode: .ping, data: context.channel.allocator.buffer(capacity: 0)))
  }

  // MARK: - To the client

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard !closeSent else {
      promise?.fail(ChannelError.alreadyClosed)
      return
    }
    switch unwrapOutboundIn(data) {
    case .message(let text):
      send(context, .text, text)
    case .goodbye:
      sendClose(context, code: 1001)
    }
    promise?.succeed()
  }

  private func send(_ context: ChannelHandlerContext, _ opcode: WebSocketOpcode, _ text: String) {
    queue(context, WebSocketFrame(fin: true, opcode: opcode, data: context.channel.allocator.buffer(string: text)))
  }

  private func sendClose(_ context: ChannelHandlerContext, code: UInt16?) {
    closeSent = true
    var payload = context.channel.allocator.buffer(capacity: 2)
    if let code { payload.writeInteger(code) }
    queue(context, WebSocketFrame(fin: true, opcode: .connectionClose, data: payload))
  }

  /// A client that reads slower than its events come is cut off: it notices, reconnects and reads the records,
  /// whereas events left out in the middle would go unnoticed.
  private func queue(_ context: ChannelHandlerContext, _ frame: WebSocketFrame) {
    let size = frame.data.readableBytes + 16
    guard queuedBytes + size <= limits.socketQueueBytes else {
      log.warning("websocket closed: the client left \(queuedBytes) bytes of events unread")
      leave()
      return context.close(promise: nil)
    }
    queuedBytes += size
    let here = NIOLoopBound(self, eventLoop: context.eventLoop)
    context.writeAndFlush(wrapOutboundOut(frame)).whenComplete { _ in here.value.queuedBytes -= size }
  }
}
