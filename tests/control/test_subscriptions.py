"""Who hears of what, how often and for how long."""

import pytest
from osc_helpers import WALL, build, bundle

LISTENER = ("127.0.0.1", 57120)


def subscribe(table, *args, peer=LISTENER):
    table.send("/riff/subscribe", *args, peer=peer)
    return table.heard(peer)


def test_a_subscriber_hears_how_things_stand_and_what_changes(table):
    assert subscribe(table, "/riff/tempo") == [
        ("/riff/done", "/riff/subscribe", "/riff/tempo", 30.0, 60.0),
        ("/riff/tempo", 120.0),
    ]
    table.clock.advance(1)
    table.send("/riff/tempo", 90)
    assert table.heard(LISTENER) == [("/riff/tempo", 90.0)]
    table.send("/riff/tempo", 90)  # no change
    assert table.heard(LISTENER) == []
    assert table.heard() == []  # who set it did not subscribe


def test_a_subscriber_hears_its_own_changes(table):
    subscribe(table, "/riff/1/mute")
    table.clock.advance(1)
    table.send("/riff/1/mute", 1, peer=LISTENER)
    assert table.heard(LISTENER) == [("/riff/1/mute", 1)]


def test_only_the_newest_value_at_the_rate_that_was_asked_for(table):
    subscribe(table, "/riff/1/gain", 10.0)
    for step in range(100):
        table.send("/riff/1/gain", step / 100)
        table.clock.advance(0.01)
    heard = [round(value, 2) for _, value in table.heard(LISTENER)]
    assert 9 <= len(heard) <= 11
    assert heard == sorted(heard)
    table.clock.advance(0.1)
    last = table.heard(LISTENER)
    assert last in ([], [("/riff/1/gain", pytest.approx(0.99))])
    assert (heard[-1] == 0.99) != bool(last)  # the last value is not lost


def test_a_quiet_value_is_told_at_once(table):
    subscribe(table, "/riff/1/gain", 1.0)
    table.clock.advance(1)
    table.send("/riff/1/gain", 0.5)
    assert table.heard(LISTENER) == [("/riff/1/gain", 0.5)]
    table.send("/riff/1/gain", 0.6)
    assert table.heard(LISTENER) == []
    table.clock.advance(1)
    assert table.heard(LISTENER) == [("/riff/1/gain", pytest.approx(0.6))]


@pytest.mark.parametrize("rate", [1e9, 0.0])
def test_rates_are_bounded(table, rate):
    subscribe(table, "/riff/1/gain", rate)
    for step in range(10_000):
        table.send("/riff/1/gain", step / 10_000)
        table.clock.advance(0.0001)
    assert len(table.heard(LISTENER)) <= 201


def test_a_pattern(table):
    assert len(subscribe(table, "/riff/*/state")) == 9
    table.clock.advance(1)
    table.store.publish("/riff/2/state", "painting")
    table.store.publish("/riff/5/state", "playing")
    table.clock.advance(1)
    assert table.heard(LISTENER) == [("/riff/2/state", "painting"), ("/riff/5/state", "playing")]


def test_a_short_name(table):
    assert subscribe(table, "beat")[1:] == [("/riff/beat", 0.0)]


def test_triggers_are_heard_when_pulled_and_not_before(table):
    assert len(subscribe(table, "/riff/1/save")) == 1
    table.clock.advance(1)
    table.send("/riff/1/save")
    assert table.heard(LISTENER) == [("/riff/1/save", 1)]


def test_a_lease_ends(table):
    subscribe(table, "/riff/tempo", 30.0, 10.0)
    table.clock.advance(9.9)
    table.send("/riff/tempo", 90)
    assert len(table.heard(LISTENER)) == 1
    table.clock.advance(0.2)
    table.send("/riff/tempo", 91)
    assert table.heard(LISTENER) == []
    assert len(table.desk.subscriptions) == 0


def test_a_lease_is_sixty_seconds_and_is_renewed_by_asking_again(table):
    subscribe(table, "clip")
    table.clock.advance(50)
    subscribe(table, "clip")
    table.clock.advance(50)
    table.desk.subscriptions.event("clip", "/riff/clip", "riff1", 1)
    assert len(table.heard(LISTENER)) == 1
    table.clock.advance(11)
    table.desk.subscriptions.event("clip", "/riff/clip", "riff1", 2)
    assert table.heard(LISTENER) == []


def test_no_value_is_sent_after_the_lease(table):
    subscribe(table, "/riff/tempo", 0.1, 5.0)
    table.send("/riff/tempo", 90)
    table.clock.advance(20)
    assert table.heard(LISTENER) == []


def test_a_lease_of_nothing_has_no_end(table):
    subscribe(table, "late", 30.0, 0.0)
    table.clock.advance(1e6)
    table.desk.subscriptions.event("late", "/riff/late", 1, 4.0)
    assert table.heard(LISTENER) == [("/riff/late", 1, 4.0)]


def test_late_is_heard_by_those_who_wait_for_clips_and_once(table):
    subscribe(table, "clip")
    subscribe(table, "/riff/late")
    other = ("127.0.0.1", 4560)
    subscribe(table, "late", peer=other)
    table.desk.subscriptions.event("late", "/riff/late", 1, 4.0)
    assert table.heard(LISTENER) == table.heard(other) == [("/riff/late", 1, 4.0)]
    table.desk.subscriptions.event("clip", "/riff/clip", "riff1")
    assert table.heard(LISTENER) == [("/riff/clip", "riff1")] and table.heard(other) == []


def test_events_are_not_thinned_out(table):
    subscribe(table, "clip", 1.0)
    for index in range(10):
        table.desk.subscriptions.event("clip", "/riff/clip", "riff1", index)
    assert len(table.heard(LISTENER)) == 10


def test_unsubscribe(table):
    for topic in ("clip", "/riff/tempo", "beat"):
        subscribe(table, topic)
    for topic, count in (("tempo", 1), ("tempo", 0), ("/riff/clip", 1)):
        table.send("/riff/unsubscribe", topic, peer=LISTENER)
        assert table.heard(LISTENER) == [("/riff/done", "/riff/unsubscribe", count)]
    subscribe(table, "late")
    table.send("/riff/unsubscribe", peer=LISTENER)
    assert table.heard(LISTENER) == [("/riff/done", "/riff/unsubscribe", 2)]
    table.send("/riff/tempo", 91)
    assert table.heard(LISTENER) == []


def test_unsubscribed_with_a_value_on_its_way(table):
    subscribe(table, "/riff/tempo", 1.0)
    table.send("/riff/tempo", 91)
    table.send("/riff/unsubscribe", peer=LISTENER)
    table.heard(LISTENER)
    table.clock.advance(5)
    assert table.heard(LISTENER) == []


def test_at_another_port_than_it_is_asked_from(table):
    """Sonic Pi and Pure Data listen where they do not send from."""
    there = ("127.0.0.1", 4560)
    assert subscribe(table, "clip", 30, 60, 4560) == []
    assert table.heard(there) == [("/riff/done", "/riff/subscribe", "clip", 30.0, 60.0)]
    table.desk.subscriptions.event("clip", "/riff/clip", "riff1", 42)
    assert (table.heard(), table.heard(there)) == ([], [("/riff/clip", "riff1", 42)])
    table.send("/riff/unsubscribe", "", 4560)
    assert table.heard(there) == [("/riff/done", "/riff/unsubscribe", 1)]
    table.send("/riff/subscribe", "clip", 30, 60, 65536)
    assert table.fails() == [("/riff/subscribe", 400, "65536 is no port")]


@pytest.mark.parametrize("topic", ["nothing", "/riff/nothing", "/riff/*/nothing", "", 7])
def test_no_such_topic(table, topic):
    table.send("/riff/subscribe", topic)
    assert [fail[:2] for fail in table.fails()] == [("/riff/subscribe", 404)]


@pytest.mark.parametrize("args", [["often"], [float("nan")], [-1.0], [30.0, -1.0], [30.0, float("inf")], [b"\1"]])
def test_no_such_rate_or_lease(table, args):
    table.send("/riff/subscribe", "clip", *args)
    assert [fail[:2] for fail in table.fails()] == [("/riff/subscribe", 400)]


def test_sixty_four_subscribers_and_then_no_more_until_a_lease_ends(table):
    for port in range(64):
        subscribe(table, "clip", 30.0, 60.0 if port else 10.0, peer=("127.0.0.1", port))
    ((_, _, code, _),) = subscribe(table, "clip")
    assert code == 429
    assert subscribe(table, "late", peer=("127.0.0.1", 5))[0][0] == "/riff/done"
    table.clock.advance(11)
    assert subscribe(table, "clip")[0][0] == "/riff/done"


def test_a_subscriber_has_a_bounded_number_of_topics(table):
    names = [address for address, _ in table.store.addresses()][:33]
    answers = [subscribe(table, name)[0][0] for name in names]
    assert answers == ["/riff/done"] * 32 + ["/riff/fail"]
    assert subscribe(table, names[0])[0][0] == "/riff/done"  # to renew is always possible


def test_the_end_of_a_command_is_told_to_who_asked(table):
    subscribe(table, "done")
    table.send("/riff/1/save")
    table.desk.reports.done("/riff/1/save", "loops/saved/1.wav")
    message = ("/riff/done", "/riff/1/save", "loops/saved/1.wav")
    assert table.heard() == table.heard(LISTENER) == [message]


def test_a_failure_is_told_to_who_asked_and_to_subscribers_once(table):
    subscribe(table, "fail")
    table.send("/riff/1/seed_image", "missing.png", peer=LISTENER)
    table.desk.reports.fail("/riff/1/seed_image", 404, "there is no missing.png")
    assert table.heard(LISTENER) == [("/riff/fail", "/riff/1/seed_image", 404, "there is no missing.png")]
    table.send("/riff/tempo", "fast")
    assert table.heard(LISTENER) == table.heard() != []


def test_who_asked_in_a_bundle_for_later_is_known(table):
    table.raw(bundle(WALL + 1, build("/riff/1/save")))
    table.clock.advance(2)
    table.desk.reports.done("/riff/1/save")
    assert table.heard() == [("/riff/done", "/riff/1/save")]


def test_nobody_asked(table):
    table.desk.reports.done("/riff/1/save")
    table.desk.reports.fail("/riff/model", 500, "no such folder")
    assert table.datagrams == []


def test_a_closed_desk_is_silent(table):
    subscribe(table, "/riff/tempo")
    table.desk.close()
    table.store.set("/riff/tempo", 91)
    table.clock.advance(5)
    assert table.heard(LISTENER) == []


def test_levels_come_together_and_only_the_newest_at_the_rate_that_was_asked_for(table):
    assert not table.desk.subscriptions.wanted("/riff/levels")
    assert subscribe(table, "levels", 10.0) == [("/riff/done", "/riff/subscribe", "levels", 10.0, 60.0)]
    assert table.desk.subscriptions.wanted("/riff/levels")
    for step in range(100):
        table.desk.subscriptions.event("levels", "/riff/levels", step / 100, 0.5)
        table.clock.advance(0.01)
    heard = table.heard(LISTENER)
    assert 9 <= len(heard) <= 11
    assert all(address == "/riff/levels" and voice == 0.5 for address, _, voice in heard)


def test_a_tick_for_each_beat(table):
    subscribe(table, "tick", 1.0)
    assert table.desk.subscriptions.wanted("tick")
    for beat in (1, 2, 3):
        table.desk.subscriptions.event("tick", "/riff/tick", beat, 1, 120.0)
    assert table.heard(LISTENER) == [("/riff/tick", beat, 1, 120.0) for beat in (1, 2, 3)]
