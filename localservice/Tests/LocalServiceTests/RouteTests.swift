import Testing

@testable import LocalService

/// Envelopes, status codes, both slash forms and the key.
@Suite struct RouteTests {
  @Test func bothSlashFormsAreAnsweredDirectly() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let index = try await service.index(stream)
      for path in [
        "/collection", "/collection/default", "/collection/default/websocket", "/rtstream", "/rtstream/\(stream)",
        "/rtstream/\(stream)/index/scene", "/rtstream/\(stream)/index/\(index)",
        "/rtstream/\(stream)/index/scene/\(index)?page=1&page_size=5", "/rtstream/\(stream)/index/\(index)/alert",
        "/rtstream/\(stream)/index/scene/\(index)/alert", "/rtstream/\(stream)/understand",
        "/rtstream/\(stream)/indexes", "/rtstream/event",
      ] {
        let query = path.firstIndex(of: "?") ?? path.endIndex
        for form in [path, path[..<query] + "/" + path[query...]] {
          let answer = try await service.get(String(form))
          #expect(answer.status == 200 && answer.body["success"] == true, "\(form): \(answer.body.text)")
        }
      }
      let created = try await service.post("/rtstream/event/", ["event_prompt": "a", "label": "b"])
      #expect(created.status == 200 && created.data["event_id"] != nil)
      let stopped = try await service.patch("/rtstream/\(stream)/status/", ["action": "stop"])
      #expect(stopped.status == 200 && stopped.body["data"] == nil)
    }
  }

  @Test func theKeyIsAskedForEverywhere() async throws {
    try await TestService.run { service in
      for (path, key) in [("/collection", nil), ("/rtstream", "sk-tes"), ("/rtstream", "sk-test2"), ("/nope", "")] {
        let answer = try await service.call("GET", path, key: key)
        #expect(answer.status == 401 && answer.body["success"] == false, "\(path) with \(key ?? "none")")
        #expect(answer.message.contains("x-access-token"))
      }
      #expect(!service.log.contains("sk-tes"))
    }
  }

  @Test func unknownPathsAndMethods() async throws {
    try await TestService.run { service in
      for path in [
        "/", "//", "/nope", "/rtstream/a/b/c/d/e", "/collection/default//", "/rtstream//status", "/collection/other",
      ] {
        let answer = try await service.get(path)
        #expect(answer.status == 404 && answer.body["success"] == false, "\(path): \(answer.body.text)")
      }
      for (method, path, allowed) in [
        ("DELETE", "/rtstream", "GET, POST"), ("PUT", "/rtstream/x", "GET, PATCH"), ("PATCH", "/rtstream/event", "GET, POST"),
        ("GET", "/rtstream/x/status", "PATCH"), ("POST", "/collection/default/websocket", "GET"),
      ] {
        let answer = try await service.call(method, path)
        #expect(answer.status == 405 && answer.headers.contains("Allow: \(allowed)"), "\(method) \(path)")
      }
    }
  }

  @Test func literalSegmentsWinOverIds() async throws {
    var router = Router()
    router.on("GET", "/rtstream/{id}") { _ in .done("stream") }
    router.on("GET", "/rtstream/event") { _ in .done("event") }
    router.on("GET", "/rtstream/{id}/index/{index}") { _ in .done("index") }
    router.on("GET", "/rtstream/{id}/index/scene") { _ in .done("scenes") }
    for (path, expected) in [
      ("event", "event"), ("rts-1", "stream"), ("rts-1/index/scene", "scenes"), ("rts-1/index/ab", "index"),
      ("event/index/scene", "scenes"),
    ] {
      let request = Request(
        method: "GET", path: ["rtstream"] + path.split(separator: "/").map(String.init), query: try #require(Query("")),
        body: [], origin: "")
      #expect(try await router.route(request).body["message"]?.string == expected)
    }
  }

  @Test(arguments: ["{", "{\"url\":}", "nonsense", "{\"a\":1}{", "\u{0}"])
  func brokenJSON(body: String) async throws {
    try await TestService.run { service in
      let answer = try await service.call("POST", "/rtstream", body)
      #expect(answer.status == 400 && answer.body["error_code"] == "INVALID_JSON")
    }
  }

  @Test(arguments: ["[]", "5", "\"text\"", "null", "true"])
  func bodiesMustBeObjects(body: String) async throws {
    try await TestService.run { service in
      let answer = try await service.call("POST", "/rtstream", body)
      #expect(answer.status == 400 && answer.message.contains("object"))
    }
  }

  @Test func whatCannotBeComputedIsSaid() async throws {
    try await TestService.run { service in
      let path = "/rtstream/" + (try await service.connect())
      for (method, path, body) in [
        ("POST", path + "/transcription", "{\"action\":\"start\",\"engine\":\"assemblyai\"}"),
        ("GET", path + "/transcription?page_size=1000&since=5", nil),
        ("POST", "/collection", "{}"),
        ("PATCH", "/collection/default", "{}"), ("DELETE", "/collection/default", nil),
      ] {
        let answer = try await service.call(method, path, body)
        #expect(answer.status == 501 && answer.body["success"] == false, "\(method) \(path)")
        #expect(answer.message.contains("this service"), "\(answer.message)")
        #expect(answer.body["data"] == nil)
      }
      let export = try await service.post(path + "/export", ["name": "a"])
      #expect(export.status == 400 && export.body["error_code"] == "NO_RECORDING" && export.message.contains("no recording"))
      let pending = try await service.get("/async-response/x")
      #expect(pending.status == 404 && pending.message.contains("at once"))
    }
  }

  /// A client hears of its own mistakes, also where the service could not do what was asked for.
  @Test func whatCannotBeComputedIsStillChecked() async throws {
    try await TestService.run { service in
      let path = "/rtstream/" + (try await service.connect())
      for (method, path, body, name) in [
        ("POST", path + "/transcription", "{}", "'action'"),
        ("POST", path + "/transcription", "{\"action\":\"on\"}", "'action'"),
        ("POST", path + "/transcription", "{\"action\":\"stop\",\"engine\":5}", "'engine'"),
        ("GET", path + "/transcription?page_size=1001", nil, "'page_size'"),
        ("GET", path + "/transcription?since=x", nil, "'since'"),
        ("POST", path + "/search", "{}", "'query'"), ("POST", path + "/search", "{\"query\":\"a\",\"filter\":{}}", "'filter'"),
        ("POST", "/rtstream/collection/default/search", "{\"query\":\"\"}", "'query'"),
        ("GET", path + "/stream?start=1", nil, "'start' and 'end'"), ("GET", path + "/stream?start=2&end=2", nil, "'end'"),
        ("POST", path + "/export", "{\"name\":5}", "'name'"),
      ] {
        let answer = try await service.call(method, path, body)
        #expect(answer.status == 400 && answer.message.contains(name), "\(method) \(path): \(answer.body.text)")
      }
      for (method, path) in [
        ("POST", "/rtstream/x/transcription"), ("GET", "/rtstream/x/transcription"),
        ("GET", "/rtstream/x/transcription/status"),
        ("POST", "/rtstream/x/search"), ("POST", "/rtstream/collection/x/search"), ("GET", "/rtstream/x/stream"),
        ("POST", "/rtstream/x/export"),
      ] {
        #expect(try await service.call(method, path, method == "POST" ? "{}" : nil).status == 404, "\(method) \(path)")
      }
      let search = try await service.post(path + "/search", ["query": "a", "scene_index_id": "none"])
      #expect(search.status == 404 && search.message.contains("none"))
    }
  }

  @Test func thereIsNoTranscriptToStop() async throws {
    try await TestService.run { service in
      let path = "/rtstream/" + (try await service.connect()) + "/transcription"
      let status = try await service.get(path + "/status/?engine=AAIS")
      #expect(status.data == ["engine": "AAIS", "status": "not_configured"])
      #expect(try await service.get(path + "/status").data["engine"] == "default")
      let stopped = try await service.post(path + "/", ["action": "stop", "mode": "graceful", "engine": .null])
      #expect(stopped.data == ["engine": "default", "status": "stopped"])
    }
  }

  @Test func oneCollection() async throws {
    try await TestService.run { service in
      let all = try await service.get("/collection")
      #expect(all.data["collections"]?.items.count == 1)
      let one = try await service.get("/collection/default")
      #expect(one.data["id"] == "default" && one.data["is_public"] == false)
      #expect(one.data["name"]?.string != nil && one.data["description"]?.string != nil)
    }
  }
}
