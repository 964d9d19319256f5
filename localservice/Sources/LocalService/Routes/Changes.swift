/// Runs the changes to one stream one after another, also across their suspensions. What the database says and what
/// the cameras do would otherwise drift apart when a start and a stop arrive together.
actor Changes {
  private var last: [String: (number: Int, task: Task<Void, Never>)] = [:]
  private var number = 0

  func run<T: Sendable>(on streamID: String, _ change: @escaping @Sendable () async throws -> T) async throws -> T {
    let previous = last[streamID]?.task
    let task = Task {
      await previous?.value
      return try await change()
    }
    number += 1
    let mine = number
    last[streamID] = (mine, Task { _ = try? await task.value })
    defer { if last[streamID]?.number == mine { last[streamID] = nil } }
    return try await task.value
  }
}
