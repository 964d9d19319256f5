import VideoDB
import VideoDBCore
import VideoDBTransport

/// `for try await scene in try index.allScenes()` suspends while a page is fetched. Cancelling the task ends that at once.
extension Listing: AsyncSequence {
  public func makeAsyncIterator() -> Iterator { Iterator(listing: self) }

  public struct Iterator: AsyncIteratorProtocol {
    let listing: Listing

    public func next(isolation actor: isolated (any Actor)? = #isolation) async throws(VideoDBError) -> Item? {
      while true {
        let step: Records.Step
        do throws(VideoDBError) {
          step = try listing.records.begin()
        } catch {
          if error.status == .end { return nil }
          throw error
        }
        switch step {
        case .record(let record): return try listing.read(record)
        case .fetch(let request): try listing.records.finish(await listing.records.fetched(request))
        }
      }
    }
  }
}

extension Records {
  fileprivate func fetched(_ request: Request) async -> Result<[UInt8], VideoDBError> {
    let op = client.makeOp()
    return await suspending(op) { completion throws(VideoDBError) in try client.start(request, op, completion) }
  }
}
