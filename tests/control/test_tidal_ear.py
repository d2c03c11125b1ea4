"""What TidalCycles is told, read by python-osc on a real port."""

import socket

import pytest
from osc_helpers import unpack

from riffosc.control.tidal import AGAIN_S, TidalEar

CLIP = ("riff1", 42, "/loops/a.wav", 126.0, 8.0, 7, "dub")
SAID = {
    "riff_n": 42,
    "riff1_n": 42,
    "riff1_beats": 8.0,
    "riff1_seed": 7,
    "riff1_prompt": "dub",
    "riff1_ready": 1,
}


@pytest.fixture
def tidal():
    """A socket where Tidal would listen."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(5)
        yield listening


@pytest.fixture
def ear(tidal):
    ear = TidalEar.at(f"127.0.0.1:{tidal.getsockname()[1]}")
    yield ear
    ear.close()


def heard(tidal, count):
    """So many controls: an address that is always the same, and a key with its value."""
    messages = [message for _ in range(count) for message in unpack(tidal.recv(1000))]
    assert {address for address, *_ in messages} == {"/ctrl"}
    return {key: value for _, key, value in messages}


def nothing(tidal):
    tidal.settimeout(0.02)
    with pytest.raises(TimeoutError):
        tidal.recv(1000)
    tidal.settimeout(5)


def test_a_clip_is_told_and_told_again(ear, tidal):
    ear.tick(100.0)
    nothing(tidal)
    ear.notify("clip", "/riff/clip", *CLIP)
    assert heard(tidal, 6) == SAID
    ear.tick(100.1)
    nothing(tidal)
    ear.tick(100.0 + AGAIN_S)
    assert heard(tidal, 6) == SAID


def test_the_newest_clip_of_all_is_riff_n(ear, tidal):
    ear.notify("clip", "/riff/clip", *CLIP)
    ear.notify("clip", "/riff/clip", "riff2", 3, *CLIP[2:])
    told = heard(tidal, 12)
    assert (told["riff_n"], told["riff1_n"], told["riff2_n"]) == (3, 42, 3)


def test_clips_without_a_file_and_other_news_are_not_for_tidal(ear, tidal):
    ear.notify("clip", "/riff/clip", "riff1", 42, "", *CLIP[3:])
    ear.notify("late", "/riff/late", 1, 4.0)
    nothing(tidal)


def test_nobody_listens():
    """The answer of the system, that nobody is there, is no error."""
    ear = TidalEar.at("127.0.0.1:9")
    for _ in range(3):
        ear.notify("clip", "/riff/clip", *CLIP)
    ear.close()


@pytest.mark.parametrize("where", ["nowhere", "127.0.0.1:", "no.such.host.invalid:6010"])
def test_no_such_place(where):
    with pytest.raises((OSError, ValueError)):
        TidalEar.at(where)
