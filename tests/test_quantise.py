"""Changes that wait for a beat: by real datagrams, with a clock and a conductor that the test turns."""

import pytest
from band import NEAR, Band
from osc_helpers import FADER, Table, build, bundle

from riffosc.quantise import CANCEL, LONG_SINCE, MAX_WAITING, Quantise
from riffosc.timeline import Timeline

LEADS_S = {"tempo": 0.05, "stop": 0.1}


@pytest.fixture
def band():
    band = Band()
    band.quantise = Quantise(band.store, band.conductor, band.clock.time, LEADS_S)
    band.desk.hear(beats=band.quantise)
    band.take_up([(CANCEL, band.quantise.cancel)])
    band.ticking.append(band.quantise.tick)
    band.run(1.5)
    return band


@pytest.mark.parametrize(("when", "beat"), [("beat", 2), ("bar", 4), ("BAR", 4), ("loop", 4), (6.5, 6.5), ("7", 7)])
def test_it_waits_for_its_beat(band, when, beat):
    band.send("/riff/at", when, "/riff/1/gain", 0.5)
    assert band.store.get("/riff/1/gain") == 1.0
    band.run(8)
    assert band.happened["/riff/1/gain"] == (pytest.approx(beat, abs=NEAR), 0.5)
    assert band.fails() == [] and len(band.quantise) == 0


@pytest.mark.parametrize("when", ["now", 1.0, -3])
def test_now_and_what_is_past_happen_at_once(band, when):
    band.send("/riff/at", when, "/riff/1/gain", 0.5)
    band.run(0.01)
    assert band.store.get("/riff/1/gain") == 0.5


def test_a_tempo_change_moves_it_with_the_music(band):
    band.send("/riff/at", "bar", "/riff/1/gain", 0.5)
    band.conductor.timeline = band.conductor.timeline.with_tempo(30.0, band.clock.now)
    band.run(2.4)
    assert band.store.get("/riff/1/gain") == 1.0
    band.run(0.2)
    assert band.happened["/riff/1/gain"][0] == pytest.approx(4, abs=NEAR)


def test_beats_are_those_that_a_player_sees(band):
    band.conductor.origin = 1.0
    band.send("/riff/at", 5, "/riff/1/gain", 0.5)
    band.send("/riff/at", "bar", "/riff/2/gain", 0.5)
    band.run(8)
    assert band.happened["/riff/1/gain"][0] == pytest.approx(6, abs=NEAR)
    assert band.happened["/riff/2/gain"][0] == pytest.approx(5, abs=NEAR)


def test_a_loop_is_the_voices_own_and_the_longest_where_none_is_named(band):
    band.sound(1, bars=2)
    band.sound(2, bars=4)
    for address in ("/riff/1/gain", "/riff/2/gain", "/riff/3/gain", "/riff/gain"):
        band.send("/riff/at", "loop", address, 0.5)
    band.send("/riff/1/play", "at", "loop", "pan", 1)
    band.send("/riff/play", "at", "loop", "orbit", 1, "pan", 1)
    band.run(20)
    beats = {address: round(beat) for address, (beat, _) in band.happened.items()}
    assert beats == {
        "/riff/1/gain": 8, "/riff/2/gain": 16, "/riff/3/gain": 4, "/riff/gain": 16, "/riff/1/pan": 8, "/riff/2/pan": 16
    }  # fmt: skip


def test_painting_begins_at_once_and_lands_no_sooner(band):
    band.send("/riff/at", 12, "/riff/1/prompt", "dub")
    assert band.store.get("/riff/1/prompt") == "dub"
    assert band.conductor.voices[1].earliest == 12
    band.send("/riff/2/play", "prompt", "dub", "gain", 0.5, "at", "bar")
    assert band.conductor.voices[2].earliest == 4
    assert band.store.get("/riff/2/prompt") == "dub" and band.store.get("/riff/2/gain") == 1.0
    band.run(3)
    assert band.store.get("/riff/2/gain") == 0.5


def test_patterns_triggers_and_questions_wait_too(band):
    band.send("/riff/at", "bar", "/riff/*/mute", 1)
    band.send("/riff/at", "bar", "/riff/tap")
    band.send("/riff/at", "bar", "/riff/1/gain")
    band.send("/riff/at", "bar", "/riff/sync", 7)
    assert band.heard() == []
    band.run(3)
    assert band.happened["/riff/8/mute"][0] == pytest.approx(4, abs=NEAR)
    assert band.happened["/riff/tap"][0] == pytest.approx(4, abs=NEAR)
    assert band.heard() == [("/riff/1/gain", 1.0), ("/riff/synced", 7)]


def test_what_needs_a_lead_has_it(band):
    """The clock bends 50 ms after it is asked; `stop` looks for a bar line that can be met."""
    band.send("/riff/at", "bar", "/riff/tempo", 90)
    band.send("/riff/at", "bar", "/riff/stop")
    band.run(3)
    assert band.happened["/riff/tempo"][0] == pytest.approx(4 - 2 * 0.05, abs=NEAR)
    assert band.happened["/riff/stop"][0] == pytest.approx(4 - 2 * 0.1, abs=NEAR)


def test_whoever_hears_of_a_change_can_ask_for_its_beat(band):
    """The mixer is told of levels ahead, and from which beat on."""
    beats = []
    band.store.listen(lambda address, value: beats.append(band.quantise.beat_of_change()))
    band.send("/riff/at", "bar", "/riff/1/gain", 0.5)
    band.run(4)
    band.send("/riff/1/gain", 0.6)
    assert beats == [4, LONG_SINCE]


def test_equal_beats_keep_the_order_they_came_in(band):
    for gain in (0.1, 0.2, 0.3):
        band.send("/riff/at", "bar", "/riff/1/gain", gain)
    band.send("/riff/at", "beat", "/riff/1/gain", 0.9)
    band.run(4)
    gains = [value for address, value in band.told if address == "/riff/1/gain"]
    assert gains == pytest.approx([0.9, 0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("bar",),
        ("soon", "/riff/1/gain", 0.5),
        (float("nan"), "/riff/1/gain", 0.5),
        ("bar", "/riff/1/gain", "loud"),
        ("bar", "/riff/at", "bar", "/riff/1/gain", 0.5),
        ("bar", "/riff/1/gian", 0.5),
        ("bar", "/riff/beat", 0.5),
    ],
)
def test_nonsense_is_told_on_arrival(band, args):
    band.send("/riff/at", *args)
    assert len(band.fails()) == 1
    band.run(4)
    assert band.told == []


def test_an_at_that_means_nothing_stops_its_message(band):
    band.send("/riff/1/play", "gain", 0.5, "prompt", "dub", "at", "soon")
    assert len(band.fails()) == 1 and band.told == []


@pytest.mark.parametrize("forget", [("/riff/at/cancel",), ("/riff/panic", 1)])
def test_cancel_and_panic_forget_what_waits(band, forget):
    for _ in range(3):
        band.send("/riff/at", "bar", "/riff/1/gain", 0.5)
    band.send(*forget)
    band.run(4)
    assert band.store.get("/riff/1/gain") == 1.0
    answers = [("/riff/done", "/riff/at/cancel", 3)] if "cancel" in forget[0] else []
    assert band.heard() == answers


def test_no_more_wait_than_may(band):
    for _ in range(MAX_WAITING + 1):
        band.send("/riff/at", "bar", "/riff/1/gain", 0.5)
    assert [code for _, code, _ in band.fails()] == [400]
    band.run(4)
    band.send("/riff/at", "bar", "/riff/1/gain", 0.7)
    assert band.fails() == [] and len(band.quantise) == 1


def test_at_a_time_tag_the_beat_is_looked_for_then(band):
    band.raw(bundle(band.clock.wall() + 2.0, build("/riff/at", "bar", "/riff/1/gain", 0.5)))
    band.run(8)
    assert band.happened["/riff/1/gain"][0] == pytest.approx(8, abs=NEAR)


@pytest.mark.parametrize("there", [1000.5, 0.5])
def test_a_player_who_goes_elsewhere_in_the_song_takes_along_what_waits(band, there):
    """As far ahead as before, on a bar line; what waits for a beat of the song waits for that."""
    band.run(62)  # to 63.5
    band.send("/riff/at", "bar", "/riff/1/gain", 0.5)
    band.send("/riff/at", 1004.5, "/riff/2/gain", 0.5)
    band.conductor.timeline = Timeline(beat=there, seconds=band.clock.now)
    band.run(8)
    assert band.happened["/riff/1/gain"][0] == pytest.approx(round(there + 3.5), abs=NEAR)
    assert ("/riff/2/gain" in band.happened) is (there > 1000)


def test_a_clock_that_is_put_right_by_a_little_moves_nothing(band):
    band.send("/riff/at", "bar", "/riff/1/gain", 0.5)
    band.conductor.timeline = Timeline(beat=2.0, seconds=band.clock.now)  # half a beat on
    band.run(4)
    assert band.happened["/riff/1/gain"][0] == pytest.approx(4, abs=NEAR)


def test_without_beats_it_is_told():
    table = Table()
    table.send("/riff/at", "bar", "/riff/1/gain", 0.5)
    table.send("/riff/1/play", "gain", 0.5, "at", "bar")
    assert [code for _, code, _ in table.fails()] == [404, 404]
    assert table.heard(FADER) == [] and table.told == []
