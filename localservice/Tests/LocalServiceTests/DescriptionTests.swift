import Testing

@testable import LocalService

/// The service's description of itself, and what others published.
@Suite struct DescriptionTests {
  @Test func everyRouteIsDescribedAndEveryDescriptionRouted() async throws {
    try await TestService.run { service in
      let described = OpenAPI.operations.map { "\($0.method) \($0.path)" }
      #expect(described.sorted() == service.service.router.operations.sorted())
      #expect(Set(OpenAPI.operations.map(\.id)).count == described.count)
    }
  }

  /// What holds for all operations: a slash at the end changes nothing, null counts as absent, unknown keys are ignored, and
  /// what is described as required is missed.
  @Test func everyOperationTakesASlashNullsAndUnknownKeys() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let understanding = try await service.understanding(stream)
      let source = try await service.post(
        "/rtstream/\(stream)/indexes", ["source": understanding["outputs"]?["scene"] ?? .null])
      let session = try await service.post("/collection/default/capture/session", ["end_user_id": "a"])
      let index = try await service.index(stream)
      let derived = source.data["index_id"]?.string ?? ""
      let event = try await service.event()
      let ids = [
        "{id}": stream, "{collection}": "default", "{understanding}": understanding["understanding_id"]?.string ?? "",
        "{session}": session.data["session_id"]?.string ?? "", "{response}": "none",
      ]
      let alerts = [
        index: try await service.alert(stream, index, event),
        derived: try await service.alert(stream, derived, event, under: "indexes"),
      ]
      for operation in OpenAPI.operations {
        let owner = operation.path.contains("/indexes/") ? derived : index
        var path = operation.path.replacing("{index}", with: owner).replacing("{alert}", with: alerts[owner] ?? "")
        for (name, id) in ids { path = path.replacing(name, with: id) }
        let keys = operation.body?["properties"]?.members.map(\.key) ?? []
        let nulls = JSON.object(keys.map { .init($0, .null) } + [.init("unknown", [1])])
        let plain = try await service.call(operation.method, path, operation.body.map { _ in "{}" })
        let other = try await service.call(operation.method, path + "/", operation.body.map { _ in nulls.text })
        let name = "\(operation.method) \(path)"
        #expect(plain.status == other.status && plain.body["error_code"] == other.body["error_code"], "\(name)")
        #expect(plain.status != 404 || operation.id == "getAsyncResponse", "\(name)")
        let required = operation.body?["required"]?.items ?? []
        if let first = required.first?.string {
          #expect(plain.status == 400 && plain.message.contains("'\(first)'"), "\(name): \(plain.message)")
        }
      }
    }
  }

  @Test func itIsReadWithoutAKey() async throws {
    try await TestService.run { service in
      for path in ["/openapi.json", "/openapi.json/", "/openapi.json?a=b"] {
        let answer = try await service.call("GET", path, key: nil)
        #expect(answer.status == 200 && answer.body["openapi"] == "3.0.3", "\(path)")
        #expect(answer.body["paths"]?.members.count == OpenAPI.document["paths"]?.members.count)
      }
      #expect(try await service.call("POST", "/openapi.json", "{}", key: nil).status == 405)
      #expect(try await service.call("GET", "/openapi.json/x", key: nil).status == 401)
      #expect(try await service.call("GET", "/openapi.jsonx", key: nil).status == 401)
    }
  }

  @Test func everyReferenceLeadsSomewhere() throws {
    func references(_ value: JSON) -> [String] {
      (value["$ref"]?.string.map { [$0] } ?? []) + value.members.flatMap { references($0.value) }
        + value.items.flatMap(references)
    }
    let all = references(OpenAPI.document)
    #expect(all.count > 50)
    for reference in all { #expect(Contract.own.resolve(reference) != .null, "\(reference)") }
  }

  /// What holds every answer of the other tests against the description can tell a wrong one.
  @Test func wrongAnswersAreFound() {
    let event: JSON = ["event_id": "a", "event_prompt": "b", "label": "c"]
    func faults(_ method: String, _ path: String, _ status: Int, _ body: JSON) -> [String] {
      Contract.own.faults(method, path, status, body)
    }
    func list(_ event: JSON) -> JSON { ["success": true, "data": ["events": [event]]] }
    let refusal: JSON = ["success": false, "message": "a", "error_code": "B"]
    #expect(faults("GET", "/rtstream/event/?x=y", 200, list(event)) == [])
    #expect(faults("GET", "/rtstream/event", 201, list(event)) == ["the status is not described"])
    #expect(faults("GET", "/rtstream/event", 501, refusal) == ["the status is not described"])
    #expect(faults("GET", "/rtstream/event", 401, refusal) == [])
    #expect(faults("GET", "/rtstream/event", 401, ["success": false, "message": "a"]) == ["body.error_code is missing"])
    #expect(faults("GET", "/rtstream/event", 200, refusal).count == 3)
    #expect(faults("GET", "/rtstream/event", 200, ["success": true]) == ["body.data is missing"])
    let more: JSON = ["event_id": "a", "event_prompt": "b", "label": .null, "more": 1]
    #expect(
      faults("GET", "/rtstream/event", 200, list(more))
        == ["body.data.events.0.label is null", "body.data.events.0.more is not described"])
    #expect(
      faults("GET", "/rtstream/a/transcription/status", 200, ["success": true, "data": ["status": "on", "engine": 5]]).count
        == 2)
    #expect(faults("GET", "/nowhere", 200, refusal) == ["the path is not described"])
    #expect(faults("GET", "/nowhere", 404, refusal) == [])
    #expect(faults("PUT", "/rtstream", 405, refusal) == [])
    #expect(faults("PUT", "/rtstream", 200, refusal) == ["the method is not described"])
  }

  /// All that the published description names is here, except for what is listed.
  @Test(.enabled(if: Published.document != nil, "needs shared/spec/openapi-realtime.yaml beside the checkout"))
  func whatIsPublishedIsHere() throws {
    let published = try #require(Published.document)
    let paths = published["paths"]?.members ?? []
    #expect(paths.count > 20)
    var missing: [String] = []
    for (path, operations) in paths {
      for (method, theirs) in operations.members {
        let name = "\(method.uppercased()) \(Self.nameless(path))"
        guard let ours = Self.ours(method, path) else {
          missing.append(name)
          continue
        }
        let parameters = Set((ours["parameters"]?.items ?? []).compactMap { $0["name"]?.string })
        for parameter in theirs["parameters"]?.items ?? [] where parameter["in"] == "query" {
          let parameter = parameter["name"]?.string ?? ""
          if !parameters.contains(parameter) { missing.append("\(name)?\(parameter)") }
        }
        let json = "application/json"
        let bodies = [theirs, ours].map { $0["requestBody"]?["content"]?[json]?["schema"] ?? .null }
        missing += Self.missing(bodies[0], published, bodies[1], "\(name) takes")
        guard let answer = ours["responses"]?["200"]?["content"]?[json]?["schema"] else { continue }
        let responses = theirs["responses"] ?? .null
        let answers = (responses["200"] ?? responses["201"])?["content"]?[json]?["schema"] ?? .null
        missing += Self.missing(answers, published, answer, "\(name) gives")
      }
    }
    #expect(
      missing.sorted() == [
        "GET /capture/session/{} gives.data.channels.rtsp_url", "GET /collection gives.data.collections.created_at",
        "GET /collection gives.data.collections.owner", "GET /collection/{} gives.data.created_at",
        "GET /collection/{} gives.data.owner", "GET /rtstream/{}/transcription/status gives.data.language",
      ])
  }

  private static func nameless(_ path: String) -> String {
    path.replacing(/\{[a-z_]+\}/, with: "{}").replacing(/\/$/, with: "")
  }

  private static func ours(_ method: String, _ path: String) -> JSON? {
    OpenAPI.document["paths"]?.members.first { nameless($0.key) == nameless(path) }?.value[method]
  }

  /// The properties of `theirs` that `ours` lacks.
  private static func missing(_ theirs: JSON, _ document: JSON, _ ours: JSON, _ place: String) -> [String] {
    func resolved(_ schema: JSON, _ contract: Contract) -> JSON {
      let schema = schema["$ref"]?.string.map(contract.resolve) ?? schema
      return schema["items"].map { resolved($0, contract) } ?? schema
    }
    let (theirs, ours) = (resolved(theirs, Contract(document)), resolved(ours, Contract.own))
    return (theirs["properties"]?.members ?? []).flatMap { key, theirs in
      guard let ours = ours["properties"]?[key] else { return ["\(place).\(key)"] }
      return missing(theirs, document, ours, "\(place).\(key)")
    }
  }
}
