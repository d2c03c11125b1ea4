"""What the terminal says of clips: what a player asked for, and not each step that a voice takes by itself."""

import pytest
from hall import Hall

from riffosc.narrator import Narrator


def written(news, slot):
    """Each clip has a file, as in a watched folder."""
    if slot:
        slot.path = f"{slot.job.number}_{slot.job.request.title}.wav"


@pytest.fixture
def said(capsys):
    """Plays for some seconds; the lines that are new then."""
    hall, narrator = Hall(), Narrator(demo=False)
    hall.engine.observe.append(written)
    narrator.listen(hall.store, hall.engine)

    def run(seconds, **changes):
        for name, value in changes.items():
            hall.store.set(f"/riff/1/{name}", value)
        hall.run(seconds)
        return [line for line in capsys.readouterr().out.splitlines() if "plays" in line]

    yield run
    hall.close()


def test_a_walk_is_told_of_once(said):
    assert len(said(4, prompt="one", bars=1)) == 1
    *_, first = lines = said(12, evolve=0.25)
    assert "evolves" in first and len(lines) <= 2
    assert "evolves" in first
    assert said(12) == []
    (changed,) = [line for line in said(12, prompt="two") if "two" in line and "evolves" not in line]
    assert "voice 1 plays" in changed
    assert said(12) == []
