"""Events in, parameters changed; lights back; controls learned. No ports."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffosc.midi.events import Event, Reader
from riffosc.midi.feedback import Lights
from riffosc.midi.learn import Learner, check_learnable
from riffosc.midi.maps import parse_map, read_map
from riffosc.midi.router import Router
from riffosc.params import ParamError, Store
from riffosc.resources import patches_dir


class Desk:
    """A store, a router, and what they were asked for."""

    def __init__(self, *controls: str, voices: int = 2) -> None:
        self.store = Store(voices)
        self.changes: list[tuple[object, ...]] = []
        self.router = Router(self.store, self.say)
        self.map = parse_map("[controls]\n" + "\n".join(controls), Path("desk.toml"))
        assert not self.map.problems
        self.router.assign("x", self.map.bindings)
        self.lights = Lights("x")
        self.lights.assign(self.router.bindings("x"), self.store)
        self.store.listen(lambda address, value: self.lights.changed(address))

    def say(self, address, *args):
        if self.store.find(address):
            args = (self.store.set(address, *args),)
        self.changes.append((address, *args))

    def take(self, kind, number, *values, channel=1):
        for value in values:
            event = Event(kind, channel, number, value)
            self.lights.heard(event, 0.0)
            self.router.take("x", event)
        return self

    def lit(self, now=10.0):
        return [tuple(data) for data in self.lights.due(self.router, self.store, now)]


def test_a_knob_over_its_range():
    desk = Desk('"cc 1" = { to = "pan", mode = "jump" }', '"cc 2" = { to = "gain", mode = "jump", range = [1, 0] }')
    desk.take("cc", 1, 0, 127).take("cc", 2, 127)
    assert [value for _, value in desk.changes] == [-1, 1, 0]


def test_steps_of_a_choice_by_knob_by_endless_knob_and_by_button():
    desk = Desk(
        '"cc 1" = { to = "bars", mode = "jump" }',
        '"cc 2" = { to = "swap", encoding = "twos" }',
        '"note 3" = { to = "slot", values = ["a", "b"] }',
    )
    desk.take("cc", 1, 0, 15, 16, 111, 112, 127)
    assert [value for _, value in desk.changes] == [1, 1, 2, 12, 16, 16]
    desk.take("cc", 2, 127, 127, 1, 1, 1)
    assert [value for _, value in desk.changes[6:]] == ["beat", "beat", "bar", "loop", "loop"]
    desk.take("note", 3, 90, 0, 90, 0, 90)
    assert [value for _, value in desk.changes[11:]] == ["a", "b", "a"]


def test_endless_knobs_step_in_the_parameters_unit_or_in_127ths():
    desk = Desk(
        '"cc 1" = { to = "seed", encoding = "signed" }',
        '"cc 2" = { to = "mix", encoding = "offset" }',
        '"cc 3" = { to = "/riff/tempo", encoding = "incdec", step = 0.5 }',
    )
    desk.take("cc", 1, 3, 65).take("cc", 2, 65, 66).take("cc", 3, 127, 64, 0, 0)
    assert [value for _, value in desk.changes] == pytest.approx([3, 2, 1 / 127, 3 / 127, 120.5, 120, 119.5])


def test_buttons():
    desk = Desk('"note 1" = "mute"', '"cc 2" = { to = "hold", button = "momentary" }', '"note 3" = "generate"')
    desk.take("note", 1, 100, 0, 100, 0).take("cc", 2, 127, 0).take("note", 3, 1, 0)
    assert desk.changes == [
        ("/riff/1/mute", True),
        ("/riff/1/mute", False),
        ("/riff/1/hold", True),
        ("/riff/1/hold", False),
        ("/riff/1/generate", 1),
    ]


def test_how_hard_a_key_is_struck_and_what_else_it_does():
    desk = Desk('"note 36" = [{ to = "denoising", range = [0.2, 1] }, { to = "slot", value = "b", at = "bar" }]')
    desk.take("note", 36, 127, 0)
    assert desk.changes == [("/riff/1/denoising", 1.0), ("/riff/at", "bar", "/riff/1/slot", "b")]


def test_programs_recall_snapshots_counted_from_1():
    desk = Desk('"program" = "/riff/snapshot/recall"', '"program 5" = "generate"')
    desk.take("program", 0, 0).take("program", 5, 5)
    assert desk.changes == [
        ("/riff/snapshot/recall", 1),
        ("/riff/1/generate", 1),
        ("/riff/snapshot/recall", 6),
    ]


def test_channels_and_voices_that_are_not_there():
    desk = Desk('"cc 1 ch 2" = { to = "mix", mode = "jump" }', '"cc 2" = { to = "mix", voice = 9 }')
    desk.take("cc", 1, 127).take("cc", 2, 127)
    assert desk.changes == []
    desk.take("cc", 1, 127, channel=2)
    assert len(desk.changes) == 1


def test_pickup_is_let_go_when_somebody_else_moves_the_parameter():
    desk = Desk('"cc 1" = { to = "mix" }')
    desk.take("cc", 1, 0, 30, 60)
    assert desk.store.get("/riff/1/mix") == pytest.approx(60 / 127)
    desk.store.set("/riff/1/mix", 0.9)
    desk.take("cc", 1, 61, 90)
    assert desk.store.get("/riff/1/mix") == 0.9
    desk.take("cc", 1, 120)
    assert desk.store.get("/riff/1/mix") == pytest.approx(120 / 127)


def test_pickup_and_scale_do_not_stick_on_whole_numbers():
    for mode in ("pickup", "scale"):
        desk = Desk(f'"cc 1" = {{ to = "steps", mode = "{mode}" }}')
        desk.take("cc", 1, *range(128))
        assert desk.store.get("/riff/1/steps") == 100
        desk.take("cc", 1, *range(126, -1, -1))
        assert desk.store.get("/riff/1/steps") == 0


def test_lights_show_what_is_and_only_what_has_changed():
    desk = Desk('"cc 1" = { to = "mix" }', '"note 2" = { to = "mute", light = [1, 5] }', '"pitch" = "/riff/gain"')
    assert desk.lit() == [(0xB0, 1, 0), (0x90, 2, 1), (0xE0, 0, 64)]
    assert desk.lit() == []
    desk.store.set("/riff/1/mix", 1)
    desk.store.set("/riff/1/mute", 1)
    assert desk.lit() == [(0xB0, 1, 127), (0x90, 2, 5)]
    desk.lights.assign(desk.router.bindings("x"), desk.store)
    assert len(desk.lit()) == 3


def test_a_knob_in_the_hand_is_not_moved_back_and_not_echoed():
    desk = Desk('"cc 1" = { to = "mix" }', '"cc 2" = "bars"')
    desk.lit()
    desk.take("cc", 1, 0, 1, channel=3)
    desk.store.set("/riff/1/mix", 0.5)
    assert desk.lit(now=0.1) == []
    assert desk.lit() == [(0xB2, 1, 64)], "on the channel that it came from"
    desk.take("cc", 2, 20, 21)
    assert desk.lit() == [], "two bars are two bars"


def test_a_ring_that_was_set_takes_the_parameter_at_once():
    desk = Desk('"cc 1" = { to = "mix" }')
    desk.take("cc", 1, 0)
    desk.store.set("/riff/1/mix", 0.5)
    assert desk.lit() == [(0xB0, 1, 64)]
    desk.take("cc", 1, 66)
    assert desk.store.get("/riff/1/mix") == pytest.approx(66 / 127)


def test_pads_show_the_slot_that_plays_and_are_told_again_after_a_press():
    desk = Desk('"note 1" = { to = "slot", value = "a" }', '"note 2" = { to = "slot", value = "b", light = [0, 3] }')
    desk.store.set("/riff/1/slot", "b")
    assert desk.lit() == [(0x90, 1, 0), (0x90, 2, 3)]
    desk.take("note", 2, 100, 0)
    assert desk.lit() == [(0x90, 2, 3)]


def test_a_ring_of_another_number_and_scale():
    desk = Desk('"cc 16" = { to = "mix", encoding = "signed", echo = 48, light = [1, 11] }')
    assert desk.lit() == [(0xB0, 48, 1)]
    desk.store.set("/riff/1/mix", 1)
    assert desk.lit() == [(0xB0, 48, 11)]


def learned(store: Store, address: str, events: list[Event], *values):
    learner = Learner(address, values)
    for place, event in enumerate(events):
        learner.take(event, 0.01 * place)
    assert not learner.ready(0.01 * len(events)) or events[0].kind != "cc" or len(events) > 31
    assert learner.ready(0.01 * len(events) + 0.7)
    return learner.binding(store)


@pytest.mark.parametrize(
    ("values", "encoding"),
    [((1, 1, 127), "twos"), ((1, 1, 65), "signed"), ((65, 65, 63), "offset"), ((65, 65, 1), "signed-left"),
     ((10, 11, 12), "absolute")],
)  # fmt: skip
def test_a_knob_is_learned_with_its_encoding(values, encoding):
    binding = learned(Store(2), "/riff/2/mix", [Event("cc", 3, 7, value) for value in values])
    assert (str(binding.source), binding.encoding, binding.high) == ("cc 7 ch 3", encoding, 1.0)


def test_a_key_is_learned_at_once_and_other_controls_are_not_heard():
    learner = Learner("/riff/1/mute")
    learner.take(Event("note", 1, 40, 0), 0)  # the end of one that was down
    assert not learner.ready(9)
    learner.take(Event("note", 1, 36, 100), 1)
    learner.take(Event("cc", 1, 1, 100), 1)
    assert learner.ready(1)
    assert learner.binding(Store(1)).button == "toggle"


def test_a_button_is_a_button_for_a_switch_whatever_it_sends():
    assert learned(Store(1), "/riff/1/mute", [Event("cc", 1, 7, value) for value in (127, 0)]).button == "toggle"
    assert learned(Store(1), "/riff/1/generate", [Event("cc", 1, 7, 127)]).button == "trigger"


def test_a_text_is_learned_with_the_texts_to_choose_from():
    binding = learned(Store(1), "/riff/1/slot", [Event("note", 1, 36, 100)], "verse")
    assert (binding.button, binding.values) == ("trigger", ("verse",))
    for address, reason in (
        ("/riff/1/slot", "name the texts"),
        ("/riff/1/gian", "gain"),
        ("/riff/beat", "only be read"),
    ):
        with pytest.raises(ParamError, match=reason):
            check_learnable(Store(1), address, ())


def test_slots_by_their_numbers():
    """The store keeps a slot's name, whichever way it was asked for."""
    desk = Desk('"note 1" = { to = "slot", values = ["1", "2"] }', '"note 2" = { to = "slot", value = "2" }')
    desk.store.refine("/riff/{voice}/slot", lambda _, name: {"1": "verse", "2": "chorus"}.get(str(name), name))
    desk.take("note", 1, 90, 0, 90, 0, 90)
    assert [value for _, value in desk.changes] == ["verse", "chorus", "verse"]
    assert desk.lit()[-1] == (0x90, 2, 0)
    desk.take("note", 1, 90)
    assert (0x90, 2, 127) in desk.lit()


shipped = cache(read_map)


@pytest.mark.parametrize("path", sorted((patches_dir() / "midi").glob("*.toml")), ids=lambda path: path.stem)
@given(st.lists(st.tuples(st.integers(0x80, 0xEF), st.integers(0, 127), st.integers(0, 127)), max_size=30))
def test_nothing_played_does_harm(path, messages):
    store, reader, lights = Store(8), Reader(), Lights("x")
    router = Router(store, lambda address, *args: store.find(address) and store.set(address, *args))
    router.assign("x", shipped(path).bindings)
    lights.assign(router.bindings("x"), store)
    for number, message in enumerate(messages):
        for event in reader.read(bytes(message)):
            lights.heard(event, number)
            router.take("x", event)
        for data in lights.due(router, store, number + 0.5):
            assert len(data) == 3 and data[0] >= 0x80 and max(data[1:]) < 0x80
