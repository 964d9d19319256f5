"""Opens a page in headless Chromium, lets its video play, and prints what became of it as one line of JSON.

    python3 player.py CHROMIUM URL SCREENSHOT [seconds]

`times` is where the video stood, every half second, until it has moved on by so many seconds or stopped.
"""

import asyncio
import base64
import json
import os
import subprocess
import sys
import tempfile
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


class Page:
    def __init__(self, socket):
        self.socket, self.number, self.session = socket, 0, None

    async def command(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        await self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(await asyncio.wait_for(self.socket.recv(), 30))
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]

    async def value(self, script):
        answer = await self.command("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"].get("value")


async def main(url, screenshot, seconds, folder):
    async with websockets.connect(await opened(folder), max_size=None) as socket:
        page = Page(socket)
        target = await page.command("Target.createTarget", url="about:blank")
        attached = await page.command("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        page.session = attached["sessionId"]
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
        image = await page.command("Page.captureScreenshot", format="png")
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


def run(chromium, url, screenshot, seconds=3):
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
            asyncio.run(main(url, screenshot, float(seconds), folder))
        finally:
            os.killpg(browser.pid, 9)
            browser.wait()


run(*sys.argv[1:])
