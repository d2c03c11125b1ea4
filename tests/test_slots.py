"""Prompt slots, by real datagrams: words under names, and voices that play them."""

import pytest
from osc_helpers import Table, build, bundle

from riffosc.params import MAX_TEXT
from riffosc.slots import MAX_SLOTS, Slots
from riffosc.state import StateFolder


class Band(Table):
    """A desk with slots."""

    def __init__(self, path):
        super().__init__()
        self.said = []
        self.folder = StateFolder(path, self.said.append)
        self.slots = Slots(self.store, self.folder)
        for doc, ask in self.slots.commands():
            self.desk.commands.add(doc, ask)

    def voice(self, number=1):
        return self.store.get(f"/riff/{number}/slot"), self.store.get(f"/riff/{number}/prompt")


@pytest.fixture
def band(tmp_path):
    band = Band(tmp_path)
    band.send("/riff/slot/set", "dub", "dub techno chords")
    band.send("/riff/slot/set", "acid 1", "acid bass")
    band.heard()
    yield band
    band.folder.close()


def test_a_slot_is_played_by_its_name_and_everybody_sees_its_words(band):
    band.send("/riff/subscribe", "/riff/1/prompt")
    band.heard()
    band.clock.advance(1)
    band.send("/riff/1/slot", "acid 1")
    assert band.voice() == ("acid 1", "acid bass")
    assert band.told[-2:] == [("/riff/1/slot", "acid 1"), ("/riff/1/prompt", "acid bass")]
    assert band.heard() == [("/riff/1/prompt", "acid bass")]


@pytest.mark.parametrize("given", [2, 2.0, "2", "2.0", "acid_1", " acid 1 "])
def test_a_slot_is_played_by_its_place_too(band, given):
    band.send("/riff/3/slot", given)
    assert band.voice(3) == ("acid 1", "acid bass")


def test_a_name_that_is_a_number_goes_before_a_place(band):
    band.send("/riff/slot/set", 1, "one drop")
    band.send("/riff/1/slot", 1.0)
    assert band.voice() == ("1", "one drop")
    band.send("/riff/1/slot", 3)
    assert band.voice() == ("1", "one drop")


def test_the_release_of_a_button_changes_nothing(band):
    band.send("/riff/1/slot", 1.0)
    band.send("/riff/1/slot", 0.0)
    assert band.voice() == ("dub", "dub techno chords")
    assert band.fails() == []


@pytest.mark.parametrize("address", ["/riff/1/slot", "/riff/*/slot", "/riff/slot/delete"])
def test_an_unknown_name_is_told_with_the_nearest_and_nothing_changes(band, address):
    band.send("/riff/1/slot", "dub")
    band.send(address, "acid1")
    ((_, code, words),) = band.fails()
    assert code == 400 and "did you mean acid 1?" in words
    assert band.voice() == ("dub", "dub techno chords")


def test_in_a_play_message_a_bad_slot_does_not_stop_the_rest(band):
    band.send("/riff/1/play", "slot", "nowhere", "gain", 0.5)
    assert len(band.fails()) == 1
    assert band.store.get("/riff/1/gain") == 0.5
    band.send("/riff/play", "orbit", 1, "slot", "acid_1")
    assert band.voice(2) == ("acid 1", "acid bass")


def test_words_of_ones_own_leave_the_slot(band):
    band.send("/riff/1/slot", "dub")
    band.send("/riff/1/prompt", "church organ")
    assert band.voice() == ("", "church organ")
    band.send("/riff/1/slot", "dub")
    assert band.voice() == ("dub", "dub techno chords")
    band.send("/riff/1/slot", "")
    assert band.voice() == ("", "dub techno chords")


def test_a_blend_leaves_the_slot_and_a_slot_the_blend(band):
    band.send("/riff/1/slot", "dub")
    band.send("/riff/1/blend", "dub 0.7, acid 1 0.3")
    assert band.voice() == ("", "dub techno chords")
    band.send("/riff/1/slot", "dub")
    assert band.voice() == ("dub", "dub techno chords") and band.store.get("/riff/1/blend") == ""


@pytest.mark.parametrize("keys", [("slot", "dub", "prompt", "organ"), ("prompt", "organ", "slot", "dub")])
def test_both_in_one_message_never_disagree(band, keys):
    """All who listen end up with what the store holds."""
    band.send("/riff/1/play", *keys)
    slot, prompt = band.voice()
    assert (slot, prompt) in (("dub", "dub techno chords"), ("", "organ"))
    assert dict(band.told)["/riff/1/prompt"] == prompt
    assert dict(band.told)["/riff/1/slot"] == slot


def test_storing_over_a_slot_that_plays_changes_the_voice(band):
    band.send("/riff/1/slot", "dub")
    band.send("/riff/2/slot", "acid 1")
    band.send("/riff/slot/set", "dub", "deeper", "dub")
    assert band.voice(1) == ("dub", "deeper dub")
    assert band.voice(2) == ("acid 1", "acid bass")


def test_deleting_leaves_the_words_playing(band):
    band.send("/riff/1/slot", "dub")
    band.send("/riff/slot/delete", "dub")
    assert band.heard()[-1] == ("/riff/done", "/riff/slot/delete", "dub")
    assert band.voice() == ("", "dub techno chords")
    assert band.slots.words("dub") is None and band.slots.words("acid 1") == "acid bass"


def test_list(band):
    band.send("/riff/slot/list")
    assert band.heard() == [
        ("/riff/slot/list/item", 1, "dub", "dub techno chords"),
        ("/riff/slot/list/item", 2, "acid 1", "acid bass"),
        ("/riff/slot/list/end", 2),
    ]


def test_a_long_list_comes_in_bursts_and_whole(band):
    for number in range(MAX_SLOTS - 2):
        band.send("/riff/slot/set", f"slot {number}", "many words " * 20)
    band.send("/riff/slot/set", "one too many", "words")
    assert [code for _, code, _ in band.fails()] == [400]
    band.send("/riff/slot/list")
    assert len(band.datagrams) < 10
    band.clock.advance(5)
    assert [message[0] for message in band.heard()].count("/riff/slot/list/item") == MAX_SLOTS


@pytest.mark.parametrize(
    ("name", "kept"), [("../../etc/passwd", "etcpasswd"), ("con", "con_"), ("été ", "été"), (1.0, "1"), ("a\nb", "ab")]
)
def test_names_are_such_that_a_file_can_have_them(band, name, kept):
    band.send("/riff/slot/set", name, "words")
    assert band.heard() == [("/riff/done", "/riff/slot/set", kept)]


@pytest.mark.parametrize("args", [(), ("a",), ("", "x"), ("a", ""), ("...", "x"), ("a", "x" * (MAX_TEXT + 1))])
def test_what_makes_no_slot(band, args):
    band.send("/riff/slot/set", *args)
    assert [code for _, code, _ in band.fails()] == [400]
    assert len(list(band.slots.rows(()))) == 3


def test_slots_are_there_the_next_time_in_their_order(band, tmp_path):
    band.folder.close()
    text = (tmp_path / "slots.toml").read_text()
    assert text.splitlines()[1:] == ['dub = "dub techno chords"', '"acid 1" = "acid bass"']
    later = Band(tmp_path)
    later.send("/riff/1/slot", 2)
    assert later.voice() == ("acid 1", "acid bass")


def test_a_file_written_by_hand(band, tmp_path):
    band.folder.close()
    (tmp_path / "slots.toml").write_text('organ = "church organ"\nseven = 7\nempty = ""\n')
    band.send("/riff/1/slot", "organ")
    assert band.voice() == ("organ", "church organ")
    assert len(band.said) == 2 and 'expected seven = "words"' in band.said[0]
    band.send("/riff/1/slot", "seven")
    assert len(band.fails()) == 1


def test_words_too_long_for_a_prompt_are_no_slot(band, tmp_path):
    """Such a file would have stopped a session that plays it from being opened."""
    band.folder.close()
    (tmp_path / "slots.toml").write_text(f'long = "{"x" * 1001}"\norgan = "church organ"\n')
    band.send("/riff/1/slot", "long")
    (fail,) = band.fails()
    assert "no slot 'long'" in str(fail)
    assert len(band.said) == 1 and 'expected long = "words", at most 1000 characters' in band.said[0]
    band.send("/riff/1/slot", "organ")
    assert band.voice() == ("organ", "church organ")


def test_a_slot_waits_for_nothing_where_it_has_a_time_tag(band):
    """What needs painting starts on arrival."""
    band.raw(bundle(band.clock.wall() + 1, build("/riff/1/slot", "dub")))
    assert band.voice() == ("dub", "dub techno chords")
