import Foundation
import Testing

@testable import Analysis

@Suite struct CameraSourceTests {
  @Test(arguments: [
    "", "   ", "concat:/etc/passwd|/etc/hosts", "subfile,,start,0,end,9,,:/etc/passwd", "pipe:0", "fd:0", "unix:/run/x",
    "data:,x",
    "crypto:/etc/passwd", "cache:http://127.0.0.1/", "async:file:/etc/passwd", "tee:/x", "md5:", "gopher://127.0.0.1/",
    "ftp://host/x",
    "CONCAT:/etc/passwd", "http\n://x", "file://otherhost/etc/passwd", "file:///etc/%zz", "/dev/zero", "/dev/stdin", "/",
    "/etc", ".",
    "-i", "-filter_complex", "-version", "/proc/self/fd/0", "nonexistent.mp4", "file:nonexistent.mp4", "--help:x",
    "lavfi:", "lavfi:movie=/etc/passwd", "lavfi:testsrc2,drawtext=textfile=/etc/passwd",
    "lavfi:testsrc2[a];amovie=/etc/passwd[b]",
    "lavfi:testsrc2,vidstabdetect=result=/x", "lavfi:'movie'=/etc/passwd", "lavfi:mo\\vie=x",
    "lavfi:[x]movie@id=/etc/passwd",
    "lavfi:testsrc2=size=/etc/passwd:/x=y", "lavfi:color=/color=/etc/passwd", "lavfi:testsrc2 , movie = /etc/passwd",
    "lavfi:[testsrc2",
    "lavfi:sws_flags=1;testsrc2", "lavfi:testsrc2]",
  ])
  func whatNoCameraIsIsRefused(url: String) throws {
    let reason = try #require(Camera.refusal(of: url))
    #expect(!reason.isEmpty)
  }

  @Test(arguments: [
    "rtsp://10.0.0.5/stream", "RTSP://10.0.0.5/stream", "rtsps://host/x", "http://host/x.m3u8", "https://host/x",
    "rtmp://host/app/key",
    "srt://host:99", "udp://@239.1.1.1:1234", "tcp://host:1", "lavfi:testsrc2=size=640x360:rate=25",
    "lavfi:color=c=red,noise=alls=3[a];[a]null",
    "lavfi:testsrc2,drawbox=enable='between(t,1,2)'", "/dev/video0",
  ])
  func whatACameraIsIsAllowed(url: String) {
    #expect(Camera.refusal(of: url) == nil)
  }

  @Test func everySourceIsTheArgumentOfTheInputOption() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("", to: "-y.mp4")
    let file = try folder.write("", to: "a b:c.mp4")
    for (url, expected) in [
      (folder.path + "/-y.mp4", "file:" + folder.path + "/-y.mp4"),
      ("file://" + folder.path + "/a%20b:c.mp4", "file:" + file),
      (" rtsp://host/x ", "rtsp://host/x"),
    ] {
      let arguments = try CameraSource(url: url).inputArguments
      #expect(arguments.last == expected && arguments.dropLast().last == "-i", "\(arguments)")
    }
  }

  @Test func eachKindOpensOnlyItsOwnProtocols() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("", to: "clip.mp4")
    for url in [file, "rtsp://h/x", "http://h/x", "https://h/x", "rtmp://h/x", "tcp://h:1", "udp://h:1", "srt://h:1"] {
      let arguments = try CameraSource(url: url).inputArguments
      let position = try #require(arguments.firstIndex(of: "-protocol_whitelist"))
      let allowed = arguments[position + 1].split(separator: ",")
      #expect(allowed.contains("file") == (url == file), "\(url)")
      #expect(!allowed.contains("concat") && !allowed.contains("subfile") && !allowed.contains("pipe"))
    }
    #expect(try CameraSource(url: "rtsp://h/x").inputArguments.contains("-rtsp_transport"))
    #expect(try CameraSource(url: file).inputArguments.contains("-stream_loop"))
  }

  @Test(arguments: [
    ("rtsp://admin:s3cret@cam.example/live", ["admin", "s3cret"]),
    ("rtsp://admin:p%40ss%20word@cam/live", ["p%40ss%20word", "p@ss word"]),
    ("rtsp://admin:p@ss/w:ord@cam/live", ["p@ss/w:ord"]),
    ("http://cam/video?user=joe&password=hunter2&x=1", ["hunter2", "joe"]),
    ("rtsp://onlyuser@cam/live", ["onlyuser"]),
    ("http://:justpass@cam/", ["justpass"]),
  ])
  func secretsAreTakenOutOfTexts(url: String, parts: [String]) {
    let secrets = Secrets(url: url)
    let text = "[tcp @ 0x5] cannot open \(url): also tcp://u:x@h; and \(parts.joined(separator: " "))"
    let shown = secrets.redacted(text)
    for part in parts {
      #expect(!shown.contains(part), "\(shown)")
      #expect(!secrets.display.contains(part))
    }
    #expect(!shown.contains("u:x@"))
    #expect(secrets.display.contains("cam"))
  }

  @Test func aUrlWithoutSecretsIsShownAsItIs() {
    #expect(Camera.displayed("rtsp://cam:554/live") == "rtsp://cam:554/live")
    #expect(Camera.displayed("/clips/me@home?.mp4") == "/clips/me@home?.mp4")
  }
}
