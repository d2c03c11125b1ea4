"""A small hub on this machine, for the hub's own client."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """As much of the hub as its client asks for one model."""

    def __init__(self, name: str, files: dict[str, bytes], licence: str) -> None:
        self.name, self.files, self.licence = name, files, licence
        self.fetched: list[str] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.answer(body=False)

            def do_GET(self) -> None:
                self.answer(body=True)

            def answer(self, body: bool) -> None:
                path = self.path.partition("?")[0]
                if path.startswith(f"/api/models/{hub.name}"):
                    self.give(json.dumps(hub.card()).encode(), body, "application/json")
                elif path.startswith(f"/{hub.name}/resolve/") and (name := path.split("/", 5)[5]) in hub.files:
                    hub.fetched += [name] if body else []
                    self.give(hub.files[name], body, "application/octet-stream")
                else:
                    self.send_response(404)
                    self.send_header("X-Error-Code", "RepoNotFound")
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def give(self, data: bytes, body: bool, kind: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.send_header("X-Repo-Commit", COMMIT)
                self.send_header("ETag", f'"{hashlib.sha1(data).hexdigest()}"')
                self.end_headers()
                if body:
                    self.wfile.write(data)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def card(self) -> dict[str, object]:
        files = [{"rfilename": name, "size": len(data)} for name, data in self.files.items()]
        return {"id": self.name, "sha": COMMIT, "siblings": files, "cardData": {"license": self.licence}}

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
