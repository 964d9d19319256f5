import VideoDB
import VideoDBCore
import VideoDBTransport

/// The body that every export of an operation shares: look up, check the arguments, run, hand out.
enum Calls {
  /// An argument that stands in the path.
  enum ID {
    case id(Boundary.Text?, StaticString)
    case collection(Boundary.Text?)

    fileprivate func bytes() throws(VideoDBError) -> [UInt8] {
      switch self {
      case .id(let text, let name): try Boundary.id(text, name)
      case .collection(let text): try Boundary.collection(text)
      }
    }
  }

  static func json(
    _ operation: Operation, _ client: OpaquePointer?, _ ids: [ID], _ options: Boundary.Text?, _ op: OpaquePointer?,
    _ out: Boundary.StringOut?, _ err: Boundary.ErrorOut?
  ) -> Int32 {
    Boundary.json(out, err) { () throws(VideoDBError) in try perform(operation, client, ids, options, op) }
  }

  static func run(
    _ operation: Operation, _ client: OpaquePointer?, _ ids: [ID], _ options: Boundary.Text?, _ op: OpaquePointer?,
    _ err: Boundary.ErrorOut?
  ) -> Int32 {
    Boundary.run(err) { () throws(VideoDBError) in _ = try perform(operation, client, ids, options, op) }
  }

  private static func perform(
    _ operation: Operation, _ client: OpaquePointer?, _ ids: [ID], _ options: Boundary.Text?, _ op: OpaquePointer?
  ) throws(VideoDBError) -> [UInt8] {
    let client = try Handles.client(client)
    let op = try Handles.op(op)
    var texts: [[UInt8]] = []
    for id in ids { texts.append(try id.bytes()) }
    return try client.run(operation, ids: texts, options: try Boundary.optionalText(options, "options_json"), op: op)
  }
}
