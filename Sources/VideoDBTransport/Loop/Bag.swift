/// What can be in a bag; in one at a time.
protocol Bagged: AnyObject {
  /// Its place in the bag, for the bag alone; -1: in none.
  var place: Int { get set }
}

/// Objects in no order. Adding one and taking it out cost the same however many there are.
struct Bag<Element: Bagged> {
  private(set) var all: [Element] = []

  var isEmpty: Bool { all.isEmpty }
  var count: Int { all.count }

  mutating func add(_ element: Element) {
    element.place = all.count
    all.append(element)
  }

  /// Whether it was there.
  @discardableResult
  mutating func remove(_ element: Element) -> Bool {
    let place = element.place
    guard place >= 0, let last = all.popLast() else { return false }
    if place < all.count {
      all[place] = last
      last.place = place
    }
    element.place = -1
    return true
  }
}
