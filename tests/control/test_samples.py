"""Strudel's map and the clips in it, over HTTP, out of a real folder."""

import asyncio
import io
import json
from contextlib import asynccontextmanager

import numpy as np
import pytest
import soundfile
from oscquery_client import Client

from riffosc.clip import Clip, ClipRequest
from riffosc.control.guard import Guard
from riffosc.control.networks import Networks
from riffosc.control.offers import Offers
from riffosc.control.osc import OscServer
from riffosc.control.web import WebServer
from riffosc.folder import Folder
from riffosc.params import Store
from riffosc.picture import Picture

SITE = "https://strudel.cc"


def write(folder, voice, seed, **request):
    asked = ClipRequest((("dub", 1.0),), bars=1, tempo=240.0, seed=seed, **request)
    samples = np.full((1, asked.frames), seed / 100, np.float32)
    return folder.write(Clip(asked, samples, Picture(np.zeros((1, 8, 8), np.uint8), beats=4, tempo=240.0)), voice)


@asynccontextmanager
async def web(loops):
    osc = await OscServer.open(Store(), port=0)
    server = await WebServer.open(osc.desk, Guard(Networks()), "127.0.0.1", 0, Offers(loops=loops))
    try:
        yield Client(server.port)
    finally:
        await server.close()
        osc.close()
        await asyncio.sleep(0)


def play(act, loops):
    async def main():
        async with web(loops) as client:
            await act(client)

    asyncio.run(main())


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "loops")


def test_the_newest_clip_of_each_voice_comes_first_and_is_what_it_says(folder):
    for seed in (1, 2, 3):
        write(folder, 1, seed=seed, key="F#m")
    write(folder, 12, seed=50)

    async def act(client):
        status, headers, body = await client.requests("/strudel.json", origin=SITE)
        assert status == 200 and headers["access-control-allow-origin"] == "*"
        assert headers["cache-control"] == "no-store"
        said = json.loads(body)
        base = said.pop("_base")
        assert base == f"http://127.0.0.1:{client.port}/clips/"
        assert {bank: len(urls) for bank, urls in said.items()} == {"riff1": 3, "riff12": 1}
        assert "%23" in said["riff1"][0] and "#" not in "".join(said["riff1"])
        levels = [await level(client, "/clips/" + url) for url in said["riff1"]]
        assert levels == pytest.approx([0.03, 0.02, 0.01], abs=1e-6)

    async def level(client, url):
        status, headers, body = await client.requests(url, origin=SITE)
        assert status == 200 and headers["content-type"] == "audio/wav"
        assert headers["access-control-allow-origin"] == "*" and "immutable" in headers["cache-control"]
        assert headers["cross-origin-resource-policy"] == "cross-origin"
        samples, rate = soundfile.read(io.BytesIO(body))
        assert (len(samples), rate) == (44100, 44100)
        return samples.max()

    play(act, folder)


def test_no_url_ever_means_two_clips(tmp_path):
    """The folder is emptied, and riffosc begins with the same number, words and seed."""
    seen = []
    for _ in range(2):
        folder = Folder(tmp_path / "loops")
        path = write(folder, 1, seed=1)

        async def act(client):
            seen.append(json.loads((await client.requests("/strudel.json"))[2])["riff1"][0])

        play(act, folder)
        path.unlink()
        path.with_suffix(".png").unlink()
        folder.close()
    names = [url.partition("?")[0] for url in seen]
    assert names[0] == names[1] and seen[0] != seen[1]


def test_parts_of_a_clip(folder):
    whole = write(folder, 1, seed=1).read_bytes()

    async def act(client):
        url = "/clips/" + json.loads((await client.requests("/strudel.json"))[2])["riff1"][0]
        status, headers, body = await client.requests(url, origin=SITE, range_="bytes=44-99")
        assert status == 206 and body == whole[44:100]
        assert headers["content-range"] == f"bytes 44-99/{len(whole)}"
        assert (await client.requests(url, range_=f"bytes={len(whole)}-"))[0] == 416

    play(act, folder)


def test_a_browser_may_ask_first(folder):
    """Preflight, also that of Chrome for a page of the internet that asks this computer."""
    write(folder, 1, seed=1)

    async def act(client):
        for path in ("/strudel.json", "/clips/riff1/any.wav"):
            status, headers, _ = await client.requests(
                path, "OPTIONS", origin=SITE,
                access_control_request_method="GET", access_control_request_private_network="true",
            )  # fmt: skip
            assert status == 204
            assert headers["access-control-allow-origin"] == "*"
            assert headers["access-control-allow-private-network"] == "true"
            assert "GET" in headers["access-control-allow-methods"]

    play(act, folder)


def test_nothing_else_is_to_be_had(folder, tmp_path):
    path = write(folder, 1, seed=1)
    (tmp_path / "riff1_000000_secret.wav").write_bytes(b"secret")
    (folder.path / "riff1" / "notes.wav").write_bytes(b"secret")
    outside = (
        "/clips/riff1/notes.wav", f"/clips/riff1/{path.stem}.png", f"/clips/riff2/{path.name}",
        "/clips/riff1/latest.json", "/clips/../riff1_000000_secret.wav",
        "/clips/riff1/..%2f..%2friff1_000000_secret.wav",
        "/clips/..%2friff1/riff1_000000_..%2f..%2f..%2fetc%2fhostname.wav", "/clips/.%2e/riff1_000000_secret.wav",
        "/clips/riff1/riff1_000000_..%5c..%5criff1_000000_secret.wav", "/clips/riff1/", "/clips/",
    )  # fmt: skip

    async def act(client):
        for url in outside:
            status, _, body = await client.requests(url)
            assert status == 404 and b"secret" not in body, url
        assert (await client.requests("/riff/tempo", origin=SITE))[0] == 403
        assert (await client.requests("/clips/../riff/tempo", origin=SITE))[0] in (403, 404)
        assert (await client.requests("/strudel.json", "POST", origin=SITE))[0] == 403
        assert (await client.requests("/strudel.json", host="evil.example"))[0] == 403

    play(act, folder)


def test_without_a_folder_it_says_what_to_do():
    async def act(client):
        status, headers, body = await client.requests("/strudel.json", origin=SITE)
        assert status == 404 and b"--folder" in body and headers["access-control-allow-origin"] == "*"

    play(act, None)


def test_a_clip_that_goes_meanwhile_is_left_out(folder, monkeypatch):
    kept = write(folder, 1, seed=1)
    gone = kept.with_name("riff1_000001_gone.wav")
    monkeypatch.setattr(folder, "newest", lambda count: {"riff1": [gone, kept], "riff2": [gone]})

    async def act(client):
        said = json.loads((await client.requests("/strudel.json"))[2])
        assert list(said) == ["_base", "riff1"] and len(said["riff1"]) == 1

    play(act, folder)
