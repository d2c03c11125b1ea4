"""The table says the same thing everywhere, and the Store keeps to it."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffosc.params import BY_NAME, MAX_TEXT, PARAMS, Access, Param, ParamError, Store, When

KEPT = [param for param in PARAMS if param.access is Access.READ_WRITE]
TEXTS = [param for param in KEPT if param.type_tag == "s"]
NUMBERS = [param for param in KEPT if param.type_tag != "s"]


def by_path(param):
    return param.path


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def told(store):
    changes = []
    store.listen(lambda address, value: changes.append((address, value)))
    return changes


def test_every_path_and_name_once():
    paths = [param.path for param in PARAMS]
    assert len(set(paths)) == len(paths) == len(BY_NAME)
    addresses = [address for address, _ in Store().addresses()]
    assert len(set(addresses)) == len(addresses)


@pytest.mark.parametrize("param", PARAMS, ids=by_path)
def test_a_row_is_consistent(param):
    assert re.fullmatch(r"/riff/(\{voice\}/)?[a-z_]+", param.path)
    assert (param.doc.endswith(".") and param.doc[0].isupper()) or param.name == "state"
    assert (param.low is None) == (param.high is None)
    if param.low is not None:
        assert param.low < param.high
        assert param.low <= param.default <= param.high
    if param.choices:
        assert param.default in param.choices
    if param.access is Access.READ_WRITE:
        assert param.coerce(param.default) == param.default
    if param.access is Access.READ:
        assert param.when is When.NOW
    assert param.type_tag in "ifs"


@pytest.mark.parametrize("param", NUMBERS, ids=by_path)
@given(number=st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers()))
def test_numbers_are_clamped_and_keep_their_type(param, number):
    try:
        value = param.coerce(number)
    except ParamError:
        assert abs(number) > 1e300  # an integer that no float can hold
        return
    assert type(value) is type(param.default)
    if param.low is not None:
        assert param.low <= value <= param.high
    assert param.coerce(value) == value


@pytest.mark.parametrize("param", NUMBERS, ids=by_path)
@pytest.mark.parametrize("nonsense", [math.nan, math.inf, -math.inf, "loud", "", "nan", None, b"1", [1], 10**400])
def test_no_number(param, nonsense):
    with pytest.raises(ParamError, match=param.name):
        param.coerce(nonsense)


@pytest.mark.parametrize("param", TEXTS, ids=by_path)
def test_text(param):
    if not param.choices and not param.pattern:
        assert param.coerce("  dub techno \n") == "dub techno"
        assert param.coerce(12) == "12"
    for nonsense in (None, b"dub", "x" * (MAX_TEXT + 1)):
        with pytest.raises(ParamError, match=param.name):
            param.coerce(nonsense)


def test_a_key_is_a_note_and_a_mode():
    key = BY_NAME[False, "key"]
    for good in ("Am", "F#", "Ebm", "a minor", ""):
        assert key.coerce(good) == good
    for bad in ("H", "Am7", "loud"):
        with pytest.raises(ParamError, match="Am, F# or Ebm"):
            key.coerce(bad)


def test_choices():
    swap = BY_NAME[True, "swap"]
    assert swap.coerce(" beat ") == "beat"
    with pytest.raises(ParamError, match="one of beat, bar, loop"):
        swap.coerce("phrase")


def test_steps_may_be_left_to_riffosc(store):
    for value in ("auto", " Auto ", 0, "0"):
        store.set("/riff/1/steps", value)
        assert store.get("/riff/1/steps") == 0
        store.set("/riff/1/steps", 8)
    with pytest.raises(ParamError, match="guidance is a number"):
        store.set("/riff/1/guidance", "auto")


def test_a_switch():
    mute = BY_NAME[True, "mute"]
    assert [mute.coerce(value) for value in (1, 0, 0.5, "1", True)] == [True, False, True, True, True]


def test_words_of_an_error_are_short():
    with pytest.raises(ParamError) as error:
        BY_NAME[False, "tempo"].coerce("x" * 10_000)
    assert len(str(error.value)) < 100


def test_addresses_of_voices():
    assert Param("/riff/{voice}/gain", 1.0, "Level.").address(3) == "/riff/3/gain"
    assert {address for address, _ in Store(2).addresses() if address.endswith("/gain")} == {
        "/riff/gain",
        "/riff/1/gain",
        "/riff/2/gain",
    }


def test_set_tells_of_changes_only(store, told):
    assert store.set("/riff/tempo", 500) == 300
    assert store.set("/riff/tempo", 300) == 300
    assert told == [("/riff/tempo", 300.0)]
    assert store.get("/riff/tempo") == 300


def test_triggers_are_told_each_time_and_not_kept(store, told):
    store.set("/riff/1/generate", 7)
    store.set("/riff/1/generate", 7)
    assert told == [("/riff/1/generate", 7)] * 2
    assert store.get("/riff/1/generate") == 0


def test_unknown_addresses_get_the_nearest_name(store):
    for ask in (store.get, store.param, lambda address: store.set(address, 1)):
        with pytest.raises(ParamError, match=re.escape("did you mean /riff/3/prompt?")):
            ask("/riff/3/promt")
    with pytest.raises(ParamError, match=r"no /elsewhere here$"):
        store.get("/elsewhere")
    assert store.find("/riff/3/promt") is None
    assert store.nearest("/riff/3/denoise") == "/riff/3/denoising"


def test_status_is_published_and_not_set(store, told):
    with pytest.raises(ParamError, match="only be read"):
        store.set("/riff/beat", 4)
    store.publish("/riff/beat", 4.0)
    store.publish("/riff/beat", np.float32(4))
    assert told == [("/riff/beat", 4.0)]
    store.publish("/riff/bar", np.int64(2))
    assert type(store.get("/riff/bar")) is int


def test_update_keeps_all_before_it_tells(store):
    seen = []
    store.listen(lambda address, value: seen.append((address, store.get("/riff/tempo"), store.get("/riff/1/gain"))))
    store.update([("/riff/tempo", 90), ("/riff/quantum", 4), ("/riff/1/gain", 0.5)])
    assert seen == [("/riff/tempo", 90, 0.5), ("/riff/1/gain", 90, 0.5)]


def test_update_is_all_or_nothing(store, told):
    with pytest.raises(ParamError):
        store.update([("/riff/tempo", 90), ("/riff/1/gain", "loud")])
    assert told == [] and store.get("/riff/tempo") == 120


def test_a_voice(store):
    store.set("/riff/2/prompt", "dub")
    assert store.voice(2)["prompt"] == "dub" and store.voice(1)["prompt"] == ""
    assert set(store.voice(1)) == {param.name for param in PARAMS if param.per_voice}


def test_a_listener_may_leave_while_it_listens(store, told):
    def once(address, value):
        store.unlisten(once)
        told.append("once")

    store.listen(once)
    store.set("/riff/tempo", 90)
    store.set("/riff/tempo", 91)
    assert told == [("/riff/tempo", 90.0), "once", ("/riff/tempo", 91.0)]
