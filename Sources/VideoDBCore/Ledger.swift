/// Keeps account of which events the application has dealt with. Called from any thread.
open class Ledger: @unchecked Sendable {
  /// An event is acknowledged when its callback has returned, or when it is freed.
  public let isAutomatic: Bool

  public init(isAutomatic: Bool) { self.isAutomatic = isAutomatic }

  open func acknowledge(_ receipt: Receipt) {}

  /// The same by the thread that has just handed it out, right after the callback.
  open func returned(_ receipt: Receipt) { acknowledge(receipt) }

  /// Comes before acknowledgements that are not part of handing out.
  open func look() {}
}

/// Where an event stands in a ledger. Plain data.
public struct Receipt {
  /// `none`, or one of the places that a ledger gives.
  public var place: Int32 = Receipt.none
  public var number: UInt32 = 0

  public static let none: Int32 = -1
  /// Its text is kept, under `number`; and so is that it was handed out.
  public static let kept: Int32 = -2
  public static let keptAndHandedOut: Int32 = -3

  public var isKept: Bool { place <= Receipt.kept }

  public init() {}
  public init(place: Int32, number: UInt32) {
    self.place = place
    self.number = number
  }
}

extension EventRecord {
  /// It is handed out; whoever destroys it releases the ledger.
  public mutating func handedOut(by ledger: Ledger, retained: Bool) {
    let owner = retained ? Unmanaged.passRetained(ledger) : Unmanaged.passUnretained(ledger)
    ledgerOwner = owner.toOpaque()
  }

  /// The application has dealt with it; nothing for one that was acknowledged before, or is in no ledger.
  public mutating func acknowledge() {
    guard let ledgerOwner, receipt.place != Receipt.none else { return }
    Unmanaged<Ledger>.fromOpaque(ledgerOwner)._withUnsafeGuaranteedRef {
      $0.look()
      $0.acknowledge(receipt)
    }
    receipt = Receipt()
  }

  /// The callback that it was lent to has returned.
  public mutating func returned() {
    if let owner = ledgerOwner, receipt.place != Receipt.none {
      Unmanaged<Ledger>.fromOpaque(owner)._withUnsafeGuaranteedRef { if $0.isAutomatic { $0.returned(receipt) } }
      receipt = Receipt()
    }
    ledgerOwner = nil
  }

  /// The application is done with the memory.
  mutating func settleAndRelease() {
    guard let owner = ledgerOwner else { return }
    if Unmanaged<Ledger>.fromOpaque(owner).takeUnretainedValue().isAutomatic { acknowledge() }
    ledgerOwner = nil
    Unmanaged<Ledger>.fromOpaque(owner).release()
  }
}
