/// A body of `multipart/form-data`.
struct MultipartForm {
  private let boundary = "videodb-rt-" + Identifier.secret()
  private var parts: [UInt8] = []

  var contentType: String { "multipart/form-data; boundary=\(boundary)" }
  var body: [UInt8] { parts + Array("--\(boundary)--\r\n".utf8) }

  mutating func add(_ name: String, _ value: String) { add(name, Array(value.utf8), "") }

  mutating func add(_ name: String, _ content: [UInt8], fileName: String, type: String) {
    add(name, content, "; filename=\"\(fileName)\"\r\nContent-Type: \(type)")
  }

  private mutating func add(_ name: String, _ content: [UInt8], _ more: String) {
    parts += Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\(more)\r\n\r\n".utf8) + content
    parts += Array("\r\n".utf8)
  }
}
