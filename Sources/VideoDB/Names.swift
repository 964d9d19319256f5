import VideoDBCore
import VideoDBTransport

// What the API of this module speaks of and modules underneath declare: `import VideoDB` is enough to name it.
public typealias VideoDBError = VideoDBCore.VideoDBError
public typealias Status = VideoDBCore.Status
public typealias EventKind = VideoDBCore.EventKind
public typealias EventFlags = VideoDBCore.EventFlags
public typealias JSON = VideoDBCore.JSON
public typealias Configuration = VideoDBCore.Configuration
public typealias Op = VideoDBTransport.Op
public typealias Subscription = VideoDBTransport.Subscription
