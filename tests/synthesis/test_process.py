"""The renderer as a process of its own: real processes, real shared memory, real signals."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import numpy as np

from riffosc.clip import ClipRequest, Rig
from riffosc.pictures import PictureShelf
from riffosc.synthesis.process import Message, RendererProcess
from riffosc.synthesis.render import Renderer

PATIENCE_S = 60.0


def seed_request(bars: int = 1) -> ClipRequest:
    return ClipRequest(init=PictureShelf().find("techno"), denoising=0.0, bars=bars, tempo=240.0, seed=5)


async def heard(messages: list[Message], wanted: Callable[[Message], bool]) -> Message:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            for message in messages:
                if wanted(message):
                    return message
            await asyncio.sleep(0.01)


def kind(name: str) -> Callable[[Message], bool]:
    return lambda message: message[0] == name


class Memory:
    def __init__(self, frames: int) -> None:
        self.shared = SharedMemory(create=True, size=4 * frames)
        self.frames = frames

    def samples(self) -> np.ndarray:
        return np.frombuffer(self.shared.buf, np.float32, self.frames).copy()

    def close(self) -> None:
        self.shared.close()
        self.shared.unlink()


def test_a_clip_comes_back_as_it_would_be_rendered_here() -> None:
    request = seed_request()
    expected = Renderer().render(request)

    async def play() -> np.ndarray:
        messages: list[Message] = []
        renderer = RendererProcess(messages.append)
        memory = Memory(request.frames)
        renderer.start()
        try:
            renderer.render(1, request, memory.shared.name)
            done = await heard(messages, kind("done"))
            assert done[1] == 1 and np.array_equal(done[2].pixels, expected.picture.pixels)
            assert done[3]["codec"] > 0
            parts = [m[2] for m in messages if m[0] == "progress"]
            assert parts == sorted(parts) and parts[-1] == 1.0
            return memory.samples()
        finally:
            renderer.stop()
            memory.close()

    assert asyncio.run(play()).tobytes() == expected.samples.tobytes()


def test_a_killed_renderer_is_started_again_and_works() -> None:
    async def play() -> None:
        messages: list[Message] = []
        renderer = RendererProcess(messages.append)
        memory = Memory(seed_request().frames)
        renderer.start()
        try:
            await heard(messages, kind("ready"))
            first = renderer.pid
            assert first
            os.kill(first, signal.SIGKILL)
            await heard(messages, kind("lost"))
            messages.clear()
            await heard(messages, kind("ready"))
            assert renderer.pid != first
            renderer.render(2, seed_request(), memory.shared.name)
            await heard(messages, kind("done"))
        finally:
            renderer.stop()
            memory.close()

    asyncio.run(play())


def test_a_cancelled_clip_stops_and_the_next_is_rendered() -> None:
    async def play() -> None:
        messages: list[Message] = []
        renderer = RendererProcess(messages.append)
        long = replace(seed_request(bars=4), tempo=30.0)
        memories = [Memory(long.frames), Memory(seed_request().frames)]
        renderer.start()
        try:
            renderer.render(1, long, memories[0].shared.name)
            await heard(messages, kind("progress"))
            renderer.cancel(1)
            renderer.render(2, seed_request(), memories[1].shared.name)
            await heard(messages, lambda m: m[0] == "done" and m[1] == 2)
            assert ("cancelled", 1) in messages
            assert not [m for m in messages if m[0] == "done" and m[1] == 1]
        finally:
            renderer.stop()
            for memory in memories:
                memory.close()

    asyncio.run(play())


def test_a_model_that_is_not_there_is_said_in_words_and_the_renderer_lives() -> None:
    async def play() -> None:
        messages: list[Message] = []
        renderer = RendererProcess(messages.append)
        memory = Memory(seed_request().frames)
        renderer.start()
        try:
            renderer.render(1, ClipRequest(rig=Rig("/no/such/model")), memory.shared.name)
            failed = await heard(messages, kind("failed"))
            assert "/no/such/model" in failed[2]
            renderer.render(2, seed_request(), memory.shared.name)
            await heard(messages, kind("done"))
        finally:
            renderer.stop()
            memory.close()

    asyncio.run(play())


DAEMON = """
import asyncio
from riffosc.synthesis.process import RendererProcess
async def main():
    ready = asyncio.Event()
    renderer = RendererProcess(lambda message: ready.set())
    renderer.start()
    await ready.wait()
    print(renderer.pid, flush=True)
    await asyncio.sleep(60)
if __name__ == "__main__":
    asyncio.run(main())
"""


def test_the_renderer_goes_when_its_daemon_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "daemon.py"
    script.write_text(DAEMON)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout
        renderer = int(daemon.stdout.readline())
        daemon.kill()
    deadline = time.monotonic() + PATIENCE_S
    while Path(f"/proc/{renderer}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{renderer}").exists()
