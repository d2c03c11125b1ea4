"""Bundles that are meant for later, for now, and for some time ago."""

import pytest
from osc_helpers import WALL, build, bundle

from riffosc.control.schedule import MAX_WAITING


def tempo(bpm):
    return build("/riff/tempo", float(bpm))


def test_a_bundle_waits_for_its_time(table):
    table.raw(bundle(WALL + 0.3, tempo(90), build("/riff/1/gain", 0.5)))
    table.clock.advance(0.299)
    assert table.told == []
    table.clock.advance(0.002)
    assert table.told == [("/riff/tempo", 90.0), ("/riff/1/gain", 0.5)]


def test_bundles_come_in_the_order_of_their_tags(table):
    for ahead in (0.3, 0.1, 0.2):
        table.raw(bundle(WALL + ahead, tempo(100 + ahead * 100)))
    table.clock.advance(1)
    assert [value for _, value in table.told] == [110, 120, 130]


def test_equal_tags_keep_the_order_they_came_in(table):
    for bpm in range(100, 120):
        table.raw(bundle(WALL + 1, tempo(bpm)))
        table.clock.advance(0.01)
        table.clock.wall_error = 0.0001 * (bpm % 3)  # two clocks are never read at the same moment
    table.clock.advance(1)
    assert [value for _, value in table.told] == list(range(100, 120))


def test_the_messages_of_a_bundle_happen_in_one_go(table):
    one, other = ([build("/riff/1/gain", n / 10), build("/riff/2/gain", n / 10)] for n in (1, 2))
    table.raw(bundle(WALL + 0.5, *one))
    table.raw(bundle(WALL + 0.5, *other))
    table.clock.advance(1)
    assert [address for address, _ in table.told] == ["/riff/1/gain", "/riff/2/gain"] * 2


def test_late_bundles_happen_at_once_and_are_counted(table):
    table.raw(bundle(WALL - 1, tempo(90), build("/riff/1/gain", 0.5)))
    table.raw(bundle(WALL, tempo(91)))  # on time
    table.raw(bundle(WALL - 5000, tempo(92)))
    assert [value for _, value in table.told] == [90, 0.5, 91, 92]
    assert table.desk.counters.late == 2


def test_too_far_ahead(table):
    table.raw(bundle(WALL + 61, tempo(90), build("/riff/1/prompt", "dub")))
    ((command, code, text),) = table.fails()
    assert (command, code) == ("/riff/tempo", 425)
    assert "61 s ahead" in text
    table.clock.advance(100)
    assert table.told == []


def test_no_more_than_may_wait(table):
    full = bundle(WALL + 1, *[tempo(90)] * 1024)
    for _ in range(4):
        table.raw(full)
    assert table.fails() == []
    table.raw(bundle(WALL + 1, tempo(100)))
    assert [code for _, code, _ in table.fails()] == [429]
    table.clock.advance(2)
    table.raw(bundle(WALL + 3, tempo(110)))
    table.clock.advance(2)
    assert [value for _, value in table.told] == [90, 110]
    assert MAX_WAITING == 4 * 1024


def test_a_bundle_waits_whole_or_not_at_all(table):
    for _ in range(3):
        table.raw(bundle(WALL + 1, *[tempo(90)] * 1024))
    table.raw(bundle(WALL + 1, *[tempo(90)] * 1023))
    table.raw(bundle(WALL + 2, tempo(91), tempo(92)))
    table.clock.advance(3)
    assert [value for _, value in table.told] == [90]


def test_setting_the_wall_clock_moves_nothing_that_waits(table):
    table.raw(bundle(WALL + 1, tempo(90)))
    table.clock.wall_error = -3600
    table.raw(bundle(WALL - 3600 + 0.5, tempo(80)))
    table.clock.advance(0.6)
    assert [value for _, value in table.told] == [80]
    table.clock.advance(0.5)
    assert [value for _, value in table.told] == [80, 90]


def test_painting_starts_on_arrival(table):
    known = []
    table.desk.hear(due=lambda *told: known.append((*told, list(table.told))))
    table.raw(
        bundle(WALL + 0.3, build("/riff/1/prompt", "dub"), build("/riff/1/gain", 0.5), build("/riff/1/generate", 7))
    )
    assert table.told == [("/riff/1/prompt", "dub"), ("/riff/1/generate", 7)]
    when = pytest.approx(WALL + 0.3, abs=1e-6)
    assert known[0] == ("/riff/1/prompt", "dub", when, [])  # before the change itself
    assert known[1][:3] == ("/riff/1/generate", 7, when)
    table.clock.advance(0.3001)
    assert table.told[2:] == [("/riff/1/gain", 0.5)]


def test_the_keys_of_a_play_message_part_ways(table):
    table.raw(bundle(WALL + 0.3, build("/riff/2/play", "gain", 0.5, "mute", 1, "prompt", "dub")))
    assert table.told == [("/riff/2/prompt", "dub")]
    table.clock.advance(0.3001)
    assert table.told[1:] == [("/riff/2/gain", 0.5), ("/riff/2/mute", True)]


def test_nonsense_is_told_on_arrival(table):
    table.raw(bundle(WALL + 0.3, build("/riff/tempo", "fast"), build("/riff/tempi", 1), tempo(90)))
    assert [code for _, code, _ in table.fails()] == [400, 404]
    table.clock.advance(1)
    assert [value for _, value in table.told] == [90]


def test_questions_wait_too(table):
    table.raw(bundle(WALL + 0.3, tempo(90), build("/riff/tempo"), build("/riff/sync", 4)))
    assert table.heard() == []
    table.clock.advance(1)
    assert table.heard() == [("/riff/tempo", 90.0), ("/riff/synced", 4)]


def test_what_waits_may_ask_for_more(table):
    table.store.listen(lambda *_: table.clock.now < 2 and table.raw(bundle(WALL + 2, build("/riff/1/gain", 0.5))))
    table.raw(bundle(WALL + 1, tempo(90)))
    table.raw(bundle(WALL + 1.5, tempo(91)))
    table.clock.advance(3)
    assert [value for _, value in table.told] == [90, 91, 0.5]


def test_a_defect_does_not_hold_up_the_others(table, caplog):
    def broken(address, value):
        if value == 90:
            raise RuntimeError("a defect")

    table.store.listen(broken)
    table.raw(bundle(WALL + 1, tempo(90), tempo(91)))
    table.raw(bundle(WALL + 2, tempo(92)))
    table.clock.advance(3)
    assert table.store.get("/riff/tempo") == 92
    assert [code for _, code, _ in table.fails()] == [500]


def test_closing_forgets_what_waits(table):
    table.raw(bundle(WALL + 1, tempo(90)))
    table.desk.close()
    table.clock.advance(2)
    assert table.told == []


def test_behind_a_hold_that_waits_changes_keep_their_turn(table):
    hold, prompt = "/riff/1/hold", "/riff/1/prompt"
    table.raw(bundle(WALL + 1, build(hold, 1), build(prompt, "dub"), build("/riff/2/prompt", "funk"), build(hold, 0)))
    assert table.told == [("/riff/2/prompt", "funk")], "another voice is painted at once"
    table.raw(bundle(WALL + 2, build(prompt, "jazz")))
    table.clock.advance(1.5)
    assert table.told[1:] == [(hold, True), (prompt, "dub"), (hold, False)]
    table.clock.advance(1)
    assert table.told[4:] == [(prompt, "jazz")]
    table.raw(bundle(WALL + 4, build(prompt, "pad")))
    assert table.told[5:] == [(prompt, "pad")], "nothing waits any more"
