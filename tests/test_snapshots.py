"""Snapshots, by real datagrams: kept whole, recalled at the bar, at once or over bars."""

import tomllib
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from band import NEAR, Band
from hypothesis import given, settings
from hypothesis import strategies as st

from riffosc.actions import Silence
from riffosc.modulation import Modulation
from riffosc.params import When
from riffosc.quantise import Quantise
from riffosc.slots import Slots
from riffosc.snapshots import Snapshots
from riffosc.state import StateFolder

LEADS_S = {"tempo": 0.05, "take": 0.1}


class Stage(Band):
    """A band that keeps snapshots, and whose conductor hears it as the engine's does."""

    def __init__(self, path):
        super().__init__()
        self.said = []
        self.folder = StateFolder(path, self.said.append)
        self.store.listen(self.conduct)
        self.slots = Slots(self.store, self.folder)
        self.modulation = Modulation(self.store, self.conductor, self.desk.reports.done)
        quantise = Quantise(self.store, self.conductor, self.clock.time, LEADS_S)
        self.snapshots = Snapshots(self.folder, quantise, self.modulation, self.conductor, self.desk.reports.done)
        for part in (self.slots, self.modulation, self.snapshots):
            self.take_up(part.commands())
        self.ticking += [quantise.tick, self.modulation.tick]
        self.run(1.5)

    def conduct(self, address, value):
        param = self.store.param(address)
        if param.per_voice and param.when is When.CLIP:
            self.conductor.change(int(address.split("/")[2]), param.name, value)
        elif address == "/riff/panic":
            self.conductor.clear()

    def set(self, **values):
        for name, value in values.items():
            self.store.set("/riff/" + name.removeprefix("v").replace("__", "/"), value)

    def values(self):
        return {a: self.store.get(a) for a, param in self.store.addresses() if param.musical}

    def forget(self):
        self.told.clear()
        self.happened.clear()
        self.heard()

    def changes(self, address):
        return [value for one, value in self.told if one == address]


@pytest.fixture
def stage(tmp_path):
    stage = Stage(tmp_path)
    yield stage
    stage.folder.close()


def test_everything_of_the_music_comes_back_at_the_bar(stage):
    odd = {"tempo": 97.3, "key": "Am", "v1__prompt": "dub", "v1__seed": 7, "v2__gain": 0.33, "v8__mute": True}
    stage.set(**odd, v3__swap="loop", v1__bars=4)
    kept = stage.values()
    stage.send("/riff/snapshot/save", "drop")
    stage.set(
        tempo=120, key="C", v1__prompt="organ", v1__seed=9, v2__gain=1, v2__pan=-1, v8__mute=False, v3__swap="bar"
    )
    stage.forget()
    stage.send("/riff/snapshot/recall", "drop")
    stage.run(2)
    assert stage.heard() == []
    stage.run(0.6)
    assert stage.values() == kept
    assert stage.heard() == [("/riff/done", "/riff/snapshot/recall", "drop")]


def test_what_sounds_changes_on_the_bar_and_painting_begins_at_once(stage):
    stage.set(v1__gain=0.5, v1__prompt="dub", tempo=100)
    stage.send("/riff/snapshot/save", "drop")
    stage.set(v1__gain=1, v1__prompt="organ", tempo=120)
    stage.forget()
    stage.send("/riff/snapshot/recall", "drop")
    assert stage.happened == {"/riff/1/prompt": (stage.beat, "dub")}
    assert stage.conductor.voices[1].earliest == 4
    assert stage.conductor.voices[2].earliest < 0, "nothing is new there"
    stage.run(4)
    assert stage.happened["/riff/1/gain"] == (pytest.approx(4, abs=NEAR), 0.5)
    assert stage.happened["/riff/tempo"] == (pytest.approx(3.9, abs=NEAR), 100)


def test_a_blend_comes_back_with_its_prompt(stage):
    stage.set(v1__prompt="dub", v1__blend="organ 2, pad")
    stage.send("/riff/snapshot/save", "drop")
    stage.set(v1__prompt="house")
    assert stage.store.get("/riff/1/blend") == ""
    stage.set(v1__blend="organ 2, pad")
    stage.send("/riff/snapshot/recall", "drop")
    stage.run(4)
    assert (stage.store.get("/riff/1/prompt"), stage.store.get("/riff/1/blend")) == ("dub", "organ 2, pad")


@pytest.mark.parametrize(("when", "beat"), [("loop", 8), (6.0, 6), ("beat", 2), ("now", 1.5)])
def test_it_may_be_told_when(stage, when, beat):
    stage.set(v1__gain=0.5, v1__prompt="dub", v1__mix=0.0)
    stage.send("/riff/snapshot/save", "drop")
    stage.set(v1__gain=1, v1__prompt="organ", v1__mix=1.0)
    stage.sound(1, bars=2)
    stage.forget()
    stage.send("/riff/snapshot/recall", "drop", 0, when)
    assert stage.store.get("/riff/1/prompt") == "dub"
    assert stage.conductor.voices[1].earliest == pytest.approx(beat, abs=0.51 if when == "now" else 0)
    stage.run(8)
    assert stage.happened["/riff/1/gain"] == (pytest.approx(beat, abs=0.51 if when == "now" else NEAR), 0.5)
    stage.send("/riff/snapshot/recall", "drop", 0, "soon")
    assert len(stage.fails()) == 1


def test_the_rig_stays_as_it_is(stage):
    stage.set(offset_ms=10.0, v1__hold=True, clock="link", model="/somewhere")
    stage.send("/riff/snapshot/save", "drop")
    stage.set(offset_ms=0.0, v1__hold=False, clock="auto", model="embedded")
    stage.forget()
    stage.send("/riff/snapshot/recall", "drop")
    stage.run(4)
    assert stage.told == []


def test_decimals_move_over_bars_and_the_rest_changes_at_the_start(stage):
    stage.set(v1__gain=0.0, v1__mute=True, v1__seed=9, v1__mix=1.0)
    stage.send("/riff/snapshot/save", "drop")
    stage.set(v1__gain=1.0, v1__mute=False, v1__seed=1, v1__mix=0.0)
    stage.forget()
    stage.send("/riff/snapshot/recall", "drop", 4)
    stage.run(2.6)
    assert stage.store.get("/riff/1/gain") == pytest.approx(1, abs=0.01)
    assert stage.store.get("/riff/1/mute") is True and stage.store.get("/riff/1/seed") == 9
    stage.run(7.9)
    assert stage.store.get("/riff/1/gain") == pytest.approx(0.5, abs=0.02)
    stage.run(16)
    assert stage.store.get("/riff/1/gain") == 0 and stage.store.get("/riff/1/mix") == 1
    mix = stage.changes("/riff/1/mix")
    assert mix == sorted(mix) and 2 <= len(mix) <= 4, "looked at once a loop"


def test_prompts_are_walked_to(stage):
    stage.set(v1__prompt="dub", v2__prompt="organ", v2__bars=4, v1__morph=3)
    stage.send("/riff/snapshot/save", "drop")
    stage.set(v1__prompt="strings", v2__prompt="choir", v1__morph=1)
    for voice in (1, 2):
        stage.sound(voice, bars=2)
        stage.conductor.voices[voice].prompts = (("before", 1.0),)
    stage.send("/riff/snapshot/recall", "drop", 8)
    assert stage.conductor.voices[1].morph.clips == 4
    assert stage.conductor.voices[2].morph.clips == 2
    assert stage.conductor.voices[1].number_of("morph") == stage.store.get("/riff/1/morph") == 3
    stage.run(4)
    stage.send("/riff/snapshot/save", "here")
    stage.set(v1__prompt="strings")
    stage.sound(1, bars=2)
    stage.send("/riff/snapshot/recall", "here")
    assert stage.conductor.voices[1].morph is None, "at once, whatever `morph` says"


def test_a_second_recall_takes_over_from_where_the_first_has_got_to(stage):
    stage.set(v1__gain=0.0)
    stage.send("/riff/snapshot/save", "low")
    stage.set(v1__gain=2.0)
    stage.send("/riff/snapshot/save", "high")
    stage.set(v1__gain=1.0)
    stage.send("/riff/snapshot/recall", "low", 4)
    stage.run(2.5 + 8)
    assert stage.store.get("/riff/1/gain") == pytest.approx(0.5, abs=0.02)
    stage.send("/riff/snapshot/recall", "high", 1)
    stage.run(8.1)
    assert stage.store.get("/riff/1/gain") == 2.0
    gains = stage.changes("/riff/1/gain")[4:]
    assert max(abs(b - a) for a, b in pairwise(gains)) < 0.05, "no jump"


def test_of_two_recalls_before_the_bar_the_newer_counts(stage):
    stage.send("/riff/snapshot/save", "one")
    stage.set(v1__gain=0.5, v2__pan=1.0)
    stage.send("/riff/snapshot/save", "two")
    stage.send("/riff/snapshot/recall", "one")
    stage.send("/riff/snapshot/recall", "two")
    stage.forget()
    stage.run(4)
    assert stage.told == [] and stage.heard() == [("/riff/done", "/riff/snapshot/recall", "two")]


def test_a_hand_on_a_gliding_control_stops_it(stage):
    stage.set(v1__gain=0.0)
    stage.send("/riff/snapshot/save", "low")
    stage.set(v1__gain=1.0)
    stage.send("/riff/snapshot/recall", "low", 4)
    stage.run(6)
    stage.forget()
    stage.send("/riff/1/gain", 0.9)
    assert stage.heard() == [("/riff/done", "/riff/snapshot/recall", "/riff/1/gain", "taken in hand")]
    stage.run(20)
    assert stage.store.get("/riff/1/gain") == pytest.approx(0.9)


def test_what_moves_is_part_of_it(stage):
    stage.set(v1__gain=0.7)
    stage.send("/riff/lfo", "/riff/1/gain", "sine", 8, 0.2, 0.9)
    stage.send("/riff/steps", "/riff/2/pan", 1, -1, 1)
    stage.run(0.3)
    moving = stage.modulation.standing()
    stage.send("/riff/snapshot/save", "drop")
    stage.send("/riff/still")
    stage.send("/riff/lfo", "/riff/3/pan", "saw", 8)
    stage.run(0.5)
    stage.forget()
    stage.send("/riff/snapshot/recall", "drop")
    stage.run(3)
    assert stage.modulation.standing() == moving
    assert stage.changes("/riff/3/pan")[-1] == 0, "what moved then stands where it stood"
    stage.send("/riff/still")
    assert stage.store.get("/riff/1/gain") == 0.7
    assert stage.fails() == []


def test_a_voice_that_had_nothing_to_play_falls_silent(stage):
    stage.set(v1__prompt="dub")
    stage.send("/riff/snapshot/save", "drop")
    stage.set(v2__prompt="organ")
    stage.sound(1, bars=2)
    stage.sound(2, bars=2)
    stage.send("/riff/snapshot/recall", "drop")
    assert stage.conductor.state_word(2) != "empty"
    stage.run(2.4)
    assert [one for one in stage.conductor.step(stage.clock.now) if isinstance(one, Silence)] == [Silence(2, 4)]
    assert stage.conductor.state_word(2) == "empty" and stage.conductor.state_word(1) != "empty"
    stage.conductor.undo(2, stage.clock.now)
    assert stage.conductor.state_word(2) != "empty"


def test_after_a_panic_a_recall_plays_again(stage):
    stage.set(v1__prompt="dub")
    stage.send("/riff/snapshot/save", "drop")
    stage.send("/riff/panic", 1)
    assert stage.conductor.state_word(1) == "empty"
    stage.send("/riff/snapshot/recall", "drop")
    assert stage.conductor.state_word(1) == "waiting"


def test_a_slot_is_remembered_unless_its_words_are_others_now(stage):
    stage.send("/riff/slot/set", "one", "dub")
    stage.send("/riff/slot/set", "two", "acid")
    stage.send("/riff/1/slot", "one")
    stage.send("/riff/2/slot", "two")
    stage.send("/riff/snapshot/save", "drop")
    stage.set(v1__prompt="a", v2__prompt="b")
    stage.send("/riff/slot/set", "one", "deep dub")
    stage.send("/riff/snapshot/recall", "drop")
    slots = [(stage.store.get(f"/riff/{voice}/slot"), stage.store.get(f"/riff/{voice}/prompt")) for voice in (1, 2)]
    assert slots == [("", "dub"), ("two", "acid")]
    stage.send("/riff/slot/delete", "two")
    stage.send("/riff/snapshot/recall", "drop")
    assert stage.store.get("/riff/2/prompt") == "acid" and stage.fails() == []


def test_list_delete_and_numbers(stage):
    for name in ("verse", "chorus", "3"):
        stage.set(v1__gain={"verse": 0.1, "chorus": 0.2, "3": 0.3}[name])
        stage.send("/riff/snapshot/save", name)
    stage.forget()
    stage.send("/riff/snapshot/list")
    assert stage.heard() == [
        ("/riff/snapshot/list/item", 1, "3"),
        ("/riff/snapshot/list/item", 2, "chorus"),
        ("/riff/snapshot/list/item", 3, "verse"),
        ("/riff/snapshot/list/end", 3),
    ]
    for asked, gain in ((3.0, 0.3), (2, 0.2), ("verse", 0.1)):
        stage.send("/riff/snapshot/recall", asked)
        stage.run(4)
        assert stage.store.get("/riff/1/gain") == gain
    stage.send("/riff/snapshot/delete", "chorus")
    stage.send("/riff/snapshot/recall", "corus")
    ((_, code, words),) = stage.fails()
    assert code == 400 and "corus" in words


@pytest.mark.parametrize(
    "message", [("recall",), ("recall", "nothing"), ("recall", 0), ("save",), ("save", "//"), ("delete", "x")]
)
def test_nonsense(stage, message):
    stage.send(f"/riff/snapshot/{message[0]}", *message[1:])
    assert [code for _, code, _ in stage.fails()] == [400]


def test_the_file_is_readable_and_may_be_written_by_hand(stage, tmp_path):
    stage.set(v1__prompt='say "dub"', v1__gain=0.33)
    stage.send("/riff/snapshot/save", "../first drop")
    stage.folder.close()
    path = tmp_path / "snapshots/first drop.toml"
    text = path.read_text()
    assert 'prompt = "say \\"dub\\""' in text and "\ngain = 0.33\n" in text
    assert set(tomllib.loads(text)) == {"all", "voice", "moving"}
    path.write_text("[voice.1]\ngain = 0.5\n")
    stage.forget()
    stage.send("/riff/snapshot/recall", "first drop")
    stage.run(4)
    assert stage.told == [("/riff/1/gain", 0.5)]


def test_what_is_wrong_in_a_file_is_said_and_the_rest_works(stage, tmp_path):
    (tmp_path / "snapshots").mkdir()
    (tmp_path / "snapshots/a.toml").write_text(
        'colour = 3\n[all]\ntempo = "fast"\noffset_ms = 3\n[voice.1]\ngain = 0.5\ngian = 0.1\n[voice.99]\ngain = 0.1\n'
        '[moving]\n"/riff/1/pan" = "sinus 8"\n"/riff/1/width" = "sine 8"\n'
    )
    (tmp_path / "snapshots/b.toml").write_text("voice = 3\nmoving = []\n[all]\ntempo = 99\n")
    (tmp_path / "snapshots/c.toml").write_text("[voice]\n1 = 3\n[all\n")
    for name in "abc":
        stage.send("/riff/snapshot/recall", name)
        stage.run(4)
    assert stage.store.get("/riff/1/gain") == 0.5 and stage.store.get("/riff/tempo") == 99
    first = [words for words in stage.said if "a.toml" in words]
    assert len(first) == 5
    assert any("colour" in words for words in first) and any("did you mean /riff/1/gain?" in words for words in first)
    assert any("sinus" in words for words in first) and any("tempo is a number" in words for words in first)
    assert len([words for words in stage.said if "b.toml" in words]) == 2
    assert [words for words in stage.said if "c.toml" in words and "line 3" in words]
    ((_, _, words),) = stage.fails()
    assert "c.toml" in words and "line 3" in words, "whoever asks for it is told, too"


def test_an_empty_file(stage, tmp_path):
    (tmp_path / "snapshots").mkdir()
    (tmp_path / "snapshots/a.toml").write_text("")
    stage.send("/riff/snapshot/recall", "a")
    assert [words for _, _, words in stage.fails()] == ["there is nothing in a"]


COMMANDS = [
    "/riff/slot/set", "/riff/slot/delete", "/riff/slot/list", "/riff/1/slot", "/riff/*/slot",
    "/riff/snapshot/save", "/riff/snapshot/recall", "/riff/snapshot/delete", "/riff/snapshot/list",
    "/riff/at", "/riff/lfo", "/riff/steps", "/riff/still", "/riff/1/play",
]  # fmt: skip
WORDS = [
    "a", "1", "bar", "loop", "at", "sine", "drift", "steps", "slot", "/riff/1/gain", "/riff/1/bars", "/riff/1/seed",
    "/riff/tempo", "/riff/*/mute", "/riff/at", "/riff/snapshot/recall", "/riff/1/prompt", "..", "nul", "é\ud800", "",
]  # fmt: skip
ARGS = st.one_of(
    st.sampled_from(WORDS),
    st.integers(-3, 9),
    st.floats(width=32).map(lambda number: (number, "f")),
    st.floats().map(lambda number: (number, "d")),
    st.text(max_size=5).map(lambda text: text.replace("\0", "")),
)
MESSAGES = st.tuples(st.sampled_from(COMMANDS), st.lists(ARGS, max_size=6))


@given(st.lists(MESSAGES, min_size=1, max_size=12))
@settings(max_examples=200, deadline=None)
def test_whatever_is_sent_is_no_defect(messages):
    with TemporaryDirectory() as path:
        stage = Stage(Path(path))
        for address, args in messages:
            stage.send(
                address, *(arg.encode("utf-8", "replace").decode() if isinstance(arg, str) else arg for arg in args)
            )
            stage.run(0.5)
        stage.run(8)
        stage.clock.advance(1)
        assert 500 not in [code for _, code, _ in stage.fails()]
        for address, param in stage.store.addresses():
            assert stage.store.get(address) == param.coerce(stage.store.get(address))
        stage.folder.close()
        inside = Path(path)
        assert all(found.parent in (inside, inside / "snapshots") for found in inside.rglob("*.toml"))
