import Foundation

/// The page that plays a recording, with all it needs from this service: it works without a network.
enum PlayerPage {
  static func html(_ playback: Playback, source: String, isFile: Bool, embedded: Bool) -> String {
    let title = escaped(playback.title ?? "Recording")
    let about = playback.about.map { "<p>\(escaped($0))</p>" } ?? ""
    let download = isFile ? "<p><a href=\"\(escaped(source))\" download>Download</a></p>" : ""
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(title)</title>
      <meta name="description" content="\(escaped(playback.about ?? ""))">
      <link rel="stylesheet" href="/player.css">
      <script src="/player.js" defer></script>
      </head>
      <body class="\(embedded ? "embed" : "watch")">
      <video id="video" controls muted autoplay playsinline \(isFile ? "src" : "data-playlist")="\(escaped(source))"></video>
      <p id="trouble" role="alert"></p>
      \(embedded ? "" : "<h1>\(title)</h1>\n\(about)\n\(download)")
      </body>
      </html>

      """
  }

  /// For text and for attributes in double quotes.
  static func escaped(_ text: String) -> String {
    var out = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      default: out.unicodeScalars.append(character)
      }
    }
    return out
  }

  static let style = """
    body { margin: 0; background: #111; color: #eee; font: 16px/1.5 sans-serif; }
    video { display: block; width: 100%; background: #000; }
    body.watch video { max-height: 80vh; }
    body.embed video { height: 100vh; }
    h1, p { margin: 0.6em 1em; overflow-wrap: anywhere; white-space: pre-line; }
    a { color: #9cf; }
    #trouble:empty { display: none; }

    """

  /// Reads the playlist and feeds its segments to a MediaSource, each at its place in the playlist. Where the browser has no
  /// MediaSource (iPhones), it plays HLS by itself.
  static let script = """
    "use strict";
    const video = document.getElementById("video");
    const list = video.dataset.playlist;
    const AHEAD = 30, BEHIND = 60;
    let source, buffer, segments = [], total = 0, last = -1, ended = false, map = "", busy = false, failed = false;

    function trouble(text) {
      failed = true;
      document.getElementById("trouble").textContent = text;
    }

    async function get(url, kind) {
      const answer = await fetch(url);
      if (!answer.ok) {
        const said = await answer.json().catch(() => ({}));
        throw new Error(said.message || "the service answered " + answer.status);
      }
      return answer[kind]();
    }

    async function readList() {
      const lines = (await get(list, "text")).split("\\n");
      let number = 0, duration = 0, codecs = "", init = "";
      ended = false;
      for (const line of lines) {
        if (line.startsWith("#EXT-X-MEDIA-SEQUENCE:")) number = Number(line.slice(22));
        else if (line.startsWith("#codecs ")) codecs = line.slice(8);
        else if (line.startsWith("#EXT-X-MAP:")) init = line.split('"')[1];
        else if (line.startsWith("#EXTINF:")) duration = parseFloat(line.slice(8));
        else if (line === "#EXT-X-ENDLIST") ended = true;
        else if (line && !line.startsWith("#")) {
          if (number > last) {
            last = number;
            const base = new URL(list, location);
            segments.push({ url: new URL(line, base).href, map: new URL(init, base).href, codecs, start: total, duration });
            total += duration;
          }
          number += 1;
        }
      }
    }

    function done() {
      return new Promise((yes, no) => {
        buffer.addEventListener("updateend", yes, { once: true });
        buffer.addEventListener("error", () => no(new Error("this browser cannot decode the recording")), { once: true });
      });
    }

    async function append(data) {
      const finished = done();
      buffer.appendBuffer(data);
      await finished;
    }

    function isBuffered(time) {
      for (let i = 0; i < video.buffered.length; i++) {
        if (video.buffered.start(i) <= time && time < video.buffered.end(i)) return true;
      }
      return false;
    }

    // The first segment from here on that is not in the buffer, if it is near.
    function next() {
      const now = video.currentTime;
      return segments.find((s) => s.start + s.duration > now + 0.05 && s.start < now + AHEAD && !isBuffered(s.start + s.duration / 2));
    }

    async function add(segment) {
      const type = 'video/mp4; codecs="' + segment.codecs + '"';
      if (!MediaSource.isTypeSupported(type)) throw new Error("this browser cannot play " + segment.codecs);
      if (!buffer) {
        buffer = source.addSourceBuffer(type);
        buffer.mode = "sequence";
      }
      const data = await get(segment.url, "arrayBuffer");
      if (map !== segment.map) {
        buffer.abort();
        buffer.changeType(type);
        await append(await get(segment.map, "arrayBuffer"));
        map = segment.map;
      }
      buffer.timestampOffset = segment.start;
      await append(data);
      const old = video.currentTime - BEHIND;
      if (old > 0 && video.buffered.length && video.buffered.start(0) < old - 10) {
        const finished = done();
        buffer.remove(0, old);
        await finished;
      }
    }

    // A pause between two segments, in which nothing was recorded, is stepped over.
    function step() {
      const now = video.currentTime;
      for (let i = 0; i < video.buffered.length; i++) {
        const start = video.buffered.start(i);
        if (start > now && start < now + 1 && !isBuffered(now)) video.currentTime = start + 0.01;
      }
    }

    async function fill() {
      if (busy || failed || source.readyState === "closed") return;
      busy = true;
      try {
        for (let segment; (segment = next()); ) await add(segment);
        step();
        const through = segments.length && isBuffered(total - segments[segments.length - 1].duration / 2);
        if (ended && through && source.readyState === "open") source.endOfStream();
      } catch (error) {
        trouble(String(error.message || error));
      }
      busy = false;
    }

    async function open() {
      try {
        await readList();
        if (ended) source.duration = total;
        await fill();
        setInterval(fill, 500);
        if (!ended) setInterval(() => readList().catch((error) => trouble(error.message)), 1500);
      } catch (error) {
        trouble(String(error.message || error));
      }
    }

    if (list && window.MediaSource) {
      source = new MediaSource();
      source.addEventListener("sourceopen", open, { once: true });
      video.addEventListener("seeking", fill);
      video.src = URL.createObjectURL(source);
    } else if (list) {
      video.src = list;
    }

    """
}
