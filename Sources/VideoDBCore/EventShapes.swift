import CSystemShims

/// The shapes of the messages that a channel was sent last. In raw memory, like the records that are read with them.
public struct EventShapes {
  /// Each pipeline of each stream has one: the four kinds of eight cameras.
  static let most = 32
  /// Messages that none has fitted before one is learnt from, so that what comes once costs no memory.
  static let patience = 3
  /// The same where another has to be forgotten for it, or where nothing could be learnt, at first and at most, where what was learnt was of no
  /// use: to learn costs as much as to read a few messages.
  static let fullPatience = (least: 16, most: 256)

  private var shapes: UnsafeMutablePointer<EventShape>?
  private(set) var count = 0
  private var capacity = 0
  private var misfits = 0
  private var patience = Self.patience
  private var oldest = 0
  /// How many were learnt: the number of the newest.
  private var learnt: UInt32 = 0

  public init() {}

  public mutating func free() {
    if let shapes {
      for i in 0..<count { CSystemShims.free(shapes[i].memory) }
    }
    CSystemShims.free(shapes)
    self = EventShapes()
  }

  /// Reads a message into the record, and gives the number of its shape and the hash of its stream's id. nil: it is of no shape that is
  /// known, and the record's fields mean nothing.
  @inline(__always)
  func read(_ bytes: UnsafeRawBufferPointer, _ record: UnsafeMutablePointer<EventRecord>) -> (UInt32, UInt64)? {
    guard let shapes else { return nil }
    var shape = shapes
    var loose = LooseValue.Known()
    let last = shapes + count
    while shape < last {
      if EventShape.begins(shape, bytes, &loose) {
        if EventShape.read(shape, bytes, record) {
          shape.pointee.hasFitted = true
          return (shape.pointee.number, shape.pointee.streamHash)
        }
        record.pointee.forgetDecoded()
      }
      shape += 1
    }
    return nil
  }

  /// A message that is valid was of no shape: learns from it, now and then.
  @inline(never)
  mutating func misfit(_ bytes: UnsafeRawBufferPointer, _ fields: EventFields) {
    misfits += 1
    guard misfits >= patience else { return }
    guard let message = EventOutline(bytes) else {
      wasOfNoUse()
      return
    }
    // Those of the same pipeline, and one to which other values beside `data` seemed to be always the same.
    var same: [Int] = []
    var outdated: Int?
    var varying: UInt32 = 0
    if let shapes {
      for i in 0..<count {
        guard let differing = message.differences(from: shapes[i].envelope) else { continue }
        same.append(i)
        if differing & ~shapes[i].varying != 0 { outdated = i }
        varying |= differing | shapes[i].varying
      }
    }
    guard var shape = EventShape.learn(message, fields, varying: varying) else {
      wasOfNoUse()
      return
    }
    learnt &+= 1
    shape.number = learnt
    if let shapes, let outdated {
      CSystemShims.free(shapes[outdated].memory)
      shapes[outdated] = shape
      return
    }
    // Of one pipeline at most two, since each of them is tried.
    if same.count < 2, count < Self.most {
      guard let place = grow() else { return CSystemShims.free(shape.memory) }
      place.initialize(to: shape)
      count += 1
      patience = count < Self.most ? Self.patience : Self.fullPatience.least
      return
    }
    guard let shapes else { return }
    oldest = (oldest + 1) % Self.most
    let at = same.count < 2 ? oldest : same[oldest % 2]
    if shapes[at].hasFitted {
      misfits = 0
      patience = Self.fullPatience.least
    } else {
      wasOfNoUse()
    }
    CSystemShims.free(shapes[at].memory)
    shapes[at] = shape
  }

  private mutating func wasOfNoUse() {
    misfits = 0
    patience = min(max(2 * patience, Self.fullPatience.least), Self.fullPatience.most)
  }

  /// Where the next one goes; nil: memory is out. Most channels need few.
  private mutating func grow() -> UnsafeMutablePointer<EventShape>? {
    if count == capacity {
      let more = capacity == 0 ? 4 : 2 * capacity
      guard let memory = realloc(shapes, more * MemoryLayout<EventShape>.stride) else { return nil }
      shapes = memory.bindMemory(to: EventShape.self, capacity: more)
      capacity = more
    }
    return shapes.map { $0 + count }
  }
}
