"""The Python examples, one after the other, beside a riffosc that runs in this folder: `evening.py EXAMPLES`.

Says, as JSON, what each said, how it ended, and which clips it brought. The last two are interrupted.
"""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from riffosc.client import Riff

FOUR = "03_four_voices.py"
PROGRAMME = (
    ("08_midi_set.py",),
    (FOUR, "--voices", "2"),
    ("04_evolving.py", "--minutes", "0.05"),
    ("06_cue_and_take.py",),
    ("10_break_and_drop.py", "--voices", "2", "--bars", "1"),
    ("15_call_and_response.py", "--turns", "2"),
    ("11_three_against_five.py", "--seconds", "3", "--voices", "1"),
)
PAGE, HOUR = "13_phone_page.py", "09_an_hour.py"
PATIENCE_S = 120


def clips() -> set[str]:
    return {str(path) for path in Path("loops").glob("riff*/*.wav")}


def until_a_clip(before: set[str], voices: int = 1) -> None:
    """Of each of so many voices."""
    end = time.monotonic() + PATIENCE_S
    while len({Path(path).parent for path in clips() - before}) < voices and time.monotonic() < end:
        time.sleep(0.05)


def start(*command: str) -> "subprocess.Popen[str]":
    """Ctrl-C reaches it whether or not it reaches us."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def play(examples: Path, name: str, *options: str) -> dict[str, object]:
    before = clips()
    process = start(str(examples / name), *options)
    said, _ = process.communicate(timeout=PATIENCE_S)
    until_a_clip(before, 2 if name == FOUR else 1)
    return {"said": said, "ended": process.returncode, "clips": sorted(clips() - before)}


def interrupted(examples: Path, name: str, *options: str) -> dict[str, object]:
    """After its first line, and the first clip or tap."""
    before = clips()
    process = start(str(examples / name), *options)
    assert process.stdout is not None
    said = process.stdout.readline()
    if name == PAGE:
        tap(said.strip())
    until_a_clip(before)
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=PATIENCE_S)
    return {"said": said + rest, "ended": process.returncode, "clips": sorted(clips() - before)}


def tap(url: str) -> None:
    page = urllib.request.urlopen(url).read().decode()
    assert "<button" in page and "again" in page
    urllib.request.urlopen(urllib.request.Request(url + "prompt", b"jazz piano", method="POST")).close()


def clean(riff: Riff) -> None:
    """Silence, and everything as it was at first."""
    riff.send("panic")
    riff.ask("snapshot/recall", "clean", 0, "now", answer="done", timeout=PATIENCE_S)
    riff.ask("sync", 1, answer="synced", timeout=PATIENCE_S)


def main(examples: Path) -> None:
    told = {}
    with Riff() as riff:
        riff.ask("snapshot/save", "clean", answer="done", timeout=PATIENCE_S)
        for name, *options in PROGRAMME:
            told[name] = play(examples, name, *options)
            clean(riff)
        told[PAGE] = interrupted(examples, PAGE, "--page", "0")
        clean(riff)
        told[HOUR] = interrupted(examples, HOUR, "--seed", "5")
        end = time.monotonic() + PATIENCE_S
        while (state := riff.get("1/state", timeout=PATIENCE_S)) != "empty" and time.monotonic() < end:
            time.sleep(0.05)
        told["state"] = {"said": str(state), "ended": 0, "clips": []}
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
