"""Live's remote script in a stand-in of Live: what riffosc tells by its own OSC port, and where clips come to lie."""

import asyncio
import importlib
import re
import shlex
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import live_stand_in
import numpy as np
import pytest
from click.testing import CliRunner
from live_stand_in import Clip, Live, Track

from riffosc.cli import main
from riffosc.control.osc import OscServer
from riffosc.params import Store
from riffosc.wav import WavTags, write_wav

PATCH = Path(__file__).parent.parent.parent / "patches" / "ableton"
RATE = 8000
TEMPO = 123.4


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The script as Live imports it, from where `riffosc patches` put it."""
    library = tmp_path / "User Library"
    library.mkdir()
    done = CliRunner().invoke(main, ["patches", "ableton", "--install", "--library", str(library)])
    assert done.exit_code == 0 and str(library / "Remote Scripts" / "RiffOSC") in done.output
    for name, module in live_stand_in.modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.syspath_prepend(library / "Remote Scripts")
    try:
        yield importlib.import_module("RiffOSC")
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "RiffOSC"]:
            del sys.modules[name]


class Stage:
    """Live with the script, beside riffosc's own port."""

    def __init__(self, folder: Path, live: Live, surface: Any, server: OscServer) -> None:
        self.folder, self.live, self.surface, self.server = folder, live, surface, server
        self.sent = 0

    async def clip(self, bank: str = "riff1", beats: int = 8, tempo: float = TEMPO, prompt: str = "dub chords") -> str:
        """A clip comes, and Live's main thread has had its turn. Its path."""
        path = self.folder / f"{bank}_{self.sent:06d}.wav"
        frames = round(beats * 60 / tempo * RATE)
        write_wav(path, np.zeros((2, frames), np.float32), RATE, WavTags(beats, tempo))
        self.tell("/riff/clip", bank, self.sent, str(path), tempo, float(beats), 7, prompt)
        self.sent += 1
        await self.turns()
        return str(path)

    def tell(self, address: str, *args: Any) -> None:
        self.server.notify("clip", address, *args)

    async def turns(self) -> None:
        for _ in range(3):
            await asyncio.sleep(0.01)
            self.surface.update_display()

    def track(self, name: str = "riff1") -> Track:
        (track,) = (track for track in self.live.tracks if track.name.split(" ")[0] == name)
        return track

    def clips(self, name: str = "riff1") -> list[Clip]:
        return [slot.clip for slot in self.track(name).clip_slots if slot.clip]


Play = Callable[[Stage], Awaitable[None]]


@pytest.fixture
def play(script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs a piece on a stage; `Live(...)` takes the rest."""

    async def run(piece: Play, live: Live) -> None:
        server = await OscServer.open(Store(), port=0)
        monkeypatch.setattr(sys.modules["RiffOSC.ear"], "RIFFOSC", ("127.0.0.1", server.port))
        surface = script.create_instance(live)
        stage = Stage(tmp_path, live, surface, server)
        try:
            await stage.turns()
            assert server.wanted("clip"), "it has subscribed"
            await piece(stage)
        finally:
            surface.disconnect()
            server.close()
            await asyncio.sleep(0)

    def start(piece: Play, **options: Any) -> None:
        asyncio.run(run(piece, Live(**options)))

    return start


def test_two_slots_take_turns(play: Callable[..., None]) -> None:
    async def piece(stage: Stage) -> None:
        await stage.clip()
        assert not stage.live.is_playing, "nobody starts Live but the player"
        stage.track().clip_slots[0].fire()
        stage.live.bar_line()
        for number in range(1, 5):
            playing = next(clip for clip in stage.clips() if clip.is_playing)
            await stage.clip(prompt=f"words {number}")
            assert playing in stage.clips() and playing.is_playing, "what sounds goes on until the bar line"
            stage.live.bar_line()
            now = next(clip for clip in stage.clips() if clip.is_playing)
            assert now.name == f"riff1 {number} words {number}"
            assert len(stage.clips()) == 2
        assert [bool(slot.clip) for slot in stage.track().clip_slots] == [True, True] + [False] * 6
        assert stage.live.shown == []

    play(piece)


def test_a_clip_is_warped_looped_and_named(play: Callable[..., None]) -> None:
    async def piece(stage: Stage) -> None:
        await stage.clip(beats=6, prompt="")
        (clip,) = stage.clips()
        assert (clip.name, clip.warping, clip.looping, clip.legato) == ("riff1 0", True, True, True)
        assert (clip.loop_start, clip.loop_end, clip.start_marker, clip.end_marker) == (0, 6, 0, 6)
        assert clip.sounds_s == pytest.approx(clip.seconds, abs=1 / RATE)
        assert clip.analysed == (1 if stage.live.warps else 2), "no more often than needed"

    play(piece)
    play(piece, warps=False)


@pytest.mark.parametrize("guess", [TEMPO / 2, TEMPO * 1.002, 90.0])
def test_a_tempo_that_live_mistook_is_put_right(play: Callable[..., None], guess: float) -> None:
    async def piece(stage: Stage) -> None:
        await stage.clip()
        (clip,) = stage.clips()
        assert clip.sounds_s == pytest.approx(clip.seconds, abs=1 / RATE)
        assert len(clip.warp_markers) == 3, "nothing between start, end and the hidden one"

    play(piece, guess=guess)
    play(piece, guess=guess, finds_a_hit=True)


def test_who_plays_what_is_the_players_affair(play: Callable[..., None]) -> None:
    async def piece(stage: Stage) -> None:
        stage.live.is_playing = True
        await stage.clip("riff2")
        stage.live.bar_line()
        assert stage.clips("riff2")[0].is_playing, "the first of all joins a set that plays"
        stage.clips("riff2")[0].is_playing = False
        await stage.clip("riff2")
        stage.live.bar_line()
        assert not any(clip.is_playing for clip in stage.clips("riff2")), "what was stopped stays stopped"
        stage.clips("riff2")[0].name = "mine"
        stage.track("riff2").name = "riff2 Chords"
        for _ in range(3):
            await stage.clip("riff2")
        assert [clip.name.split()[0] for clip in stage.clips("riff2")] == ["mine", "riff2", "riff2"]

    play(piece)


def test_of_several_at_once_the_newest_lands_and_takes_the_place_of_what_waits(play: Callable[..., None]) -> None:
    async def piece(stage: Stage) -> None:
        await stage.clip()
        stage.track().clip_slots[0].fire()
        stage.live.bar_line()
        await stage.clip()
        await stage.clip()
        path = await stage.clip(prompt="newest")
        stage.tell("/riff/clip", "riff1", 97, path, TEMPO, 8.0, 7, "older")
        stage.tell("/riff/clip", "riff1", 98, path, TEMPO, 8.0, 7, "newer")
        await stage.turns()
        stage.live.bar_line()
        assert [clip.name for clip in stage.clips() if clip.is_playing] == ["riff1 98 newer"]
        assert len(stage.clips()) == 2

    play(piece)


def test_what_live_refuses_is_said_and_the_script_goes_on(play: Callable[..., None]) -> None:
    async def piece(stage: Stage) -> None:
        stage.tell("/riff/clip", "riff1", 5, "/nowhere/a.wav", TEMPO, 8.0, 7, "dub")
        stage.tell("/riff/clip", "riff3", 5, "", TEMPO, 8.0, 7, "without a folder")
        stage.tell("/riff/late", 1, 4.0)
        stage.server.notify("clip", "/riff/clip", "riff1", 5)
        await stage.turns()
        assert stage.live.shown == ["riffosc: riff1 5 did not land. Invalid path"]
        await stage.clip()
        assert len(stage.clips()) == 1

    play(piece)


def test_a_full_track_and_an_older_live_are_told_in_words(play: Callable[..., None]) -> None:
    async def full(stage: Stage) -> None:
        await stage.clip()
        assert stage.live.shown == ["riffosc: riff1 0 did not land. The track riff1 needs two free slots."]

    async def older(stage: Stage) -> None:
        track = stage.live.create_audio_track(-1)
        track.name = "riff1"
        track.clip_slots = tuple(type("OldSlot", (), {"has_clip": False})() for _ in range(2))
        await stage.clip()
        assert stage.live.shown == ["riffosc: riff1 0 did not land. Live 12.0.5 or later is needed."]

    play(full, scenes=1)
    play(older)


def test_it_waits_for_a_riffosc_that_is_not_there(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["RiffOSC.ear"], "RIFFOSC", ("127.0.0.1", 9))
    monkeypatch.setattr(sys.modules["RiffOSC.ear"], "RENEW_S", 0.0)
    surface = script.create_instance(Live())
    for _ in range(10):
        surface.update_display()
    surface.disconnect()
    assert surface.ticks == 10


@pytest.mark.parametrize(
    "datagram",
    [b"", b"/riff/clip", b"/riff/clip\0\0", b"/riff/clip\0\0,sisffis\0\0\0\0riff1", b"\xff\xfe\0\0,\0\0\0"],
)
def test_what_is_no_clip_is_none(script: ModuleType, datagram: bytes) -> None:
    assert sys.modules["RiffOSC.ear"].read_clip(datagram) is None  # type: ignore[attr-defined]


def test_it_needs_nothing_that_live_has_not() -> None:
    """Live 12 runs Python 3.11 with the standard library alone."""
    for path in (PATCH / "RiffOSC").glob("*.py"):
        compile(path.read_text(), str(path), "exec", dont_inherit=True)
        lines = path.read_text().splitlines()
        named = {line.split()[1].partition(".")[0] for line in lines if line.startswith(("import ", "from "))}
        assert named <= set(sys.stdlib_module_names) | {"Live", "_Framework", ""}


def test_what_the_readme_has_one_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first block, where Live keeps its User Library on macOS; the second is oscsend, as in the main README."""
    monkeypatch.setenv("HOME", str(tmp_path))
    library = tmp_path / "Music" / "Ableton" / "User Library"
    library.mkdir(parents=True)
    first, then = re.findall(r"^```sh\n(.*?)^```$", (PATCH / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    install, run = (shlex.split(line.replace("$HOME", str(tmp_path)))[1:] for line in first.splitlines())
    assert CliRunner().invoke(main, install).exit_code == 0
    assert (library / "Remote Scripts" / "RiffOSC" / "__init__.py").is_file()
    command = main.get_command(None, run[0])  # type: ignore[arg-type]
    assert command is not None
    assert Path(command.make_context("run", run[1:]).params["folder"]) == library / "Samples" / "riffosc"
    store, gain = Store(), shlex.split(then.splitlines()[1], comments=True)
    store.set(gain[3], float(gain[5]))
    assert store.get("/riff/gain") == 0.0


def test_an_installation_without_a_user_library_says_where_to_look(tmp_path: Path) -> None:
    refused = CliRunner().invoke(main, ["patches", "ableton", "--install", "--library", str(tmp_path / "none")])
    assert refused.exit_code == 1 and "--library" in refused.output
    refused = CliRunner().invoke(main, ["patches", "tidal", "--install"])
    assert refused.exit_code == 1 and "nothing of tidal has to be installed" in refused.output
