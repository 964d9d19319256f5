/// Collections: this service has one, called `default`.
extension Routes {
  private static let collection: JSON = [
    "id": "default",
    "name": "Default",
    "description": "The one collection of this local service",
    "is_public": false,
  ]

  func addCollections(to router: inout Router) {
    router.on("GET", "/collection") { _ in
      .data(["collections": [Self.collection], "default_collection": "default"])
    }
    router.on("GET", "/collection/{collection}") { request in
      try Self.requireCollection(request.parameter("collection"))
      return .data(Self.collection)
    }
    router.on("POST", "/collection", Self.refuseChange)
    for method in ["PATCH", "DELETE"] { router.on(method, "/collection/{collection}", Self.refuseChange) }
    router.on("GET", "/collection/{collection}/websocket") { request in
      try Self.requireCollection(request.parameter("collection"))
      // The address works for the name under which this very request reached us.
      let origin = request.origin.replacing("http", with: "ws", maxReplacements: 1)
      return .data(["websocket_url": .string(origin + sockets.issuePath())])
    }
  }

  private static func refuseChange(_ request: Request) async throws -> Reply {
    throw Refusal.unavailable("this service has the collection 'default' only, and it cannot be changed")
  }

  static func requireCollection(_ id: String) throws {
    guard id == "default" else {
      throw Refusal.notFound("there is no collection '\(Fields.short(id))'; this service has one, 'default'")
    }
  }
}
