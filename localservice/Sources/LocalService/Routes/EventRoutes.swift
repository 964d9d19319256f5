/// Event rules: reusable, not bound to a stream.
extension Routes {
  func addEvents(to router: inout Router) {
    router.on("POST", "/rtstream/event") { request in
      let fields = try Fields(body: request.body)
      let event = EventRule(
        id: Identifier.short(),
        prompt: try fields.requiredString("event_prompt", "what is to be detected"),
        label: try fields.requiredString("label", "the name of the event in alerts"))
      try await store.insert(event)
      return .data(
        ["event_id": .string(event.id)],
        message: "understood as: \(analyser.understanding(of: event.prompt))")
    }
    router.on("GET", "/rtstream/event") { _ in
      let events = try await store.events().map { event -> JSON in
        [
          "event_id": .string(event.id), "event_prompt": .string(event.prompt), "label": .string(event.label),
        ]
      }
      return .data(["events": .array(events)])
    }
  }
}
