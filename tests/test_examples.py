"""Every example against a running riffosc, with its real model, in a network where port 7433 is free."""

import json
import re
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from alone import in_a_network_of_its_own, needs, run_beside_riffosc
from evening import start

from riffosc.midi.hub import JACK, Midi
from riffosc.midi.router import Router
from riffosc.midi.shelf import Shelf
from riffosc.params import Store

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
WITHOUT_A_WAIT = ("08_midi_set.py", "09_an_hour.py", "13_phone_page.py")  # these end otherwise, in an evening
SCD_END = """
fork {
    OSCdef(\\testEnd, { |msg| ("heard" + msg.join(" ")).postln; 0.exit }, '/riff/clip');
    "%s".load;
    100.wait;
    1.exit;
}
"""

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300), in_a_network_of_its_own]


def play(folder: Path, *command: str) -> str:
    """What the example says; riffosc's folder is `folder / "loops"`."""
    return run_beside_riffosc(folder, *command)


def loops(folder: Path, voice: int) -> list[Path]:
    return sorted((folder / "loops" / f"riff{voice}").glob("*.wav"))


def test_the_first_loop_and_who_listens_to_it(tmp_path: Path) -> None:
    both = f'"{EXAMPLES}/01_first_loop.sh" "jazz piano" && exec "$PYTHON" "{EXAMPLES}/02_listen.py" --clips 1'
    heard = play(tmp_path, "sh", "-c", both)
    assert "riff1 0: 'jazz piano', 8 beats at 120, seed 0" in heard
    assert [path.name for path in loops(tmp_path, 1)] == ["riff1_000000_120bpm_2bars_C_jazz-piano_s0.wav"]


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All of the Python ones beside one riffosc: what each said, how it ended, and the clips that it brought."""
    folder = tmp_path_factory.mktemp("evening")
    heard = play(folder, sys.executable, str(Path(__file__).parent / "evening.py"), str(EXAMPLES))
    told: dict[str, Any] = json.loads(heard.splitlines()[-1])
    for each in told.values():
        each["clips"] = [folder / path for path in each["clips"]]
    return told


SAYS = {
    "03_four_voices.py": "voice 1 brings hip hop drums\nvoice 2 brings funk bassline",
    "04_evolving.py": "",
    "06_cue_and_take.py": "disco strings 2, acid bass 1 waits on the cue output\nand has landed",
    "08_midi_set.py": "scenes: 1 intro, 2 verse, 3 break, 4 drop",
    "09_an_hour.py": "1: Am, ",
    "10_break_and_drop.py": "the groove\nthe break\nthe drop",
    "11_three_against_five.py": " 150.0",
    "13_phone_page.py": "http://127.0.0.1:",
    "15_call_and_response.py": "\n2: voice ",
}


@pytest.mark.parametrize("name", SAYS)
def test_it_plays_and_ends(evening: dict[str, Any], name: str) -> None:
    told = evening[name]
    assert told["ended"] == 0 and "Traceback" not in told["said"], told["said"]
    assert SAYS[name] in told["said"]
    assert told["clips"]
    loudest = max(np.abs(soundfile.read(path)[0]).max() for path in told["clips"])
    assert loudest > 0.05, "it sounds"


def test_what_an_evening_brings(evening: dict[str, Any]) -> None:
    four = [path.name for path in evening["03_four_voices.py"]["clips"]]
    assert {name[:5] for name in four} == {"riff1", "riff2"} and all("_92bpm_2bars_Dm_" in name for name in four)
    assert any("jazz-piano" in path.name for path in evening["13_phone_page.py"]["clips"])
    assert evening["09_an_hour.py"]["said"].endswith("the end\n"), "Ctrl-C fades it out"
    assert evening["state"]["said"] == "empty", "and nothing is left playing"


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.py") if path.name not in WITHOUT_A_WAIT))
def test_ctrl_c_ends_it(name: str) -> None:
    """As soon as it has sent something, to nobody."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind(("127.0.0.1", 0))
        nobody.settimeout(30)
        process = start(str(EXAMPLES / name), "--port", str(nobody.getsockname()[1]))
        try:
            nobody.recv(1000)
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 0 and "Traceback" not in said, said


def test_every_pad_and_knob_of_the_midi_set_does_something() -> None:
    """What they call by name is what 08_midi_set.py stores."""
    stores = (EXAMPLES / "08_midi_set.py").read_text()
    store, said = Store(4), []
    shelf = Shelf.open((str(EXAMPLES / "08_midi_set.toml"),))
    midi = Midi(store, Router(store, lambda *told: said.append(told)), shelf)
    assert list(shelf.problems()) == []
    for number in range(36, 52):
        midi.take(JACK, bytes((0x90, number, 100)), 0.0)
    for number in range(70, 78):
        midi.take(JACK, bytes((0xB0, number, 0)), 0.0)
        midi.take(JACK, bytes((0xB0, number, 127)), 0.1)
    assert len(said) >= 24
    for address, *args in said:
        words = [str(arg) for arg in args if isinstance(arg, str) and not arg.startswith("/") and arg != "bar"]
        assert all(f'"{word}"' in stores for word in words), (address, words)
    assert {told[1] for told in said if told[0] == "/riff/snapshot/recall"} == set(re.findall(r'"(\d \w+)":', stores))


@needs("sclang")
def test_supercollider_prompts_and_hears_of_the_clip(tmp_path: Path) -> None:
    (tmp_path / "run.scd").write_text(SCD_END % (EXAMPLES / "05_supercollider.scd"))
    heard = play(tmp_path, "sclang", "run.scd")
    assert "riff1 0: dub reggae organ chords" in heard
    path = re.search(r"heard /riff/clip riff1 0 (\S+\.wav)", heard)
    assert path and Path(path[1]).is_file()


def test_every_example_is_in_the_list_and_played() -> None:
    tests = Path(__file__).parent
    homes = ("tidal", "sonic_pi", "superdirt")
    files = (__file__, tests / "evening.py", *(tests / "patches" / f"test_{home}_home.py" for home in homes))
    played = "".join(Path(file).read_text() for file in files)
    listed = (EXAMPLES / "README.md").read_text()
    examples = [path.name for path in EXAMPLES.glob("[0-9]*")]
    assert len({name[:2] for name in examples}) >= 15
    for name in examples:
        assert name in listed and name in played
