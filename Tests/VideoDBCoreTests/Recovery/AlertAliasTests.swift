import Testing

@testable import VideoDBCore

struct AlertAliasTests {
  private static func alias(_ id: String, _ members: [String], hasWebhook: Bool = false) -> AlertAlias {
    AlertAlias(
      branch: "index".bytes, stream: "s1".bytes, index: "i1".bytes, id: id.bytes, hasWebhook: hasWebhook,
      members: members.map { $0.bytes })
  }
  private static let aliases = [
    alias("a1", ["a1", "a2", "a/3"]), alias("w1", ["w1", "w2"], hasWebhook: true), alias("n1", ["n1"]),
  ]

  private static func listed(_ answer: String, path: String = "/rtstream/s1/index/i1/alert") -> String {
    AlertAlias.list(answer.bytes, BoundCall(Request(.get, path.bytes))!, aliases).text
  }

  @Test func aListHasOneEntryForEachOfTheApplicationsAlerts() {
    let answer =
      #"{"count": 8,"alerts":[{"alert_id":"a1","status":"disabled"},{"alert_id":"other"},{"alert_id":"a2"},{"x":1,"alert_id":"a\/3","#
      + #""status":"enabled"},{"alert_id":"w1","callback_url":"u"},{"alert_id":"w2"},{"alert_id":"n1"}],"more":true}"#
    let want =
      #"{"count": 8,"alerts":[{"alert_id":"other"},{"x":1,"alert_id":"a1","status":"enabled"},"#
      + #"{"alert_id":"w1","callback_url":"u"},{"alert_id":"n1"}],"more":true}"#
    #expect(Self.listed(answer) == want)
    #expect(Self.listed(answer, path: "/rtstream/s1/indexes/i1/alert") == answer, "another index")
    #expect(Self.listed(answer, path: "/rtstream/s2/index/i1/alert") == answer, "another stream")
  }

  @Test(arguments: [
    "", "{", "null", "[]", "{}", #"{"alerts":null}"#, #"{"alerts":{}}"#, #"{"alerts":[]}"#,
    #"{"alerts":[1,null,[],{},{"alert_id":7}]}"#,
  ])
  func oddListsStayAsTheyAre(_ answer: String) { #expect(Self.listed(answer) == answer) }

  private static func target(_ id: String, _ action: String = "disable", suffix: String = "") -> String? {
    let path = "/rtstream/s1/index/i1/alert/\(id)/status\(suffix)"
    let request = Request(.patch, path.bytes, body: #"{"action":"\#(action)"}"#.bytes)
    guard let call = BoundCall(request) else { return nil }
    return AlertAlias.target(of: call, request.target, aliases)?.text
  }

  @Test func aSwitchGoesToTheAlertThatStandsInForIt() {
    #expect(Self.target("a1") == "/rtstream/s1/index/i1/alert/a%2F3/status")
    #expect(Self.target("a1", "enable") == "/rtstream/s1/index/i1/alert/a%2F3/status")
    #expect(Self.target("%61%31") == "/rtstream/s1/index/i1/alert/a%2F3/status", "an id that is encoded needlessly")
    #expect(Self.target("w1") == nil, "one with a webhook is what it was")
    #expect(Self.target("a2") == nil && Self.target("other") == nil)
    #expect(Self.target("n1") == "/rtstream/s1/index/i1/alert/n1/status")
  }
}
