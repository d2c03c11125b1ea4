"""SuperDirt itself takes clips in while it plays. Its source is fetched, or lies in the folder RIFFOSC_QUARKS."""

import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from alone import in_a_network_of_its_own, needs
from jack_server import Server
from sclang import RATE, STEPS, Sclang, write_clips

ROOT = Path(__file__).parent.parent.parent
PATCH = ROOT / "patches" / "superdirt"
EXAMPLE = ROOT / "examples" / "14_folder_into_superdirt.scd"
FETCHED = ROOT / "build" / "quarks"
QUARKS = {
    "SuperDirt": ("https://github.com/musikinformatik/SuperDirt", "0c1416808c5bbdd576082f15d1f9566100341b28"),
    "Vowel": ("https://github.com/supercollider-quarks/Vowel", "ab59caa870201ecf2604b3efdd2196e21a8b5446"),
}
PLAY = r"""
fork {
    var play = { |n| ~dirt.orbits[0].value((s: \riff1, n: n, cps: 1, delta: 1, latency: 0.1, pan: 0.5)) };
    s.options.numInputBusChannels = 0;
    s.options.numBuffers = 4096;
    s.bootSync;
    ~dirt = SuperDirt(2, s);
    ~dirt.start(57121, [0]);
    s.sync;
    README
    ~riffBanks.slots = 2; // so that the third takes the first one's place
    "booted".postln;
    while { File.exists("go").not } { 0.01.wait };
    NetAddr("127.0.0.1", 7433).sendMsg('/riff/1/seed', 1);
    while { ~dirt.soundLibrary.buffers[\riff1].isNil } { 0.01.wait };
    play.(0);
    0.3.wait;
    [2, 3].do { |seed| NetAddr("127.0.0.1", 7433).sendMsg('/riff/1/seed', seed) };
    while { ~dirt.soundLibrary.buffers[\riff1][0].numFrames != 88200 } { 0.01.wait };
    ("banks" + ~dirt.soundLibrary.buffers[\riff1].collect(_.numFrames)).postln;
    1.2.wait;
    play.(2);
    2.5.wait;
    while { File.exists("more").not } { 0.01.wait };
    "example.scd".load;
    while { File.exists("enough").not } { 0.01.wait };
    s.quit;
    0.exit;
};
"""

pytestmark = [pytest.mark.clients, pytest.mark.jack, in_a_network_of_its_own, needs("sclang", "scsynth")]


@pytest.fixture(scope="module")
def quarks() -> Path:
    """A folder with both; the test is left out where they cannot be had."""
    if named := os.environ.get("RIFFOSC_QUARKS"):
        return Path(named).absolute()
    for name, (source, commit) in QUARKS.items():
        if not (FETCHED / name).exists():
            fetch(source, commit, FETCHED / name)
    return FETCHED


def fetch(source: str, commit: str, folder: Path) -> None:
    part = folder.with_suffix(".part")
    git = ["git", "-C", str(part)]
    steps = (["init", "-q"], ["fetch", "-q", "--depth", "1", source, commit], ["checkout", "-q", "FETCH_HEAD"])
    part.mkdir(parents=True, exist_ok=True)
    try:
        for step in steps:
            subprocess.run([*git, *step], check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"{source} cannot be fetched ({error}); patches/superdirt/README.md says how to run this")
    part.rename(folder)


def test_clips_come_into_a_bank_while_it_plays(quarks: Path, tmp_path: Path, jackd: Server) -> None:
    extensions = tmp_path / ".local" / "share" / "SuperCollider" / "Extensions"
    extensions.mkdir(parents=True)
    for name in QUARKS:
        (extensions / name).symlink_to(quarks / name)
    write_clips(tmp_path / "loops")
    (block,) = re.findall(r"^```supercollider\n(.*?)^```$", (PATCH / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    block = here(block)
    (tmp_path / "example.scd").write_text(here(EXAMPLE.read_text()))
    sclang = Sclang(tmp_path, PLAY.replace("README", block))
    sound = sclang.record(jackd, 7.5)
    (tmp_path / "more").touch()
    example = sclang.record(jackd, 4)
    (tmp_path / "enough").touch()
    assert "banks [ 88200, 44100 ]" in sclang.end()
    first, second = heard(sound)
    assert_whole(first, STEPS[0], RATE)
    assert_whole(second, STEPS[2], 2 * RATE)
    assert np.abs(example).max() > 0.01, "the example plays"


def here(text: str) -> str:
    """As on a computer where riffosc is, and its folder is still empty."""
    return text.replace("/path/to/riffosc/patches", str(PATCH.parent)).replace("~/Music/riffosc", "no-folder-yet")


def heard(sound: np.ndarray) -> list[np.ndarray]:
    """What sounds between silences."""
    on = np.abs(sound) > 1e-5
    edges = np.flatnonzero(np.diff(np.concatenate(([0], on.astype(np.int8), [0]))))
    return [sound[begin:end] for begin, end in zip(edges[::2], edges[1::2], strict=True) if end - begin > RATE // 2]


def assert_whole(part: np.ndarray, step: float, frames: int) -> None:
    """A straight line, as long as the clip: nothing is missing, and nothing jumps."""
    assert len(part) == pytest.approx(frames, abs=0.03 * RATE)
    inside = np.diff(part)[2000:-2000]
    gain = np.median(inside) / step
    assert 0.1 < gain < 2
    assert np.abs(inside - gain * step).max() < 0.01 * gain * step + 1e-7
