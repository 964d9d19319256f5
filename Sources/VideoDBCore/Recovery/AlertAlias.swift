/// An alert that the application knows by one id, whatever stands in for it by now.
public struct AlertAlias: Sendable {
  let branch: [UInt8]
  let stream: [UInt8]
  let index: [UInt8]
  let id: [UInt8]
  let hasWebhook: Bool
  let members: [[UInt8]]

  private var newest: [UInt8] { members.last ?? id }

  private func isOf(_ call: BoundCall) -> Bool {
    call.ids.count >= 2 && sameBytes(call.branch, branch) && sameBytes(call.ids[0], stream) && sameBytes(call.ids[1], index)
  }

  /// Where a call that enables or disables an alert goes instead; nil: where it says. One with a webhook is still what it was.
  public static func target(of call: BoundCall, _ target: [UInt8], _ aliases: [AlertAlias]) -> [UInt8]? {
    guard call.kind == .enableAlert || call.kind == .disableAlert else { return nil }
    let id = percentDecoded(call.ids[2])
    for alias in aliases where alias.isOf(call) && !alias.hasWebhook && sameBytes(alias.id, id) {
      let tail = UnsafeRawBufferPointer("/status")
      var new = Array(target[0..<max(target.count - tail.count - call.ids[2].count, 0)])
      appendPercentEncoded(alias.newest, to: &new)
      new.append("/status")
      return target.suffix(tail.count).elementsEqual(tail) ? new : nil
    }
    return nil
  }

  /// The service's list with one entry for each alert of the application's, under the id that it knows.
  public static func list(_ answer: [UInt8], _ call: BoundCall, _ aliases: [AlertAlias]) -> [UInt8] {
    let aliases = aliases.filter { $0.isOf(call) && $0.members.count > 1 }
    guard !aliases.isEmpty, let json = JSON(answer), let alerts = json["alerts"], alerts.isArray else { return answer }
    var list: [UInt8] = [0x5B]
    for alert in alerts.elements {
      let id = alert["alert_id"]?.stringBytes ?? []
      var entry = alert.bytes
      if let alias = aliases.first(where: { $0.members.contains { sameBytes($0, id) } }) {
        guard sameBytes(id, alias.hasWebhook ? alias.id : alias.newest) else { continue }
        entry = alert.replacing("alert_id", alias.id)
      }
      if list.count > 1 { list.append(0x2C) }
      list += entry
    }
    list.append(0x5D)
    return json.replacing("alerts", json: list)
  }
}

extension Recovery {
  public var aliases: [AlertAlias] {
    families.map {
      AlertAlias(
        branch: $0.branch, stream: $0.stream, index: $0.index, id: $0.id, hasWebhook: $0.hasWebhook, members: $0.members)
    }
  }
}
