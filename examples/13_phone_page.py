"""A page of your own for a phone: four buttons in a browser, handed on as OSC. Open what it prints."""

import argparse
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from riffosc.client import Riff

BUTTONS = {
    "again": ("*/generate", 1),
    "quiet": ("*/fade_out", 1.0),
    "loud": ("*/fade_in", 1.0),
    "stop": ("panic", 1),
}
PAGE = """<!doctype html><meta name="viewport" content="width=device-width"><title>riffosc</title>
<style>button, input { display: block; width: 100%%; margin: 1em 0; padding: 1em; font-size: 2em }</style>
<input placeholder="words, then Enter" onchange="fetch('/prompt', {method: 'POST', body: this.value})">
%s"""
BUTTON = "<button onclick=\"fetch('/{0}', {{method: 'POST'}})\">{0}</button>"

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--port", type=int, default=7433)
options.add_argument("--page", type=int, default=8000, help="port of the page")
options.add_argument("--bind", default="127.0.0.1", help="0.0.0.0: any phone in the network may play")
wanted = options.parse_args()
riff = Riff(port=wanted.port)


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        page = PAGE % "".join(BUTTON.format(name) for name in BUTTONS)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page.encode())

    def do_POST(self) -> None:
        name = self.path.strip("/")
        words = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), 1000)).decode("utf-8", "replace")
        if name == "prompt":
            riff[1].send("prompt", words)
        elif name in BUTTONS:
            riff.send(*BUTTONS[name])
        self.send_response(204 if name in ("prompt", *BUTTONS) else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """A line a tap is too much."""


with ThreadingHTTPServer((wanted.bind, wanted.page), Page) as server, suppress(KeyboardInterrupt):
    print(f"http://{wanted.bind}:{server.server_port}/", flush=True)
    server.serve_forever()
