"""Another model in the renderer's own process: loaded beside the painting, refused in words."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import numpy as np
from stable_models import write_model

from riffosc.clip import ClipRequest, Rig
from riffosc.synthesis.process import Message, RendererProcess

PATIENCE_S = 100.0


async def heard(messages: list[Message], wanted: Callable[[Message], bool]) -> int:
    """The place of the first such message."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            for place, message in enumerate(messages):
                if wanted(message):
                    return place
            await asyncio.sleep(0.01)


def test_a_model_is_loaded_while_the_old_one_paints(tmp_path: Path) -> None:
    write_model(tmp_path / "good")
    good, bad = Rig(str(tmp_path / "good"), scheduler="DDIM"), Rig(str(tmp_path / "bad"))

    async def play() -> None:
        messages: list[Message] = []
        renderer = RendererProcess(messages.append)
        old = ClipRequest(prompts=(("techno drums", 1.0),), bars=2, tempo=60.0, steps=20)
        new = ClipRequest(prompts=(("techno drums", 1.0),), bars=1, tempo=240.0, steps=1, rig=good)
        memory = SharedMemory(create=True, size=4 * old.frames)
        renderer.start()
        try:
            await heard(messages, lambda m: m[0] == "ready")
            renderer.load(bad)
            await heard(messages, lambda m: m[0] == "refused")
            assert messages[-1][1] == bad and messages[-1][2].endswith("bad: model.json is missing.")
            renderer.render(1, old, memory.name)
            renderer.load(good)
            loaded = await heard(messages, lambda m: m == ("loaded", good))
            assert any(m[0] == "progress" for m in messages[:loaded]), "both at once"
            await heard(messages, lambda m: m[:2] == ("done", 1))
            assert ("loading", good.model) in messages
            renderer.render(2, new, memory.name)
            place = await heard(messages, lambda m: m[:2] == ("done", 2))
            assert messages[place][2].settings.high_hz == 10000
            samples = np.frombuffer(memory.buf, np.float32, new.frames).copy()
            assert np.isfinite(samples).all() and samples.std() > 0
        finally:
            renderer.stop()
            memory.close()
            memory.unlink()

    asyncio.run(play())


def test_the_embedded_model_needs_neither_diffusers_nor_transformers() -> None:
    code = """
import sys
from riffosc.clip import ClipRequest
from riffosc.synthesis.render import Renderer
Renderer().render(ClipRequest(bars=1, tempo=240.0, steps=1))
print({"diffusers", "transformers", "huggingface_hub"} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "set()", done.stderr
