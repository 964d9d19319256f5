import Foundation
import Synchronization
import Testing

@testable import Analysis

@Test func aSyntheticSourceGivesPicturesAndStopsWithoutAChild() async throws {
  let frames = Mutex(0)
  let states = Mutex<[CameraState]>([])
  let camera = Camera(
    url: "lavfi:testsrc2=size=640x360:rate=25", framesPerSecond: 5,
    onFrame: { frame in
      #expect(frame.width == 320 && frame.height == 180 && frame.rgb.count == 320 * 180 * 3)
      frames.withLock { $0 += 1 }
    }, onState: { state in states.withLock { $0.append(state) } })
  camera.start()
  let deadline = Date(timeIntervalSinceNow: 10)
  while frames.withLock({ $0 }) < 10, Date() < deadline { try await Task.sleep(for: .milliseconds(20)) }
  let before = Date()
  camera.stop()
  #expect(Date().timeIntervalSince(before) < 1)
  #expect(frames.withLock { $0 } >= 10)
  #expect(states.withLock { $0 } == [.connecting, .live, .ended("stopped")])
}
