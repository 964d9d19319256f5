/// The few forms of JSON schema that the description needs, in the dialect of OpenAPI 3.0.
enum Schema {
  static let text: JSON = ["type": "string"]
  static let whole: JSON = ["type": "integer"]
  static let number: JSON = ["type": "number"]
  static let flag: JSON = ["type": "boolean"]
  static let time: JSON = ["type": "number", "description": "Unix epoch seconds"]
  static let anyObject: JSON = ["type": "object"]

  static func choice(_ values: String...) -> JSON { ["type": "string", "enum": .array(values.map(JSON.string))] }

  static func whole(from least: Int, to most: Int? = nil, default usual: Int? = nil) -> JSON {
    var members = [JSON.Member("type", "integer"), .init("minimum", .integer(least))]
    if let most { members.append(.init("maximum", .integer(most))) }
    if let usual { members.append(.init("default", .integer(usual))) }
    return .object(members)
  }

  static func list(_ item: JSON) -> JSON { ["type": "array", "items": item] }

  static func map(_ value: JSON) -> JSON { ["type": "object", "additionalProperties": value] }

  static func reference(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/" + name)] }

  static func orNull(_ schema: JSON) -> JSON {
    guard case .object(let members) = schema else { return schema }
    return .object(members + [.init("nullable", true)])
  }

  /// What the service answers: these members, all of them, and no others.
  static func answer(_ members: KeyValuePairs<String, JSON>, optional: [String] = []) -> JSON {
    [
      "type": "object",
      "required": .array(members.map(\.key).filter { !optional.contains($0) }.map(JSON.string)),
      "properties": .object(members.map { JSON.Member($0.key, $0.value) }),
      "additionalProperties": false,
    ]
  }

  /// What a client sends: null counts as absent, unknown members are ignored.
  static func body(_ members: KeyValuePairs<String, JSON>, required: [String] = []) -> JSON {
    var schema: [JSON.Member] = [.init("type", "object")]
    if !required.isEmpty { schema.append(.init("required", .array(required.map(JSON.string)))) }
    let properties = members.map { key, value in
      JSON.Member(key, required.contains(key) ? value : orNull(value))
    }
    return .object(schema + [.init("properties", .object(properties))])
  }
}
