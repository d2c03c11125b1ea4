"""What messages do: forgiving about types, strict about nonsense."""

import logging
import struct

import pytest
from osc_helpers import WALL, build, bundle


@pytest.mark.parametrize(
    ("address", "args", "value"),
    [
        ("/riff/tempo", [90], 90.0),
        ("/riff/tempo", [(90.5, "d")], 90.5),
        ("/riff/tempo", ["97.5"], 97.5),
        ("/riff/tempo", [1000.0], 300.0),
        ("/riff/tempo", [-1], 20.0),
        ("/riff/tempo", [100.0, 7], 100.0),
        ("/riff/1/seed", [41.6], 42),
        ("/riff/1/seed", [(2**40, "h")], 2**31 - 1),
        ("/riff/1/steps", [True], 1),
        ("/riff/1/mute", [True], True),
        ("/riff/1/mute", [1.0], True),
        ("/riff/1/mute", ["1"], True),
        ("/riff/1/prompt", ["dub techno"], "dub techno"),
        ("/riff/1/prompt", ["dub", "techno", 4], "dub techno 4"),
        ("/riff/1/prompt", [808], "808"),
        ("/riff/1/prompt", ["under_score"], "under_score"),
        ("/riff/1/swap", ["loop"], "loop"),
        ("/riff/8/pan", [0.5], 0.5),
    ],
)
def test_values_are_taken_as_they_are_meant(table, address, args, value):
    table.send(address, *args)
    assert table.store.get(address) == value
    assert type(table.store.get(address)) is type(value)
    assert table.told == [(address, value)]
    assert table.heard() == []  # no echo


@pytest.mark.parametrize(
    ("address", "args", "words"),
    [
        ("/riff/tempo", [float("nan")], "cannot be nan"),
        ("/riff/tempo", [float("inf")], "cannot be inf"),
        ("/riff/tempo", ["nan"], "cannot be nan"),
        ("/riff/tempo", ["fast"], "is a number"),
        ("/riff/tempo", [b"120"], "is a number"),
        ("/riff/tempo", [None], "is a number"),
        ("/riff/1/prompt", [b"\1\2"], "is text"),
        ("/riff/1/prompt", [None], "is text"),
        ("/riff/1/prompt", ["x" * 1001], "1000 characters"),
        ("/riff/1/prompt", ["x" * 600, "y" * 600], "1000 characters"),
        ("/riff/1/swap", ["never"], "beat, bar, loop"),
        ("/riff/1/save", ["later"], "is a number"),
        ("/riff/*/gain", [float("nan")], "cannot be nan"),
    ],
)
def test_nonsense_changes_nothing_and_is_answered_in_words(table, address, args, words):
    table.send(address, *args)
    ((command, code, text),) = table.fails()
    assert (command, code) == (address, 400)
    assert words in text
    assert table.told == []


def test_status_can_only_be_read(table):
    table.send("/riff/beat", 3.0)
    table.send("/riff/*/state", "playing")
    assert [(command, code) for command, code, _ in table.fails()] == [("/riff/beat", 403), ("/riff/*/state", 403)]


def test_latin1_prompt(table):
    table.raw(b"/riff/1/prompt\0\0,s\0\0" + "müde".encode("latin-1") + b"\0\0\0\0")
    assert table.store.get("/riff/1/prompt") == "müde"


def test_missing_type_tags(table):
    table.raw(b"/riff/tempo\0" + struct.pack(">f", 93.5))
    assert table.store.get("/riff/tempo") == 93.5


@pytest.mark.parametrize(
    ("args", "values"),
    [
        ([], [1]),
        ([1], [1]),
        ([1.0], [1]),
        ([True], [1]),
        ([0.4], [1]),  # a button that feels pressure
        ([None], [1]),
        ([0], []),
        ([0.0], []),
        ([False], []),
        (["0"], []),
    ],
)
def test_a_trigger_fires_when_pressed_and_not_when_released(table, args, values):
    table.send("/riff/1/save", *args)
    assert table.told == [("/riff/1/save", value) for value in values]


@pytest.mark.parametrize(("args", "values"), [([], [0]), ([1], [0]), ([0], []), ([7], [7]), ([7.0], [7])])
def test_generate_takes_a_seed(table, args, values):
    table.send("/riff/2/generate", *args)
    assert table.told == [("/riff/2/generate", value) for value in values]


def test_impulse_is_a_bang(table):
    table.raw(b"/riff/tap\0\0\0,I\0\0")
    assert table.told == [("/riff/tap", 1)]


def test_a_trigger_fires_again(table):
    table.send("/riff/tap")
    table.send("/riff/tap")
    assert len(table.told) == 2


def test_patterns(table):
    table.send("/riff/{1,3}/mute", 1)
    assert table.told == [("/riff/1/mute", True), ("/riff/3/mute", True)]
    table.told.clear()
    table.send("/riff/*/generate")
    assert len(table.told) == 8


def test_a_pattern_that_means_everything_does_not_panic(table):
    table.send("/riff/*", 100)
    assert table.store.get("/riff/tempo") == 100
    assert not {"/riff/panic", "/riff/start", "/riff/stop"} & {address for address, _ in table.told}
    table.send("/riff/*")
    answers = [message[0] for message in table.heard()]
    assert "/riff/beat" in answers and "/riff/panic" not in answers


def test_a_pattern_that_means_nothing(table):
    table.send("/riff/*/nothing", 1)
    table.send("/riff/" + "*" * 25 + "!", 1)
    assert [code for _, code, _ in table.fails()] == [404, 404]


def test_an_unknown_address_is_logged_once_with_the_nearest_name(table, caplog):
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            table.send("/riff/1/promt", "dub")
    assert len(caplog.records) == 1
    assert "did you mean /riff/1/prompt?" in caplog.text
    fails = table.fails()
    assert len(fails) == 5 and len(set(fails)) == 1
    assert fails[0][:2] == ("/riff/1/promt", 404)
    assert "did you mean /riff/1/prompt?" in fails[0][2]


def test_a_voice_too_many(table):
    table.send("/riff/9/gain", 1)
    assert "voices are 1 to 8" in table.fails()[0][2]


def test_a_flood_of_unknown_names_is_bounded(table, caplog):
    for number in range(3000):
        table.send(f"/x{number}", 1)
    assert len(caplog.records) == 1000
    assert len(table.fails()) == 100
    table.clock.advance(1)
    table.send("/riff/1/promt", 1)
    assert "prompt" in table.fails()[0][2]


def test_what_we_send_ourselves_is_heard_and_not_answered(table, caplog):
    for address in ("/riff/fail", "/riff/done", "/riff/pong", "/riff/clip", "/riff/late", "/riff/list/end"):
        table.send(address, "x", 1, "y")
    table.send("/riff/status", "version", "1")
    assert table.heard() == [] and not caplog.records


@pytest.mark.parametrize("address", ["/riff/3/play", "/riff/play", "/dirt/play"])
def test_tidal_plays(table, address):
    tidal = ["_id_", "1", "cps", 0.5625, "cycle", 0.5, "delta", 0.88, "gain", 0.9, "n", 1.0, "orbit", 2,
             "prompt", "dub_techno", "s", "riff", "seed", 41.0, "seed_image", "og_beat"]  # fmt: skip
    table.send(address, *tidal)
    assert table.store.voice(3)["prompt"] == "dub techno"
    assert table.store.voice(3)["gain"] == pytest.approx(0.9)
    assert table.store.voice(3)["seed"] == 41
    assert table.store.voice(3)["seed_image"] == "og_beat"  # a name, to the letter
    assert {address.split("/")[2] for address, _ in table.told} == {"3"}
    assert table.heard() == []


@pytest.mark.parametrize(
    ("address", "pairs", "voice"),
    [
        ("/riff/play", [], 1),
        ("/dirt/play", ["s", "riff"], 1),
        ("/riff/3/play", [], 3),
        ("/riff/3/play", ["orbit", 0], 1),
        ("/riff/0/play", ["orbit", 1], 2),
        ("/riff/3/play", ["orbit", 0, "voice", 5.0], 5),
        ("/riff/play", ["voice", "2"], 2),
    ],
)
def test_whose_voice_it_is(table, address, pairs, voice):
    table.send(address, *pairs, "bars", 4)
    assert table.told == [(f"/riff/{voice}/bars", 4)]


def test_play_by_a_pattern(table):
    table.send("/riff/[2-3]/play", "bars", 4)
    assert table.told == [("/riff/2/bars", 4), ("/riff/3/bars", 4)]
    table.told.clear()
    table.send("/riff/*/play", "voice", 2, "bars", 1)
    assert table.told == [("/riff/2/bars", 1)]


@pytest.mark.parametrize(
    ("address", "pairs", "words"),
    [
        ("/riff/play", ["voice", 9, "gain", 1], "no voice 9; they are 1 to 8"),
        ("/riff/play", ["orbit", 8, "gain", 1], "no voice 9"),
        ("/riff/0/play", ["gain", 1], "no voice 0"),
        ("/riff/12/play", ["gain", 1], "no voice 12"),
        ("/riff/play", ["voice", float("nan")], "voice is a number"),
        ("/riff/play", ["orbit", "drums"], "orbit is a number"),
        ("/riff/play", ["gain"], "pairs"),
        ("/riff/play", [1, "gain"], "a key is a word"),
    ],
)
def test_play_that_cannot_be(table, address, pairs, words):
    table.send(address, *pairs)
    ((command, _, text),) = table.fails()
    assert command == address and words in text
    assert table.told == []


def test_unknown_keys_are_passed_over_and_logged_once(table, caplog):
    with caplog.at_level(logging.INFO):
        for gain in (0.1, 0.2):
            table.send("/dirt/play", "room", 0.5, "clip", 1, "gain", gain, "s", "x", "cps", 0.5)
    assert sorted(record.args[0] for record in caplog.records) == ["clip", "room"]
    assert table.store.get("/riff/1/gain") == pytest.approx(0.2)
    assert table.heard() == []


def test_one_wrong_value_does_not_lose_the_others(table):
    table.send("/riff/play", "gain", "loud", "prompt", "dub", "pan", float("nan"))
    assert table.told == [("/riff/1/prompt", "dub")]
    assert [fail[0] for fail in table.fails()] == ["/riff/1/gain", "/riff/1/pan"]


def test_the_keys_of_a_message_are_there_together(table):
    seen = []
    table.store.listen(lambda *_: seen.append((table.store.get("/riff/1/prompt"), table.store.get("/riff/1/seed"))))
    table.send("/riff/play", "generate", 5, "prompt", "dub", "seed", 9)
    assert seen == [("dub", 9)] * 3
    assert table.told[-1] == ("/riff/1/generate", 5)  # triggers act on what came with them


def test_a_message_of_many_in_a_bundle(table):
    table.raw(bundle(None, *(build("/riff/1/gain", n / 100) for n in range(100))))
    assert table.store.get("/riff/1/gain") == pytest.approx(0.99)


def test_a_clock_can_be_heard_in_what_is_played(table):
    heard = []
    table.desk.hear(played=lambda keys, time: heard.append((keys["cycle"], time)))
    table.raw(bundle(WALL + 0.25, build("/dirt/play", "cps", 0.5, "cycle", 3.0, "s", "riff")))
    assert heard == [(3.0, pytest.approx(WALL + 0.25, abs=1e-6))]


def test_a_defect_of_a_listener_is_told_and_stops_nothing(table, caplog):
    def broken(address, value):
        raise RuntimeError("a defect")

    table.store.listen(broken)
    for tempo in (90, 91):
        table.send("/riff/tempo", tempo)
    assert [code for _, code, _ in table.fails()] == [500, 500]
    assert len(caplog.records) == 1 and "a defect" in caplog.text
    table.store.unlisten(broken)
    table.send("/riff/tempo", 92)
    assert table.store.get("/riff/tempo") == 92


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (("dub techno", 0.7, "church organ", 0.3), "dub techno 0.7, church organ 0.3"),
        (("dub", "techno", 2, "church", "organ", 1), "dub techno 2, church organ 1"),
        (("dub techno 0.7,", "church organ"), "dub techno 0.7, church organ"),
        (("dub techno 0.7, church organ",), "dub techno 0.7, church organ"),
    ],
)
def test_a_blend_of_several_arguments_is_put_together_to_entries(table, args, text):
    table.send("/riff/1/blend", *args)
    assert table.store.get("/riff/1/blend") == text


def test_a_prompt_of_several_arguments_is_one_text(table):
    table.send("/riff/1/prompt", "tr", 808, "at", 0.7)
    assert table.store.get("/riff/1/prompt") == "tr 808 at 0.7"


def test_what_acts_on_the_other_keys_comes_after_them(table):
    """Tidal sends its keys in the order of the alphabet."""
    table.send("/riff/play", "denoising", 0.5, "generate", 1, "prompt", "dub", "seed_image", "house")
    assert [address.rsplit("/", 1)[1] for address, _ in table.told] == ["prompt", "seed_image", "denoising", "generate"]
