"""Parameters that move by themselves: by real datagrams, with a clock and a conductor that the test turns."""

import pytest
from band import NEAR, Band

from riffosc.curves import Lfo, Steps
from riffosc.modulation import MAX_MOVING, MAX_STEPS, Modulation
from riffosc.params import PARAMS, Store
from riffosc.timeline import Timeline


@pytest.fixture
def band():
    band = Band()
    band.modulation = Modulation(band.store, band.conductor, band.desk.reports.done)
    band.take_up(band.modulation.commands())
    band.ticking.append(band.modulation.tick)
    return band


def changes(band, address):
    return [value for one, value in band.told if one == address]


def test_an_lfo_moves_a_level_with_the_beat(band):
    band.send("/riff/lfo", "/riff/1/pan", "sine", 4)
    assert band.heard() == [("/riff/done", "/riff/lfo", "/riff/1/pan")]
    curve = Lfo("sine", 4.0, -1.0, 1.0)
    for _ in range(16):
        band.run(0.5)
        assert band.store.get("/riff/1/pan") == pytest.approx(curve.at(band.beat), abs=0.08)


def test_it_moves_at_most_fifty_times_a_second(band):
    band.send("/riff/lfo", "/riff/1/gain", "ramp", 4, 0, 1)
    band.run(20)  # ten seconds
    assert 400 < len(changes(band, "/riff/1/gain")) <= 501


def test_an_edge_comes_on_its_beat_and_only_what_changes_is_told(band):
    band.send("/riff/lfo", "/riff/1/gain", "square", 1, 0.2, 0.8)
    band.send("/riff/steps", "/riff/1/mute", 2, 1, 0, 0)
    band.run(11.9)
    assert changes(band, "/riff/1/gain") == pytest.approx([0.8, 0.2] * 12)
    assert changes(band, "/riff/1/mute") == [True, False] * 2
    band.happened.clear()
    band.run(1)
    assert band.happened["/riff/1/mute"] == (pytest.approx(12, abs=NEAR), True)


def test_it_follows_the_tempo(band):
    band.send("/riff/lfo", "/riff/1/gain", "ramp", 8, 0, 1)
    band.run(2)
    band.conductor.timeline = band.conductor.timeline.with_tempo(240.0, band.clock.now)
    band.clock.advance(0.5)
    band.run(0.04)
    assert band.store.get("/riff/1/gain") == pytest.approx(4.04 / 8, abs=0.02)


def test_what_paints_is_looked_at_once_a_loop(band):
    """Two bars: eight beats; at the top of each, for the one that follows."""
    band.send("/riff/steps", "/riff/1/seed", 8, 10, 20, 30)
    band.send("/riff/lfo", "/riff/2/denoising", "ramp", 32, 0, 1)
    revision = band.conductor.voices[2].revision
    band.run(31.9)
    assert changes(band, "/riff/1/seed") == [20, 30, 10, 20]
    assert changes(band, "/riff/2/denoising") == [0.25, 0.5, 0.75, 0.0]
    assert band.conductor.voices[2].revision == revision, "the desk alone has no engine"


def test_tempo_is_looked_at_once_a_bar(band):
    band.send("/riff/steps", "/riff/tempo", 4, 100, 110)
    band.run(11)
    assert changes(band, "/riff/tempo") == [100, 110, 100]


def test_a_hand_on_it_stops_it_and_says_so(band):
    band.send("/riff/lfo", "/riff/1/gain", "ramp", 4)
    band.run(1)
    band.heard()
    band.send("/riff/1/gain", 0.33)
    assert band.heard() == [("/riff/done", "/riff/lfo", "/riff/1/gain", "taken in hand")]
    band.run(3)
    assert band.store.get("/riff/1/gain") == pytest.approx(0.33)


@pytest.mark.parametrize("asked", [(), ("/riff/1/gain",), ("/riff/1",)])
def test_still_goes_back_to_where_it_was(band, asked):
    band.send("/riff/1/gain", 0.33)
    band.send("/riff/lfo", "/riff/1/gain", "ramp", 4)
    band.run(1)
    band.send("/riff/lfo", "/riff/1/gain", "saw", 4)
    band.run(1)
    band.heard()
    band.send("/riff/still", *asked)
    assert band.heard() == [("/riff/done", "/riff/still", asked[0] if asked else "/riff", 1)]
    assert band.store.get("/riff/1/gain") == pytest.approx(0.33)
    band.run(2)
    assert band.store.get("/riff/1/gain") == pytest.approx(0.33)


def test_still_leaves_the_others_alone(band):
    band.send("/riff/lfo", "/riff/1/gain", "ramp", 4)
    band.send("/riff/lfo", "/riff/2/gain", "ramp", 4)
    band.send("/riff/still", "/riff/1/gain")
    band.send("/riff/still", "/riff/1")
    assert [code for _, code, _ in band.fails()] == [400]
    assert list(band.modulation.standing()) == ["/riff/2/gain"]


def test_what_moves_is_told_in_words_that_start_it_again(band):
    band.send("/riff/lfo", "/riff/1/gain", "drift", 8, 0.2, 0.7, 0.5, 99)
    band.send("/riff/steps", "/riff/1/pan", 0.5, -1, 0, 1)
    band.heard()
    band.send("/riff/lfo")
    assert band.heard() == [
        ("/riff/lfo/item", "/riff/1/gain", "drift 8 0.2 0.7 0.5 99"),
        ("/riff/lfo/item", "/riff/1/pan", "steps 0.5 -1 0 1"),
    ]
    for address, words in band.modulation.standing().items():
        again = band.modulation.curve(address, words.split())
        assert isinstance(again, Lfo | Steps)
        assert " ".join(map(str, again.words)).startswith(words.split()[0])


def test_random_differs_from_voice_to_voice(band):
    one, two = (band.modulation.curve(f"/riff/{voice}/gain", ("random", 1)) for voice in (1, 2))
    assert [one.at(beat) for beat in range(8)] != [two.at(beat) for beat in range(8)]


@pytest.mark.parametrize(
    "message",
    [
        ("/riff/lfo", "/riff/1/gain"),
        ("/riff/lfo", "/riff/1/gain", "sine"),
        ("/riff/lfo", "/riff/1/gain", "sine", 0),
        ("/riff/lfo", "/riff/1/gain", "sine", "long"),
        ("/riff/lfo", "/riff/1/gain", "sine", 4, float("nan")),
        ("/riff/lfo", "/riff/1/gain", "sinus", 4),
        ("/riff/lfo", "/riff/1/gian", "sine", 4),
        ("/riff/lfo", "/riff/1/prompt", "sine", 4),
        ("/riff/lfo", "/riff/offset_ms", "sine", 4),
        ("/riff/lfo", "/riff/1/hold", "square", 4),
        ("/riff/lfo", "/riff/1/level", "sine", 4),
        ("/riff/lfo", "/riff/1/generate", "square", 4),
        ("/riff/steps",),
        ("/riff/steps", "/riff/1/gain", 1),
        ("/riff/steps", "/riff/1/gain", 0, 1, 2),
        ("/riff/steps", "/riff/1/gain", 1, *[1] * (MAX_STEPS + 1)),
    ],
)
def test_nonsense_is_told_and_moves_nothing(band, message):
    band.send(*message)
    assert [code for _, code, _ in band.fails()] == [400]
    band.run(2)
    assert band.told == []


def test_every_number_of_the_music_can_move(band):
    store = Store()
    for param in PARAMS:
        if param.musical and param.type_tag != "s":
            band.send("/riff/lfo", param.address(1), "drift", 2)
            assert band.fails() == []
    band.run(20)
    for address, _ in band.told:
        assert store.param(address).coerce(band.store.get(address)) == band.store.get(address)


def test_no_more_move_than_may(band):
    addresses = [address for address, param in band.store.addresses() if param.musical and param.type_tag != "s"]
    assert len(addresses) <= MAX_MOVING, "all may"
    for address in addresses:
        band.modulation.move(address, Lfo("sine", 4.0, 0.0, 1.0))


def test_a_glide_ends_where_it_was_to_go(band):
    band.modulation.glide("/riff/1/gain", 0.4, 4.0, 12.0)
    band.modulation.glide("/riff/1/guidance", 10.0, 4.0, 20.0)
    band.run(3.9)
    assert changes(band, "/riff/1/gain") == []
    band.run(4.1)
    assert band.store.get("/riff/1/gain") == pytest.approx(0.7, abs=0.01)
    assert band.modulation.base("/riff/1/gain") == 0.4
    band.run(20)
    assert band.store.get("/riff/1/gain") == 0.4
    assert changes(band, "/riff/1/guidance") == [4.375, 8.125, 10.0], "towards the tops of the loops at 8, 16 and 24"
    assert band.modulation.standing() == {}


def test_a_glide_goes_on_where_the_clock_jumps_to(band):
    band.modulation.glide("/riff/1/gain", 0.0, 0.0, 16.0)
    band.run(8)
    band.conductor.timeline = Timeline(beat=100.0, seconds=band.clock.now)
    band.run(4)
    assert band.store.get("/riff/1/gain") == pytest.approx(0.25, abs=0.01)
    band.run(5)
    assert band.store.get("/riff/1/gain") == 0.0 and band.modulation.base("/riff/1/gain") == 0.0


def test_panic_stops_all_and_paints_nothing(band):
    band.send("/riff/lfo", "/riff/1/gain", "ramp", 4)
    band.send("/riff/steps", "/riff/1/seed", 8, 10, 20)
    band.run(2)
    band.send("/riff/panic", 1)
    seed = band.store.get("/riff/1/seed")
    band.run(20)
    assert band.store.get("/riff/1/gain") == 1.0
    assert band.store.get("/riff/1/seed") == seed == 20
