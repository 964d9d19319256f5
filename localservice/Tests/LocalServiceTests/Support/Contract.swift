import Foundation
import Testing

@testable import LocalService

/// Holds answers against an OpenAPI description: the path, the status, and every value.
struct Contract: Sendable {
  /// The service's own description. It names every status and every key.
  static let own = Contract(OpenAPI.document)

  private let document: JSON
  private let paths: [(segments: [Substring], operations: JSON)]
  /// Keys that may be null although the description does not say so.
  var nullable: Set<String> = []
  /// What else an enumeration may be.
  var moreChoices: Set<String> = []
  /// Whether what is not described is a fault.
  var isComplete = true

  init(_ document: JSON) {
    self.document = document
    paths = (document["paths"] ?? .null).members.map { (Self.segments($0.key), $0.value) }
  }

  /// Records every fault of an answer, against our own description and the published one.
  static func expect(_ method: String, _ target: String, _ answer: Answer) {
    for fault in own.faults(method, target, answer.status, answer.body) {
      Issue.record("\(method) \(target) answered \(answer.status), against our description: \(fault): \(answer.body.text)")
    }
    for fault in Published.contract?.faults(method, target, answer.status, answer.body) ?? [] {
      Issue.record("\(method) \(target) answered \(answer.status), against the published one: \(fault): \(answer.body.text)")
    }
  }

  func faults(_ method: String, _ target: String, _ status: Int, _ body: JSON) -> [String] {
    let error: JSON = ["$ref": "#/components/schemas/Error"]
    let found = paths.filter { Self.matches($0.segments, Self.segments(target)) }
      .max { Self.literals($0.segments) < Self.literals($1.segments) }
    guard let operations = found?.operations else {
      guard isComplete else { return [] }
      // A WebSocket address, asked for in plain HTTP, tells what it is.
      let refusals = target.hasPrefix("/ws/") ? [403, 426] : [400, 401, 404]
      return refusals.contains(status) ? check(body, error, "body") : ["the path is not described"]
    }
    guard let operation = operations[method.lowercased()] else {
      guard isComplete else { return [] }
      return [400, 401, 405].contains(status) ? check(body, error, "body") : ["the method is not described"]
    }
    var response = operation["responses"]?[String(status)]
    if response == nil, !isComplete {
      if status >= 400 { return check(body, error, "body") }
      response = operation["responses"]?["201"]
    }
    guard let schema = response?["content"]?["application/json"]?["schema"] else { return ["the status is not described"] }
    return check(body, schema, "body")
  }

  // MARK: - Values

  private func check(_ value: JSON, _ schema: JSON, _ place: String) -> [String] {
    if let reference = schema["$ref"]?.string { return check(value, resolve(reference), place) }
    if value == .null {
      let mayBe = schema["nullable"] == true || nullable.contains(place.split(separator: ".").last.map(String.init) ?? "")
      return mayBe ? [] : ["\(place) is null"]
    }
    guard Self.is(value, schema["type"]?.string) else {
      return ["\(place) is \(value.kind), not of type \(schema["type"]?.string ?? "none")"]
    }
    if let allowed = schema["enum"]?.items, !allowed.contains(value), !moreChoices.contains(value.string ?? "") {
      return ["\(place) is \(value.text), which is none of the choices"]
    }
    if let item = schema["items"] {
      return value.items.enumerated().flatMap { check($1, item, "\(place).\($0)") }
    }
    let properties = schema["properties"] ?? [:]
    let missing = (schema["required"]?.items ?? []).compactMap(\.string).filter { value[$0] == nil }
    return missing.map { "\(place).\($0) is missing" }
      + value.members.flatMap { key, member in
        switch (properties[key], schema["additionalProperties"]) {
        case (let schema?, _): check(member, schema, "\(place).\(key)")
        case (nil, .some(false)): ["\(place).\(key) is not described"]
        case (nil, let schema?): check(member, schema, "\(place).\(key)")
        case (nil, nil): [String]()
        }
      }
  }

  func resolve(_ reference: String) -> JSON {
    reference.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] ?? .null }
  }

  private static func `is`(_ value: JSON, _ type: String?) -> Bool {
    switch (type, value) {
    case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool), ("integer", .integer),
      ("number", .integer), ("number", .number):
      true
    case ("integer", .number(let number)): Int(exactly: number) != nil
    default: false
    }
  }

  // MARK: - Paths

  /// As the service cuts them: without the query, with or without a slash at the end.
  private static func segments(_ target: String) -> [Substring] {
    let path = target.prefix { $0 != "?" }.dropFirst()
    let segments = path.split(separator: "/", omittingEmptySubsequences: false)
    return segments.last?.isEmpty == true ? segments.dropLast() : segments
  }

  private static func matches(_ pattern: [Substring], _ path: [Substring]) -> Bool {
    pattern.count == path.count
      && zip(pattern, path).allSatisfy { ($0.hasPrefix("{") && !$1.isEmpty) || $0 == $1 }
  }

  private static func literals(_ pattern: [Substring]) -> String {
    String(pattern.map { $0.hasPrefix("{") ? "0" : "1" })
  }
}

extension JSON {
  var members: [(key: String, value: JSON)] {
    if case .object(let members) = self { members.map { ($0.key, $0.value) } } else { [] }
  }
}
