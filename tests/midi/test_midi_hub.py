"""The hub without devices: what players ask of it, what it keeps, and where the clock's bytes go."""

from pathlib import Path

import pytest

from riffosc.midi.commands import commands
from riffosc.midi.hub import JACK, Midi
from riffosc.midi.router import Router
from riffosc.midi.shelf import Shelf, user_dir
from riffosc.params import ParamError, Store, Value


class Hub:
    """A hub, and a player who asks it things."""

    def __init__(self, *wanted: str) -> None:
        self.store = Store(4)
        self.midi = Midi(self.store, Router(self.store, self.store.set), Shelf.open(wanted))
        self.table = {doc.address.removeprefix("/riff/midi/"): ask for doc, ask in commands(self.midi)}
        self.told: list[tuple[str, ...]] = []
        self.sent: list[tuple[int, ...]] = []
        self.midi.learned = lambda *args: self.told.append(args)
        self.midi.failed = lambda words: self.told.append((words,))
        self.midi.jack_out = lambda data: self.sent.append(tuple(data))
        self.now = 0.0

    def ask(self, command: str, *args: Value) -> list[tuple[str, tuple[Value, ...]]]:
        return list(self.table[command](args))

    def plays(self, *messages: tuple[int, ...], wait_s: float = 1.0) -> None:
        for message in messages:
            self.midi.take(JACK, bytes(message), self.now)
        self.now += wait_s
        self.midi.tick(self.now)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path


def test_what_was_learned_works_at_once_and_after_a_restart():
    hub = Hub()
    assert hub.ask("learn", "/riff/2/gain") == [("/riff/done", ("/riff/midi/learn", "/riff/2/gain"))]
    hub.plays((0xB0, 76, 0), (0xB0, 76, 1))
    words = 'cc 76 ch 1 = { to = "/riff/2/gain", range = [0.0, 2.0], curve = "linear", mode = "pickup" }'
    assert hub.told == [("/riff/2/gain", words)]
    for each in (hub, Hub()):
        each.plays((0xB0, 76, 0), (0xB0, 76, 127))
        assert each.store.get("/riff/2/gain") == 2.0
        assert each.store.get("/riff/1/gain") == 1.0, "it comes before what the map says of the same knob"


def test_learning_again_moves_an_address_to_another_control():
    hub = Hub()
    for control in (1, 2):
        hub.ask("learn", "/riff/1/mix")
        hub.plays((0xB0, control, 5))
    assert [str(one.source) for one in hub.midi.shelf.learned.bindings] == ["cc 2 ch 1"]
    hub.ask("forget", "/riff/1/mix")
    assert Hub().midi.shelf.learned.bindings == ()
    with pytest.raises(ParamError, match="no control has been learned"):
        hub.ask("forget", "/riff/1/mix")


def test_a_key_and_programs_learn_to_recall_snapshots():
    hub = Hub()
    hub.ask("learn", "/riff/snapshot/recall", "verse")
    hub.plays((0x90, 44, 100))
    hub.ask("learn", "/riff/snapshot/recall")
    hub.plays((0xC0, 5))
    assert [words for _, words in hub.told] == [
        'note 44 ch 1 = { to = "/riff/snapshot/recall", value = "verse", button = "trigger" }',
        'program ch 1 = { to = "/riff/snapshot/recall", button = "trigger" }',
    ]
    assert len(hub.midi.shelf.learned.bindings) == 2, "each pad has a snapshot of its own"
    hub.ask("learn", "/riff/snapshot/recall")
    hub.plays((0x90, 45, 100))
    assert "needs a name or a number" in hub.told[-1][0]


def test_cancel():
    hub = Hub()
    hub.ask("learn", "/riff/1/mix")
    hub.ask("cancel")
    hub.plays((0x90, 44, 100))
    assert hub.told == [] and hub.midi.shelf.learned.bindings == ()


@pytest.mark.parametrize(
    ("args", "reason"),
    [((), "needs a text"), (("/riff/1/gian",), "did you mean"), (("/riff/1/slot",), "name the texts"), ((3,), "text")],
)
def test_what_cannot_be_learned_is_refused_in_words(args, reason):
    with pytest.raises(ParamError, match=reason):
        Hub().ask("learn", *args)


def test_a_folder_that_cannot_be_written_is_said_and_the_control_works(folder):
    (folder / "riffosc").write_text("in the way")
    hub = Hub()
    hub.ask("learn", "/riff/1/mute")
    hub.plays((0x90, 1, 100))
    assert "cannot be kept" in hub.told[0][0]
    hub.plays((0x90, 1, 100))
    assert hub.store.get("/riff/1/mute") is True


def test_list_save_and_load():
    hub = Hub("midimix")
    hub.store.publish("/riff/audio", "jack")
    *rows, end = hub.ask("list")
    assert end == ("/riff/midi/list/end", (51 - 4 * 6,)), "of the four voices that there are"
    assert (JACK, "note 1", "/riff/1/mute") in [row[1][:3] for row in rows]
    hub.ask("learn", "/riff/1/evolve")
    hub.plays((0xB0, 90, 5))
    ((_, (_, path)),) = hub.ask("save", "set two")
    assert Path(str(path)) == user_dir() / "set two.toml"
    assert hub.ask("load", "set two") == [("/riff/done", ("/riff/midi/load", "set two"))]
    with pytest.raises(ParamError, match="no MIDI map 'nope'"):
        hub.ask("load", "nope")
    (user_dir() / "torn.toml").write_text('[controls]\n"cc 1" = "gian"\n"cc 2" = "gain"')
    problem, done = hub.ask("load", "torn")
    assert "torn.toml, line 2" in str(problem[1][2]) and done[0] == "/riff/done"


def test_the_clock_gets_its_bytes_and_nobody_else():
    hub, heard = Hub(), []
    hub.midi.clock = lambda *args: heard.append(args)
    for data in (b"\xf8", b"\xfa", b"\xfb", b"\xfc", b"\xf2\x01\x02", b"\xfe", b"", b"\xb0\x01\x02"):
        hub.midi.take(JACK, data, 1.5)
    assert heard == [(1.5, bytes(data), JACK) for data in (b"\xf8", b"\xfa", b"\xfb", b"\xfc", b"\xf2\x01\x02")]


def test_lights_go_to_jack_while_it_plays_and_all_of_them_when_somebody_is_plugged_in():
    hub, graph = Hub("apc-mini"), [1]
    hub.midi.jack_graph = lambda: graph[0]
    hub.plays()
    assert hub.sent == []
    hub.store.publish("/riff/audio", "jack")
    hub.plays()
    everything = len(hub.sent)
    assert everything > 40 and "JACK" in str(hub.store.get("/riff/midi_inputs"))
    hub.store.set("/riff/1/mute", 1)
    hub.plays()
    assert hub.sent[everything:] == [(0x90, 64, 1)]
    graph[0] = 2
    hub.plays()
    assert len(hub.sent) == 2 * everything + 1


def test_a_map_that_wants_no_lights_gets_none():
    hub = Hub("mpk-mini-mk3")
    hub.store.publish("/riff/audio", "jack")
    hub.plays()
    assert hub.sent == []
