import Foundation
import GRDB

extension Store {
  /// What is searched for, and where.
  struct Search: Sendable {
    var query: String
    /// The indexes to look in, by id.
    var owners: [String: Owner]
    /// The words by which entries of these, and if possible no others, are known. Nil: all entries are.
    var marks: [String]?
    var limit = 10
    /// From 0 to 1.
    var leastScore = 0.0
    /// Nothing that scores less than this share of the best is found.
    var leastShare = 0.8
    var start: Double?
    var end: Double?
  }

  /// An index, an understanding or a transcript.
  struct Owner: Sendable {
    let id: String
    let name: String?
    let streamID: String
    let streamName: String?
    /// The same for an understanding and the indexes on it, which hold the same records.
    let family: String
    /// Whether its records are what was said, and not what was seen.
    var isSpoken = false
    var isTranscript = false
  }

  struct Hit: Sendable {
    let entry: Int64
    let owner: Owner
    var start: Double
    var end: Double
    let text: String
    let score: Double
  }

  /// All that records belong to.
  func searchOwners() async throws -> [Owner] {
    try await database.read { database in
      let streams = try VideoStream.fetchAll(database)
      let known = Dictionary(uniqueKeysWithValues: streams.map { ($0.id, $0) })
      let jobs = try WindowJob.fetchAll(database).map { job in
        Owner(
          id: job.id, name: job.kind == .understanding ? Routes.output(of: job) : job.name, streamID: job.streamID,
          streamName: known[job.streamID]?.name, family: job.sourceID ?? job.id, isSpoken: job.segmenter != nil)
      }
      let transcripts = streams.map { stream in
        let id = SearchIndex.transcriptPrefix + stream.id
        return Owner(
          id: id, name: nil, streamID: stream.id, streamName: stream.name, family: id, isSpoken: true, isTranscript: true)
      }
      return jobs + transcripts
    }
  }

  /// The best first, the newest of equals first. It reads on a connection of its own, so that no writer waits for it.
  func search(_ search: Search) async throws -> [Hit] {
    try await searches.read { [lexicon] database in
      guard let entries = try SearchIndex.entries(from: search.start, to: search.end, database) else { return [] }
      let records = try SearchIndex.newest(database) - SearchIndex.oldestID(database) + 1
      let query = try SearchQuery(search.query, records: Int(records), lexicon, database)
      var finder = SearchRun(search, query, lexicon, database)
      try finder.find(in: entries)
      return finder.best
    }
  }
}
