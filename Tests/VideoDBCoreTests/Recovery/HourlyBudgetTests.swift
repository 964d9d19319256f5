import Testing

@testable import VideoDBCore

struct HourlyBudgetTests {
  @Test func anHourHasSoManyAtMost() {
    var budget = HourlyBudget(3)
    for now in [0, 10, 20] as [Int64] { #expect(budget.take(now: now) < 0) }
    #expect(budget.take(now: 30) == 3_600_000, "when the first is an hour old")
    #expect(budget.take(now: 3_599_999) == 3_600_000)
    #expect(budget.take(now: 3_600_000) < 0)
    #expect(budget.take(now: 3_600_001) == 3_600_010)
    var none = HourlyBudget(0)
    #expect(none.take(now: 5) == 3_600_005)
  }
}
