"""A whole session as a file: what is in it, who may edit it, and what comes back."""

import tomllib

import pytest
from band import Band

from riffosc.modulation import Modulation
from riffosc.session import FILE, Session
from riffosc.state import StateFolder


class Rig:
    """A band whose session is kept in a folder."""

    def __init__(self, path):
        self.band, self.said = Band(), []
        self.store = self.band.store
        self.folder = StateFolder(path, self.said.append)
        self.modulation = Modulation(self.store, self.band.conductor, lambda *_: None)
        self.session = Session(self.store, self.folder, self.modulation)


@pytest.fixture
def rig(tmp_path):
    rigs = []

    def made():
        rigs.append(Rig(tmp_path))
        return rigs[-1]

    yield made
    for each in rigs:
        each.folder.close()


def test_everything_that_is_set_comes_back(rig):
    before, after = rig(), rig()
    before.store.set("/riff/tempo", 123.4)
    before.store.set("/riff/2/prompt", 'a "dub" \\ chord')
    before.store.set("/riff/8/seed", 2**31 - 1)
    before.store.set("/riff/1/mute", True)
    assert before.session.save().result() == ""
    assert after.session.load()
    assert after.session.tables() == before.session.tables()
    assert after.said == []


def test_hands_and_what_is_only_read_are_not_in_it(rig, tmp_path):
    one = rig()
    one.store.set("/riff/1/hold", True)
    one.session.save().result()
    names = set(tomllib.loads((tmp_path / FILE).read_text()))
    assert not names & {"/riff/1/hold", "/riff/1/cue", "/riff/beat", "/riff/panic"}
    assert {"/riff/tempo", "/riff/8/prompt", "/riff/link"} <= names


def test_what_moves_goes_on_moving_from_where_it_stood(rig):
    before, after = rig(), rig()
    before.store.set("/riff/1/pan", 0.5)
    before.modulation.lfo(("/riff/1/pan", "sine", 4.0))
    before.modulation.tick(0.1)
    assert before.store.get("/riff/1/pan") != 0.5
    before.session.save().result()
    after.session.load()
    assert after.store.get("/riff/1/pan") == 0.5
    assert after.modulation.standing() == before.modulation.standing() != {}


def test_what_moves_by_itself_does_not_make_it_another_session(rig):
    one = rig()
    told = []
    one.store.listen(lambda address, value: told.append((address, one.session.touched(address, value))))
    one.modulation.lfo(("/riff/1/pan", "sine", 4.0))
    one.modulation.tick(0.1)
    one.store.publish("/riff/bar", 7)
    one.store.set("/riff/1/gain", 0.5)
    assert told == [("/riff/1/pan", False), ("/riff/bar", False), ("/riff/1/gain", True)]


def test_a_slip_of_the_pen_is_said_and_the_rest_counts(rig, tmp_path):
    (tmp_path / FILE).write_text(
        '"/riff/tempo" = "fast"\n"/riff/1/gain" = 0.25\n"/riff/1/gian" = 1\n"/riff/beat" = 3.0\n'
        '[moving]\n"/riff/1/pan" = "wobble 4"\n"/riff/1/width" = "sine 4"\n'
    )
    one = rig()
    assert one.session.load()
    assert one.store.get("/riff/1/gain") == 0.25 and one.store.get("/riff/tempo") == 120.0
    assert list(one.modulation.standing()) == ["/riff/1/width"]
    assert len(one.said) == 4 and "gain?" in "".join(one.said)


@pytest.mark.parametrize("value", ['["a", "b"]', "{a = 1}", "2020-01-01"])
def test_what_is_no_text_is_no_prompt(rig, tmp_path, value):
    (tmp_path / FILE).write_text(f'"/riff/1/prompt" = {value}\n"/riff/tempo" = 99.0\n')
    one = rig()
    assert one.session.load()
    assert (one.store.get("/riff/1/prompt"), one.store.get("/riff/tempo")) == ("", 99.0)
    assert len(one.said) == 1 and "prompt is text, not" in one.said[0]


def test_a_new_one_is_as_riffosc_begins(rig):
    one = rig()
    assert not one.session.exists()
    assert not one.session.load()
    assert one.said == []
