"""Bytes to events, and the words for a control."""

from contextlib import suppress

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffosc.midi.events import Event, Reader, Source, SourceError


def heard(*messages: mido.Message) -> list[str]:
    reader = Reader()
    return [str(event) for message in messages for event in reader.read(bytes(message.bytes()))]


def cc(control: int, value: int, channel: int = 0) -> mido.Message:
    return mido.Message("control_change", control=control, value=value, channel=channel)


def test_each_kind_of_message():
    assert heard(
        cc(70, 64),
        mido.Message("note_on", note=36, velocity=90, channel=9),
        mido.Message("note_off", note=36, velocity=90, channel=9),
        mido.Message("note_on", note=36, velocity=0, channel=9),
        mido.Message("pitchwheel", pitch=8191),
        mido.Message("aftertouch", value=5),
        mido.Message("program_change", program=7, channel=15),
        mido.Message("polytouch", note=3, value=4),
        mido.Message("clock"),
        mido.Message("sysex", data=(1, 2, 3)),
    ) == [
        "cc 70 ch 1: 64",
        "note 36 ch 10: 90",
        "note 36 ch 10: 0",
        "note 36 ch 10: 0",
        "pitch ch 1: 16383",
        "pressure ch 1: 5",
        "program 7 ch 16: 7",
    ]


def test_two_halves_are_one_fine_controller_and_still_two_plain_ones():
    """The S buttons of a nanoKONTROL2 are the fine halves of its faders: only a map knows what is meant."""
    assert heard(cc(3, 100), cc(35, 5)) == ["cc 3 ch 1: 100", "cc 35 ch 1: 5", "cc14 3 ch 1: 12805"]
    assert heard(cc(35, 5)) == ["cc 35 ch 1: 5"]
    assert heard(cc(3, 100, 1), cc(35, 5)) == ["cc 3 ch 2: 100", "cc 35 ch 1: 5"]


def test_nrpn_with_and_without_its_fine_half():
    chosen = [cc(99, 2), cc(98, 3)]
    assert heard(*chosen, cc(6, 127)) == ["nrpn 259 ch 1: 16383"]
    assert heard(*chosen, cc(6, 64), cc(38, 1)) == ["nrpn 259 ch 1: 8256", "nrpn 259 ch 1: 8193"]
    assert heard(*chosen, cc(101, 0), cc(100, 0), cc(6, 2)) == ["cc 6 ch 1: 2"], "a registered parameter ends it"
    assert heard(cc(6, 2)) == ["cc 6 ch 1: 2"], "a fader, where no NRPN was named"


@given(st.lists(st.binary(max_size=12)))
def test_no_bytes_do_harm(datagrams):
    reader = Reader()
    for data in datagrams:
        for event in reader.read(data):
            assert 0 <= event.position <= 1 and 1 <= event.channel <= 16
            assert Source.parse(str(event.source)) == event.source


@given(st.binary(max_size=3))
def test_no_words_do_harm(data):
    with suppress(SourceError):
        Source.parse(data.decode("latin-1"))


@pytest.mark.parametrize(
    "words", ["cc 70", "note 36 ch 10", "pitch", "pressure ch 1", "program", "program 5", "cc14 3"]
)
def test_words_come_back_as_they_were(words):
    assert str(Source.parse(words)) == words


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("knob 3", "is no control"),
        ("cc", "which cc"),
        ("cc 128", "highest cc is 127"),
        ("cc14 32", "highest cc14 is 31"),
        ("pitch 3", "has no number"),
        ("cc 1 ch 17", "1 to 16"),
        ("cc 1 ch 0", "1 to 16"),
        ("", "is no control"),
    ],
)
def test_words_that_are_no_control(words, reason):
    with pytest.raises(SourceError, match=reason):
        Source.parse(words)


def test_a_program_is_a_press_even_if_it_is_number_0():
    assert Event("program", 1, 0, 0).pressed
    assert not Event("note", 1, 60, 0).pressed
    assert Event("cc", 1, 60, 64).pressed and not Event("cc", 1, 60, 63).pressed
