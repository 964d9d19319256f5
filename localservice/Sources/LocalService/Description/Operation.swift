/// One operation as the description has it.
struct Operation: Sendable {
  enum Success: Sendable {
    case data(JSON)
    case message
    /// The answer is this document itself.
    case description
    /// The service can only refuse it.
    case none
  }

  struct Parameter: Sendable {
    let name: String
    let schema: JSON
    var required = false
  }

  let id: String
  let method: String
  let path: String
  let summary: String
  var query: [Parameter] = []
  var body: JSON?
  let success: Success
  /// Beside those that every operation can meet.
  var refusals: [Int] = []

  /// Every operation can be called wrongly, without the key, and in vain.
  private var statuses: [Int] {
    if case .description = success { return [400] }
    let inPath = path.contains("{") ? [404] : []
    return Set([400, 401, 500, 503] + inPath + (body == nil ? [] : [413]) + refusals).sorted()
  }

  var json: JSON {
    var members: [JSON.Member] = [.init("operationId", .string(id)), .init("summary", .string(summary))]
    let parameters = pathParameters + query.map(Self.form)
    if !parameters.isEmpty { members.append(.init("parameters", .array(parameters))) }
    if let body {
      members.append(.init("requestBody", ["required": true, "content": ["application/json": ["schema": body]]]))
    }
    var responses: [JSON.Member] = []
    if let schema = successSchema { responses.append(.init("200", Self.response("Done", schema))) }
    for status in statuses {
      responses.append(.init(String(status), Self.response(Self.meaning(status), Schema.reference("Error"))))
    }
    members.append(.init("responses", .object(responses)))
    if case .description = success { members.append(.init("security", [])) }
    return .object(members)
  }

  private var successSchema: JSON? {
    let yes: JSON = ["type": "boolean", "enum": [true]]
    return switch success {
    case .data(let data): Schema.answer(["success": yes, "message": Schema.text, "data": data], optional: ["message"])
    case .message: Schema.answer(["success": yes, "message": Schema.text])
    case .description: Schema.anyObject
    case .none: nil
    }
  }

  private var pathParameters: [JSON] {
    path.split(separator: "/").filter { $0.hasPrefix("{") }.map { segment in
      [
        "name": .string(String(segment.dropFirst().dropLast())), "in": "path", "required": true, "schema": Schema.text,
      ]
    }
  }

  private static func form(_ parameter: Parameter) -> JSON {
    [
      "name": .string(parameter.name), "in": "query", "required": .bool(parameter.required), "schema": parameter.schema,
    ]
  }

  private static func response(_ description: String, _ schema: JSON) -> JSON {
    ["description": .string(description), "content": ["application/json": ["schema": schema]]]
  }

  private static func meaning(_ status: Int) -> String {
    switch status {
    case 400: "A key or parameter is missing or wrong, or the state does not allow it; the message names it"
    case 401: "The key or client token is missing, wrong or has expired"
    case 403: "The key of the service is needed"
    case 404: "There is no such object"
    case 413: "The body is too large"
    case 500: "The service failed"
    case 503: "It is not finished, or the database or the disk cannot be used at the moment; ask again"
    case 501: "This service cannot compute it; the message says what is missing"
    default: "Refused"
    }
  }
}

extension [Operation.Parameter] {
  static let page: Self = [
    .init(name: "page", schema: Schema.whole(from: 1, default: 1)),
    .init(name: "page_size", schema: Schema.whole(from: 1, to: 1000, default: 100)),
  ]

  static func range(required: Bool = false) -> Self {
    ["start", "end"].map { .init(name: $0, schema: Schema.time, required: required) }
  }
}
