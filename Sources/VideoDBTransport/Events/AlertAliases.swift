import VideoDBCore

/// Alerts of the application's that others stand in for, for the calls of any thread.
final class AlertAliases: Sendable {
  private let all = Locked<[(hub: ObjectIdentifier, aliases: [AlertAlias])]>([])

  func changed(_ hub: EventHub, _ aliases: [AlertAlias]) {
    all.withLock { all in
      all.removeAll { $0.hub == ObjectIdentifier(hub) }
      if !aliases.isEmpty { all.append((ObjectIdentifier(hub), aliases)) }
    }
  }

  var current: [AlertAlias] { all.withLock { all in all.flatMap { $0.aliases } } }
}
