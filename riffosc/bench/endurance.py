"""`riffosc bench endurance`: riffosc plays for a long time, and what paints is changed every so often.

By turns the embedded model and small ones of Stable Diffusion's layout with random weights, with and without a LoRA
and with several schedulers. Told over time: the memory of both processes; clips, those that were late, and boundaries
that a clip which was there did not meet.
"""

import asyncio
import itertools
import json
import random
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from riffosc.app import App, Options, running
from riffosc.bench.memory import resident
from riffosc.bench.session import PROMPTS
from riffosc.clips import Slot
from riffosc.playback.player import News, NewsKind

VOICES = 3
EVOLVE = 0.25
PATIENCE_S = 300.0  # until the renderer is ready, and again until a model is loaded
CHANGES_S = (1.0, 4.0)  # between two changes of a voice


@dataclass(frozen=True, slots=True)
class Paints:
    """What is put on by one turn, by the names of the parameters."""

    model: str = "embedded"
    lora: str = ""
    scheduler: str = ""

    def __str__(self) -> str:
        with_lora = " with a LoRA" if self.lora else ""
        return Path(self.model).name + with_lora + (f", {self.scheduler}" if self.scheduler else "")


@dataclass(frozen=True, slots=True)
class Row:
    """How it stands when a turn ends."""

    minute: float
    paints: str
    load_s: float  # from asking for it until it paints
    daemon_mb: float
    renderer_mb: float
    clips: int  # that took over in this turn
    late: int  # clips that were not painted in time for the boundary they were meant for
    missed: int  # boundaries that a clip which was there did not meet

    def words(self) -> str:
        return (
            f"{self.minute:6.1f}  {self.paints:32}{self.load_s:7.1f}{self.daemon_mb:9.1f}{self.renderer_mb:10.1f}"
            f"{self.clips:7}{self.late:6}{self.missed:8}"
        )


HEAD = (
    f"{'minute':>6}  {'what paints':32}{'load s':>7}{'MB here':>9}{'MB paints':>10}{'clips':>7}{'late':>6}{'missed':>8}"
)


def print_endurance(minutes: float, every_s: float, json_file: Path | None, say: Callable[[str], None]) -> None:
    """Rows as they come, and the trend of memory at the end; stopped with Ctrl-C, of what came."""
    rows: list[Row] = []

    async def watch(turns: Sequence[Paints]) -> None:
        async for row in endure(turns, minutes, every_s):
            rows.append(row)
            say(row.words())

    with suppress(KeyboardInterrupt), tempfile.TemporaryDirectory() as folder:
        with ProcessPoolExecutor(1, get_context("spawn")) as elsewhere:  # torch does not come into this process
            turns = elsewhere.submit(write_models, Path(folder)).result()
        say(HEAD)
        asyncio.run(watch(turns))
    figures = {"minutes": minutes, "every_s": every_s, **trend(rows)}
    say("; ".join(f"{name} {value:.1f}" for name, value in figures.items()))
    if json_file:
        json_file.write_text(json.dumps({**figures, "rows": [asdict(row) for row in rows]}, indent=2) + "\n")


def trend(rows: list[Row]) -> dict[str, float]:
    """Sums, and how fast each process grows in the second half, when all that is ever loaded has been."""
    half = rows[len(rows) // 2 :]
    figures: dict[str, float] = {name: sum(getattr(row, name) for row in rows) for name in ("clips", "late", "missed")}
    if len(half) > 2:
        minutes = [row.minute for row in half]
        for name in ("daemon_mb", "renderer_mb"):
            slope = np.polyfit(minutes, [getattr(row, name) for row in half], 1)[0]
            figures[f"{name}_an_hour"] = float(60 * slope)
    return figures


async def endure(turns: Sequence[Paints], minutes: float, every_s: float) -> AsyncIterator[Row]:
    """A row for each turn."""
    with tempfile.TemporaryDirectory() as state:
        settings = {f"/riff/{voice}/evolve": EVOLVE for voice in range(1, VOICES + 1)}
        options = Options(
            state=Path(state), audio="none", midi=None, port=0, web=False, tidal="", voices=VOICES, settings=settings
        )
        async with running(options) as app:
            session = Session(app)
            await session.begin()
            coming = itertools.cycle(turns)
            while session.minute < minutes:
                yield await session.turn(next(coming), every_s)


def write_models(folder: Path) -> list[Paints]:
    """Models and a LoRA into a folder, and the turns they take."""
    from riffosc.bench.random_models import SIZES, write_lora, write_model

    one, other, lora = folder / "random one", folder / "random other", folder / "lora.safetensors"
    write_lora(lora, write_model(one, SIZES["tiny"]).unet)
    write_model(other, SIZES["tiny"], seed=1)
    return [
        Paints(),
        Paints(str(one), scheduler="DDIM"),
        Paints(str(one), f"{lora} 0.8", "LCM"),
        Paints(),
        Paints(str(other), scheduler="EulerDiscrete"),
        Paints(str(other), f"{lora} 0.3", "DPMSolverMultistep"),
    ]


class Session:
    """A riffosc that is played."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._chance = random.Random(1)
        self._began = time.monotonic()
        self._landed = self._missed = 0
        app.engine.observe.append(self._hear)

    def _hear(self, news: News, _: Slot | None) -> None:
        self._landed += news.kind is NewsKind.LANDED and not news.cue
        self._missed += news.kind is NewsKind.MISSED and not news.cue

    async def begin(self) -> None:
        """The renderer is ready, and time counts from now on."""
        await self.until(lambda: self._app.store.get("/riff/renderer") == "ready")
        self._began = time.monotonic()

    @property
    def minute(self) -> float:
        return (time.monotonic() - self._began) / 60

    @property
    def _late(self) -> int:
        return sum(voice.late for voice in self._app.engine.conductor.voices.values())

    async def until(self, true: Callable[[], bool]) -> float:
        """Seconds until it is so."""
        since = time.monotonic()
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                await asyncio.sleep(0.01)
        return time.monotonic() - since

    async def turn(self, paints: Paints, seconds: float) -> Row:
        ends, before = time.monotonic() + seconds, (self._landed, self._late, self._missed)
        for name, value in asdict(paints).items():
            self._app.store.set(f"/riff/{name}", value)
        load_s = await self.until(lambda: self._paints(paints))
        await self._play(ends)
        clips, late, missed = (now - then for now, then in zip(self._counts(), before, strict=True))
        daemon, renderer = (resident(process=name) or 0.0 for name in ("self", str(self._app.renderer.pid)))
        return Row(self.minute, str(paints), load_s, daemon, renderer, clips, late, missed)

    def _counts(self) -> tuple[int, int, int]:
        return self._landed, self._late, self._missed

    def _paints(self, paints: Paints) -> bool:
        rig = self._app.engine.conductor.rig
        return (rig.model, rig.scheduler, bool(rig.loras)) == (paints.model, paints.scheduler, bool(paints.lora))

    async def _play(self, ends: float) -> None:
        store, chance = self._app.store, self._chance
        while (left := ends - time.monotonic()) > 0:
            voice = chance.randint(1, VOICES)
            name, value = chance.choice(list(_changes(chance)))
            store.set("/riff/tempo" if name == "tempo" else f"/riff/{voice}/{name}", value)
            await asyncio.sleep(min(left, chance.uniform(*CHANGES_S)))


def _changes(chance: random.Random) -> Iterator[tuple[str, Any]]:
    yield "prompt", chance.choice(PROMPTS)
    yield "prompt", chance.choice(PROMPTS)
    yield "seed", chance.randint(0, 9999)
    yield "tempo", round(chance.uniform(90, 150), 2)
