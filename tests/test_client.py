"""riffosc.client against a real desk on a real port, as a person types it and in an event loop."""

import asyncio
import re
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alone import EAR, in_a_network_of_its_own, run_alone

from riffosc.client import AsyncRiff, Clip, Message, Riff, RiffError
from riffosc.control.osc import OscServer
from riffosc.params import Store

README = Path(__file__).parent.parent / "patches" / "python" / "README.md"
CLIP = ("riff2", 42, "/loops/a.wav", 126.0, 8.0, 7, "dub")


class Stage:
    """A server in a thread of its own; what it took, and an order to announce a clip."""

    def __init__(self) -> None:
        self.store = Store()
        self.took: dict[str, object] = {}
        self.store.listen(self.took.__setitem__)
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(OscServer.open(self.store, port=0))
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    @property
    def port(self) -> int:
        return self.server.port

    def announce(self) -> None:
        """As soon as somebody has subscribed, and one that nobody knows before it."""

        def tell() -> None:
            if not self.server.wanted("clip"):
                self.loop.call_later(0.01, tell)
                return
            self.server.notify("late", "/riff/late", 1, 4.0)
            self.server.notify("clip", "/riff/clip", *CLIP)

        self.do(tell)

    def do(self, action: Callable[[], object]) -> None:
        self.loop.call_soon_threadsafe(action)

    def close(self) -> None:
        self.do(self.server.close)
        self.do(lambda: self.loop.call_later(0.01, self.loop.stop))
        self.thread.join()
        self.loop.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    try:
        yield stage
    finally:
        stage.close()


def test_it_plays_and_asks(stage: Stage) -> None:
    with Riff(port=stage.port) as riff:
        riff.send("tempo", 126)
        riff[2].play(prompt="acid bass", seed=2**24 + 1, mute=True)
        riff["{3,4}"].send("gain", 0.5)
        riff[1].send("generate")
        assert riff.get("tempo") == 126.0
        assert riff.get("/riff/4/gain") == 0.5
        assert riff.ask("sync", 3, answer="synced") == Message("/riff/synced", (3,))
    assert stage.took["/riff/2/prompt"] == "acid bass" and stage.took["/riff/2/mute"] is True
    assert stage.took["/riff/2/seed"] == 2**24 + 1 and "/riff/1/generate" in stage.took


def test_what_is_refused_is_raised_in_riffoscs_words(stage: Stage) -> None:
    with Riff(port=stage.port) as riff, pytest.raises(RiffError, match="did you mean /riff/tempo"):
        riff.get("tempa")


def test_nobody_is_there() -> None:
    with Riff(port=9) as riff, pytest.raises(RiffError, match=r"no riffosc answers at 127\.0\.0\.1:9;"):
        riff.get("tempo", timeout=0.2)


def test_clips_come_and_what_came_while_it_asked_is_not_lost(stage: Stage) -> None:
    with Riff(port=stage.port) as riff:
        stage.announce()
        clips = riff.clips(timeout=5)
        clip = next(clips)
        assert clip == Clip(*CLIP) and clip.voice == 2  # type: ignore[arg-type]
        stage.do(lambda: stage.server.notify("clip", "/riff/clip", *CLIP[:1], 43, *CLIP[2:]))
        assert riff.ask("ping", answer="pong").args[1] == 8
        assert next(clips).index == 43
        assert list(riff.messages(timeout=0.05)) == []


def test_in_an_event_loop(stage: Stage) -> None:
    async def play() -> None:
        async with AsyncRiff(port=stage.port) as riff:
            riff[2].play(prompt="acid bass", bars=4)
            hearing = asyncio.create_task(first(riff))
            stage.announce()
            answers = await asyncio.gather(riff.get("2/bars"), riff.get("2/prompt"), riff.get("tempo"))
            assert answers == [4, "acid bass", 120.0]
            with pytest.raises(RiffError, match="did you mean"):
                await riff.get("tempa")
            assert await hearing == Clip(*CLIP)  # type: ignore[arg-type]
        with pytest.raises(RiffError, match="async with"):
            AsyncRiff().send("tempo", 3)
        async with AsyncRiff(port=9) as riff:
            with pytest.raises(RiffError, match="no riffosc answers"):
                await riff.get("tempo", timeout=0.1)

    async def first(riff: AsyncRiff) -> Clip:
        async for clip in riff.clips():
            return clip
        raise AssertionError("no clip")

    asyncio.run(play())


@pytest.mark.clients
@in_a_network_of_its_own
@pytest.mark.parametrize("number", [0, 1])
def test_the_readme(tmp_path: Path, number: int) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    heard = run_alone(tmp_path, sys.executable, EAR, sys.executable, "-c", blocks[number]).stdout
    expected = (
        ("took /riff/tempo 126.0\n", "took /riff/1/seed 7\n", "riff1 42 /loops/a.wav 8.0\n"),
        ("took /riff/1/prompt acid bass\n", "\n120.0\n", "\n1 dub\n"),
    )[number]
    assert all(line in heard for line in expected) and heard.endswith("bad 0 ended 0\n")
