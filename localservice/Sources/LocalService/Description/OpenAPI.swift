/// The description of this service in OpenAPI 3.0, as `GET /openapi.json` answers it. A test holds it against the routes, and
/// every answer that the tests get against it.
enum OpenAPI {
  static let path = "/openapi.json"

  static let operations: [Operation] =
    collectionOperations + streamOperations + sceneIndexOperations + understandingOperations + derivedIndexOperations
    + eventOperations + alertOperations + speechOperations + searchOperations + captureOperations + otherOperations

  private static let otherOperations: [Operation] = [
    Operation(
      id: "getAsyncResponse", method: "GET", path: "/async-response/{response}",
      summary: "Refused with 404: every call is answered at once", success: .none),
    Operation(
      id: "getDescription", method: "GET", path: path, summary: "Get this description; no key is needed",
      success: .description),
  ]

  static let document: JSON = [
    "openapi": "3.0.3",
    "info": [
      "title": "videodb-rt-local",
      "version": .string(LocalService.version),
      "license": ["name": "Apache-2.0"],
      "description": .string(about),
    ],
    "security": [["key": []]],
    "paths": .object(paths),
    "components": [
      "securitySchemes": [
        "key": [
          "type": "apiKey", "in": "header", "name": "x-access-token",
          "description": "The key of the service, or a client token (st-...)",
        ]
      ],
      "schemas": Schema.components,
    ],
  ]

  private static let about = """
    The operations of videodb-rt-local, a local service that speaks VideoDB's real-time protocol. Every path is answered with \
    and without a slash at its end. In bodies null counts as absent, and unknown members are ignored. Errors below the \
    operations (an unreadable request, an unknown path, a method that a path does not take) have the form of Error too.
    """

  private static var paths: [JSON.Member] {
    var order: [String] = []
    var methods: [String: [JSON.Member]] = [:]
    for operation in operations {
      if methods[operation.path] == nil { order.append(operation.path) }
      methods[operation.path, default: []].append(.init(operation.method.lowercased(), operation.json))
    }
    return order.map { .init($0, .object(methods[$0] ?? [])) }
  }
}
