import Testing

@testable import VideoDBCore

struct LaneTableTests {
  /// What was found for messages of a form is found anew when there are other lanes; and that there was none does not stay so.
  @Test func messagesOfAKnownFormFollowTheLanes() {
    let reader = ChannelReader()
    var lanes = LaneTable()
    func find(_ stream: String, _ channel: String) -> Lane? {
      let message = #"{"channel":"\#(channel)","rtstream_id":"\#(stream)","data":{"text":"a","start":1,"end":2}}"#.bytes
      return message.withUnsafeBytes { bytes in
        #expect(EventRecord.read(reader.record, bytes, reader.shapes, receivedMs: 0) == .none)
        return lanes.find(reader.record)?.takeUnretainedValue()
      }
    }
    // All of them are of known forms from the fourth on.
    let streams = (1...12).map { "rts-\($0)" }
    for _ in 0..<8 {
      for stream in streams { for channel in ["transcript", "scene_index"] { #expect(find(stream, channel) == nil) } }
    }
    var made: [String: Lane] = [:]
    for stream in streams {
      let lane = Lane(stream.bytes, .transcript, capacity: 16, now: 0)
      lanes.append(lane)
      made[stream] = lane
      for stream in streams {
        for _ in 0..<2 { #expect(find(stream, "transcript") === made[stream]) }
        #expect(find(stream, "scene_index") == nil)
      }
    }
    #expect(reader.record.pointee.shape != 0)
    for stream in streams {
      if let lane = made.removeValue(forKey: stream) { lanes.remove(lane) }
      for stream in streams { #expect(find(stream, "transcript") === made[stream]) }
    }
  }

  /// More forms than are remembered at a time.
  @Test func manyFormsDoNotTakeEachOthersLanes() {
    let reader = ChannelReader()
    var lanes = LaneTable()
    let made = (0..<100).map { Lane("rts-\($0)".bytes, .transcript, capacity: 16, now: 0) }
    for lane in made { lanes.append(lane) }
    var random = SeededRandom(seed: 7)
    for _ in 0..<20_000 {
      // A few at a time, so that forms are learnt, and forgotten.
      let i = Int.random(in: 0..<10, using: &random) + Int.random(in: 0..<10, using: &random) * 10
      let message = #"{"channel":"transcript","rtstream_id":"rts-\#(i)","data":{"text":"a","start":1,"end":2}}"#.bytes
      let found = message.withUnsafeBytes { bytes -> Lane? in
        _ = EventRecord.read(reader.record, bytes, reader.shapes, receivedMs: 0)
        return lanes.find(reader.record)?.takeUnretainedValue()
      }
      #expect(found === made[i])
    }
  }
}
