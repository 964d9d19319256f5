import CSystemShims
import VideoDB

/// The body that every export of an operation shares: look up, check the arguments, run, hand out. The ids are in the order of the
/// operation's path; NULL for those that it does not have.
enum Calls {
  // Never inlined: once for each export they would take a tenth of the library.
  @inline(never)
  static func json(
    _ operation: Operation, _ client: OpaquePointer?, _ first: Boundary.Text?, _ second: Boundary.Text?,
    _ third: Boundary.Text?, _ options: Boundary.Text?, _ op: OpaquePointer?, _ out: Boundary.StringOut?,
    _ err: Boundary.ErrorOut?
  ) -> Int32 {
    Boundary.json(out, err) { () throws(VideoDBError) in try perform(operation, client, [first, second, third], options, op) }
  }

  @inline(never)
  static func run(
    _ operation: Operation, _ client: OpaquePointer?, _ first: Boundary.Text?, _ second: Boundary.Text?,
    _ third: Boundary.Text?, _ options: Boundary.Text?, _ op: OpaquePointer?, _ err: Boundary.ErrorOut?
  ) -> Int32 {
    Boundary.run(err) { () throws(VideoDBError) in _ = try perform(operation, client, [first, second, third], options, op) }
  }

  @inline(never)
  private static func perform(
    _ operation: Operation, _ client: OpaquePointer?, _ ids: [Boundary.Text?], _ options: Boundary.Text?, _ op: OpaquePointer?
  ) throws(VideoDBError) -> [UInt8] {
    let client = try Handles.client(client)
    let op = try Handles.op(op)
    var texts: [[UInt8]?] = []
    for id in ids { texts.append(id.map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }) }
    return try client.run(operation, ids: texts, options: try Boundary.optionalText(options, "options_json"), op: op)
  }
}
