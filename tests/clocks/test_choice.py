"""Which clock leads."""

from riffosc.clocks.choice import SETTLE_S, Choice


def lead(choice: Choice, now: float, *there: str, wanted: str = "auto") -> str:
    return choice.choose(wanted, dict.fromkeys(there, True), now)


def test_the_inner_clock_leads_when_nobody_else_is_there():
    assert lead(Choice(), 0.0) == "internal"


def test_a_clock_takes_over_once_it_has_been_there_for_a_while():
    choice = Choice()
    assert lead(choice, 0.0, "midi") == "internal"
    assert lead(choice, SETTLE_S, "midi") == "midi"


def test_one_that_flickers_does_not():
    choice = Choice()
    for i in range(40):
        assert lead(choice, i * 0.1, *(["midi"] if i % 3 else [])) == "internal"


def test_the_first_in_order_leads():
    choice = Choice()
    lead(choice, 0.0, "tidal", "jack", "midi", "link")
    assert lead(choice, 1.0, "tidal", "jack", "midi", "link") == "link"
    assert lead(choice, 2.0, "tidal", "jack", "midi") == "jack"
    assert lead(choice, 3.0, "tidal", "midi") == "midi"
    assert lead(choice, 3.1, "tidal", "midi", "jack") == "midi", "not at once"
    assert lead(choice, 3.7, "tidal", "midi", "jack") == "jack"


def test_one_that_is_lost_keeps_its_place_until_another_is_there():
    choice = Choice()
    lead(choice, 0.0, "midi")
    lead(choice, 1.0, "midi")
    assert lead(choice, 100.0) == "midi"
    assert lead(choice, 101.0, "tidal") == "midi"
    assert lead(choice, 102.0, "tidal") == "tidal"


def test_a_named_clock_leads_whatever_else_is_there():
    choice = Choice()
    assert lead(choice, 0.0, "link", wanted="midi") == "midi"
    assert not choice.met
    assert lead(choice, 1.0, "link", "midi", wanted="midi") == "midi"
    assert choice.met


def test_a_named_clock_that_never_came_is_given_up_by_auto():
    choice = Choice()
    lead(choice, 0.0, wanted="midi")
    assert lead(choice, 1.0) == "internal"
