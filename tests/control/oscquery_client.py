"""An OSCQuery client as the proposal describes one (https://github.com/Vidvox/OSCQueryProposal): of riffosc it knows
nothing but the port."""

import asyncio
import http.client
import json
from contextlib import closing
from urllib.parse import quote


class Client:
    """Blocking, as most are: called from a thread of its own."""

    def __init__(self, port, host="127.0.0.1"):
        self.host, self.port = host, port

    def request(self, target, method="GET", body=None, **headers):
        """Status, headers and body; `host_="..."` sets the header of that name."""
        with closing(http.client.HTTPConnection(self.host, self.port, timeout=30)) as connection:
            named = {name.rstrip("_").replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, target, body, named)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def get(self, path, attribute=""):
        """The JSON object of a node or of one of its attributes; None for 204; LookupError for the rest."""
        status, headers, body = self.request(quote(path) + (f"?{attribute}" if attribute else ""))
        if status == 204:
            return None
        if status != 200:
            raise LookupError(status)
        assert headers["content-type"] == "application/json"
        return json.loads(body)

    async def asks(self, path, attribute=""):
        return await asyncio.to_thread(self.get, path, attribute)

    async def requests(self, target, method="GET", body=None, **headers):
        return await asyncio.to_thread(lambda: self.request(target, method, body, **headers))


def nodes(node):
    """A node and all in it."""
    yield node
    for inside in node.get("CONTENTS", {}).values():
        yield from nodes(inside)
