import VideoDBCore

/// A call of the application's that concerns what is bound to its channels: what is sent for it, and what follows from its success.
public struct PreparedCall {
  public let request: Request
  private let call: BoundCall
  private let engine: Engine
  /// The channel that it names, and the number of the connection whose id is sent.
  private let channel: (hub: EventHub, connection: Int)?

  /// nil: a call that concerns no channel of this client.
  init?(_ request: Request, _ engine: Engine) {
    guard engine.hasChannels, let call = BoundCall(request) else { return nil }
    var request = request
    var channel: (hub: EventHub, connection: Int)?
    if let id = call.connectionID {
      guard let (hub, current, connection) = engine.channel(of: id) else { return nil }
      // An earlier id of the channel stands for the channel.
      request.body = call.body(connectionID: current)
      channel = (hub, connection)
    }
    if let target = AlertAlias.target(of: call, request.target, engine.alerts.current) { request.target = target }
    self.request = request
    self.call = BoundCall(request) ?? call
    self.engine = engine
    self.channel = channel
  }

  /// The call succeeded with this answer; gives what the application gets.
  public func settled(_ answer: [UInt8]) -> [UInt8] {
    if call.kind == .listAlerts { return AlertAlias.list(answer, call, engine.alerts.current) }
    let hubs = channel.map { [$0.hub] } ?? engine.channels
    let number = channel?.connection
    let call = call
    _ = engine.loop.post { for hub in hubs { hub.recovery.settled(call, connection: number, answer: answer) } }
    return answer
  }
}
