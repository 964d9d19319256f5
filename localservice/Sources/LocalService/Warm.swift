import NIOCore
import NIOPosix
import NIOHTTP1
import NIOWebSocket
import NIOSSL
import GRDB
