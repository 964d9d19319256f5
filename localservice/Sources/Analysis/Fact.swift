/// One thing that was measured in a window. Shares are of the picture's area, from 0 to 1.
public enum Fact: Sendable, Equatable {
  case motion(Motion)
  /// Something came into view or appeared within the picture.
  case entered(Passage)
  /// Something went out of view or vanished within the picture.
  case left(Passage)
  /// The light at the end of the window.
  case light(Light)
  case lightChange(LightChange)
  /// The colours that fill at least a twelfth of the picture, the largest first.
  case colours([ColourShare])
  /// From one frame to the next the picture became another one.
  case sceneCut(at: Double)
  /// Nothing has moved for so long at the end of the window; it may have begun in earlier windows.
  case still(seconds: Double)
  /// All frames have been the same to the last bit for so long at the end of the window.
  case frozen(seconds: Double)
  /// The picture has shown no detail for so long: a covered or defocused lens, a dead sensor, or darkness.
  case blank(colour: Colour, seconds: Double)
  /// So much of the picture is at full white.
  case overexposed(share: Double)
  /// For so many seconds of the window no picture came.
  case gap(seconds: Double)
}

public struct Motion: Sendable, Equatable {
  /// The largest part of the picture that moved at one time, and the mean over the window.
  public let peak: Double
  public let mean: Double
  /// For how long of the window anything moved.
  public let seconds: Double
  public let places: [Place]
  /// Where most of the movement went; nil when it went to and fro or nowhere.
  public let direction: Direction?
  /// Picture widths a second of the fastest thing followed; nil when nothing could be followed.
  public let speed: Double?
  /// The colour of the largest thing followed.
  public let colour: Colour?
  /// Nearly everything moved at once: the camera itself, most likely.
  public let isWholePicture: Bool
}

/// The coming or going of one thing.
public struct Passage: Sendable, Equatable {
  /// nil: it appeared or vanished within the picture.
  public let edge: Edge?
  public let place: Place
  /// Its largest share of the picture.
  public let size: Double
  public let colour: Colour?
  public let at: Double
}

public struct Light: Sendable, Equatable {
  public enum Level: String, Sendable, CaseIterable {
    case black, dark, dim, moderate, bright, glaring = "very bright"
  }

  /// Mean brightness, 0 to 1.
  public let mean: Double
  public let level: Level
}

public struct LightChange: Sendable, Equatable {
  public enum Kind: String, Sendable {
    /// Within a second or less.
    case suddenlyBrighter, suddenlyDarker
    case slowlyBrighter, slowlyDarker
  }

  public let kind: Kind
  /// Mean brightness before and after, 0 to 1.
  public let from: Double
  public let to: Double
  public let at: Double
}

public enum Edge: String, Sendable, CaseIterable {
  case left, right, top, bottom
}

public enum Direction: String, Sendable, CaseIterable {
  case left, right, up, down
}

/// A ninth of the picture.
public struct Place: Sendable, Hashable {
  public enum Column: Int, Sendable { case left, centre, right }
  public enum Row: Int, Sendable { case top, middle, bottom }

  public let column: Column
  public let row: Row

  /// `x` and `y` from 0 to 1, from the left and from the top.
  init(x: Double, y: Double) {
    column = x < 1.0 / 3 ? .left : x < 2.0 / 3 ? .centre : .right
    row = y < 1.0 / 3 ? .top : y < 2.0 / 3 ? .middle : .bottom
  }
}
