"""Riffusion's web app, as far as its server sees it.

`riffusion_requests.json` holds what the app itself sent: github.com/riffusion/riffusion-app-hobby at 3a72a8f (Next
13.0.4, in Chromium) was opened with prompts, seeds and settings of ours in its address and in its fields, and played
clips of riffosc's; components/ModelInference.tsx made the requests, pages/api/server.js passed them on, and what
arrived was written down: `headers`, and bodies to the byte. Of what differs in `alpha` only, some were left out.

`refused` are what it sends with `seed=abc` and the like in its address, and more that were made from one request of its
by hand, each with status and words of Riffusion's own server: riffusion/server.py of
github.com/riffusion/riffusion-hobby at 94c29ab, with flask 3.1.3 and dacite 1.9.2, its painter taken out. Where it
fails with an exception, the status is 500 and there are no words. It takes all of `taken`.
"""

import asyncio
import http.client
import json
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

from riffosc.control.guard import Guard
from riffosc.control.networks import Networks
from riffosc.control.offers import Offers
from riffosc.control.osc import OscServer
from riffosc.control.web import WebServer
from riffosc.params import Store

_RECORDED = json.loads(Path(__file__).with_name("riffusion_requests.json").read_text("utf-8"))
HEADERS: dict[str, str] = _RECORDED["headers"]
TAKEN: list[bytes] = [body.encode() for body in _RECORDED["taken"]]
REFUSED: list[tuple[bytes, int, str | None]] = [(body.encode(), *answer) for body, *answer in _RECORDED["refused"]]


def posted(port: int, body: bytes, **headers: str) -> tuple[int, bytes, str]:
    """Status, body and kind of the answer."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("POST", "/run_inference/", body, {**HEADERS, **headers})
        answer = connection.getresponse()
        assert answer.will_close or answer.status == 403
        return answer.status, answer.read(), answer.headers["content-type"].split(";")[0]


def with_http(answer: Callable[[bytes], Awaitable[tuple[int, str]]], play: Callable[[int], Awaitable[None]]) -> None:
    async def main() -> None:
        osc = await OscServer.open(Store(), port=0)
        web = await WebServer.open(osc.desk, Guard(Networks()), "127.0.0.1", 0, Offers(answer))
        try:
            await play(web.port)
        finally:
            await web.close()
            osc.close()
            await asyncio.sleep(0)

    asyncio.run(main())
