"""Opens a page in headless Chromium, lets its video play, and prints what became of it as one line of JSON.

    python3 player.py CHROMIUM URL SCREENSHOT [seconds] [code]

With `code`, HTML in which the URL is embedded, a page of another origin is opened that holds it; what is told is then the frame's.
`times` is where the video stood, every half second, until it has moved on by so many seconds or stopped.
"""

import asyncio
import base64
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

import websockets

STATE = """(() => { const v = document.querySelector("video"); return v && { time: v.currentTime, duration: v.duration,
  width: v.videoWidth, ended: v.ended, trouble: document.getElementById("trouble").textContent }; })()"""


async def opened(folder):
    """The address at which the browser takes commands."""
    file = os.path.join(folder, "DevToolsActivePort")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if os.path.exists(file):
            lines = open(file).read().split("\n")
            if len(lines) > 1:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        await asyncio.sleep(0.1)
    raise SystemExit("the browser did not start")


def served(html):
    """The address of a page. Another name of this machine is another site to the browser."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://localhost:{server.server_port}/"


class Page:
    def __init__(self, socket):
        self.socket, self.number, self.session, self.frames = socket, 0, None, {}

    async def command(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        await self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(await asyncio.wait_for(self.socket.recv(), 30))
            if answer.get("method") == "Target.attachedToTarget":
                self.frames[answer["params"]["sessionId"]] = answer["params"]["targetInfo"]
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]

    async def value(self, script):
        answer = await self.command("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"].get("value")


    async def frame(self, url):
        """The session of the frame that shows the URL. A frame of another origin has one of its own."""
        await self.command("Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=False, flatten=True)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for session, info in self.frames.items():
                if info["url"] == url:
                    return session
            targets = (await self.command("Target.getTargets"))["targetInfos"]
            for session, info in self.frames.items():
                info.update(next((t for t in targets if t["targetId"] == info["targetId"]), {}))
            await asyncio.sleep(0.1)
        raise SystemExit(f"no frame shows {url}: {list(self.frames.values())}")


async def main(url, screenshot, seconds, code, folder):
    async with websockets.connect(await opened(folder), max_size=None) as socket:
        page = Page(socket)
        target = await page.command("Target.createTarget", url="about:blank")
        attached = await page.command("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        page.session = attached["sessionId"]
        whole = page.session
        if code:
            await page.command("Page.navigate", url=served("<!doctype html><title>a page of somebody else</title>" + code))
            page.session = await page.frame(url)
        else:
            await page.command("Page.navigate", url=url)
        deadline = time.monotonic() + seconds + 30
        states = []
        while time.monotonic() < deadline:
            await asyncio.sleep(0.5)
            state = await page.value(STATE)
            if state:
                states.append(state)
                moved = state["time"] - states[0]["time"]
                if moved >= seconds or state["ended"] or state["trouble"]:
                    break
        shown, page.session = page.session, whole
        image = await page.command("Page.captureScreenshot", format="png")
        page.session = shown
        with open(screenshot, "wb") as file:
            file.write(base64.b64decode(image["data"]))
        print(
            json.dumps(
                {
                    "times": [round(s["time"], 2) for s in states],
                    "last": states[-1] if states else None,
                    "title": await page.value("document.title"),
                    "text": await page.value("document.body.innerText"),
                    "elements": await page.value("document.body.querySelectorAll('*').length"),
                }
            )
        )


def run(chromium, url, screenshot, seconds=3, code=""):
    with tempfile.TemporaryDirectory() as folder:
        browser = subprocess.Popen(
            [
                chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--window-size=960,720",
                "--remote-debugging-port=0", f"--user-data-dir={folder}", "--autoplay-policy=no-user-gesture-required",
                "--disable-background-networking", "--disable-component-update", "about:blank",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )
        try:
            asyncio.run(main(url, screenshot, float(seconds), code, folder))
        finally:
            os.killpg(browser.pid, 9)
            browser.wait()


run(*sys.argv[1:])
