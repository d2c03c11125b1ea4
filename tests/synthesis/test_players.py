"""Notes as the denoiser is told them."""

import pytest
import torch

from riffosc.composing.loop import Note, Part
from riffosc.picture import EMBEDDED
from riffosc.synthesis.failing import ModelError
from riffosc.synthesis.model.embedded import Network, Plan
from riffosc.synthesis.model.network import Conditions, Meter, Sizes, score_features
from riffosc.synthesis.model.players import DRUMS, PITCHES, ROWS, Band, Names, Player, Players, band, row

NAMES = Names(("organ", "piano", "tr"), ("delay", "reverb"))
SIZES = Sizes(
    dims=8, width=64, blocks=2, heads=2, hidden=32, told=16, text_width=8, sentences=True, sounds=3, effects=2
)


def player(*notes: Note, role: str = "chords", instrument: str = "piano", effects: tuple[str, ...] = ()) -> Player:
    return NAMES.player(Part(role, instrument, notes, effects=effects, force=0.25))


def roll(*notes: Note) -> torch.Tensor:
    """(tokens, 3, rows) of a loop of four beats."""
    found = band([[player(*notes)]], 4, 16)
    assert found
    return found.roll[0].reshape(64, 3, ROWS)


def marks(rolled: torch.Tensor, mark: int, pitch: int) -> dict[int, float]:
    column = rolled[:, mark, pitch - PITCHES[0]]
    return {at: round(float(value), 3) for at, value in enumerate(column) if value > 1e-6}


def test_a_note_begins_and_lasts() -> None:
    rolled = roll(Note(1.0, 0.5, 60, 127))
    assert marks(rolled, 0, 60) == {16: 1.0}
    assert marks(rolled, 1, 60) == {}
    assert marks(rolled, 2, 60) == dict.fromkeys(range(16, 24), 1.0)


def test_what_swings_says_how_late_it_is() -> None:
    rolled = roll(Note(1 / 3, 0.25, 60, 127))
    assert marks(rolled, 0, 60) == {5: 1.0}
    assert marks(rolled, 1, 60) == {5: 0.333}


def test_what_lasts_past_the_end_goes_on_at_the_beginning() -> None:
    assert marks(roll(Note(3.75, 0.5, 60, 127)), 2, 60) == dict.fromkeys((0, 1, 2, 3, 60, 61, 62, 63), 1.0)
    for start in (0.0, 1.0, 3.75):
        assert marks(roll(Note(start, 4.0, 60, 127)), 2, 60) == dict.fromkeys(range(64), 1.0)


def test_drums_have_rows_of_their_own_and_far_pitches_come_near_by_octaves() -> None:
    rows = {row(Note(0, 1, pitch, 90), "drums") for pitch in DRUMS}
    assert rows == set(range(len(PITCHES), ROWS))
    assert row(Note(0, 1, 12, 90), "bass") == 0
    assert row(Note(0, 1, 100, 90), "lead") == 88 - PITCHES[0]


def test_a_sound_that_the_network_does_not_know_is_an_error() -> None:
    with pytest.raises(ModelError, match="does not know the sound"):
        player(instrument="theremin")


def test_nobody_plays_nothing() -> None:
    assert band([(), ()], 4, 16) is None


@pytest.fixture(scope="module")
def network() -> Network:
    torch.manual_seed(0)
    made = Plan(SIZES, EMBEDDED, sounds=("organ", "piano", "tr"), effects=("delay", "reverb")).network()
    for weight in made.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    return made.eval()


def velocity(network: Network, x: torch.Tensor, playing: Band | None) -> torch.Tensor:
    text = torch.zeros(len(x), 1, SIZES.text_width + 1)
    text[..., -1] = 1
    told = Conditions(
        text, score_features(torch.full((len(x),), 120.0), Meter(1, 4)), torch.zeros(len(x), 2).long(), playing
    )
    with torch.no_grad():
        made: torch.Tensor = network.denoiser(x, torch.full((len(x),), 0.5), told, Meter(1, 4))
    return made


BEAT = Note(0.0, 1.0, 36, 100)
CHORD = Note(2.0, 1.0, 64, 90)


def test_each_clip_hears_its_own_players_only(network: Network) -> None:
    x = torch.randn(3, 64, 8, generator=torch.Generator().manual_seed(1))
    drums, keys = player(BEAT, role="drums", instrument="tr"), player(CHORD, effects=("delay",))
    together = velocity(network, x, band([[drums, keys], [], [keys]], 4, 16))
    alone = [velocity(network, x[i : i + 1], band([who], 4, 16)) for i, who in enumerate(([drums, keys], [], [keys]))]
    assert torch.allclose(together, torch.cat(alone), atol=1e-5)
    assert not torch.allclose(together[0], velocity(network, x[:1], None)[0], atol=1e-2)


def test_seats_that_nobody_sits_on_change_nothing(network: Network) -> None:
    x = torch.randn(1, 64, 8, generator=torch.Generator().manual_seed(1))
    few, many = (velocity(network, x, band([[player(CHORD)]], 4, 16, seats)) for seats in (0, 5))
    assert torch.allclose(few, many, atol=1e-5)


def test_notes_and_noise_that_move_by_a_bar_move_the_picture(network: Network) -> None:
    """As all else, what is played is circular."""
    x = torch.randn(1, 128, 8, generator=torch.Generator().manual_seed(1))
    notes = (BEAT, CHORD._replace(start_beat=6.5))
    later = tuple(note._replace(start_beat=(note.start_beat + 4) % 8) for note in notes)

    def two_bars(x: torch.Tensor, played: tuple[Note, ...]) -> torch.Tensor:
        text = torch.zeros(1, 1, SIZES.text_width + 1)
        told = Conditions(
            text,
            score_features(torch.full((1,), 120.0), Meter(2, 4)),
            torch.zeros(1, 2).long(),
            band([[player(*played)]], 8, 16),
        )
        with torch.no_grad():
            made: torch.Tensor = network.denoiser(x, torch.full((1,), 0.5), told, Meter(2, 4))
        return made

    assert torch.allclose(two_bars(x, notes).roll(64, 1), two_bars(x.roll(64, 1), later), atol=1e-4)


def test_a_window_sees_what_is_played_in_it() -> None:
    whole = band([[player(BEAT), player(CHORD)]], 8, 16)
    assert whole
    seen = whole.seen((0, 2), (16, 96), 64)
    assert seen.clip.tolist() == [0, 0, 2, 2] and seen.sound.tolist() == whole.sound.tolist() * 2
    assert torch.equal(seen.roll[:2], whole.roll[:, 16:80])
    assert torch.equal(seen.roll[2:], whole.roll.roll(-96, 1)[:, :64])


def test_effects_and_force_are_told() -> None:
    assert player(effects=("reverb",)).manner.tolist() == pytest.approx([0, 0, 1, 0, 0, -1.75, 0, 1])


def test_all_that_play_are_told_of_the_whole_clip_too() -> None:
    players = Players(3, 2, 16, 8)
    torch.nn.init.normal_(players.together.weight)
    organ, piano = player(CHORD, instrument="organ"), player(CHORD)
    found = band([[organ], [piano, organ], [], [piano]], 4, 16)
    assert found
    told = players(found, 4).summary.detach()
    assert told.shape == (4, 8) and told[0].any()
    assert torch.equal(told[2], torch.zeros(8))
    assert torch.allclose(told[1], told[0] + told[3], atol=1e-6)
