"""What a request is painted of."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from riffosc.clip import ClipRequest
from riffosc.composing.effecting import EFFECTS
from riffosc.composing.sounds import BY_ROLE
from riffosc.composing.theory import SCALES
from riffosc.composing.wish import Wish
from riffosc.picture import EMBEDDED, Picture
from riffosc.synthesis.model.arrangement import Arrangement, arrangement
from riffosc.synthesis.model.players import PITCHES, Names

SOUNDS = tuple(sorted({name for sounds in BY_ROLE.values() for name in sounds}))
NAMES = Names(SOUNDS, EFFECTS)
WISHES: dict[str, Wish] = {
    "piano": {"genre": "jazz", "roles": ("chords",), "instruments": {"chords": "piano"}},
    "bass": {"genre": "jazz", "roles": ("bass",), "instruments": {"bass": "double bass"}},
    "kit": {"genre": "house", "roles": ("drums",)},
    "house": {"genre": "house", "roles": ("drums", "chords")},
    **{scale: {"genre": "house", "roles": ("chords",), "scale": scale} for scale in SCALES},
}
PICTURE = Picture(np.zeros((1, EMBEDDED.bins, 512), np.uint8), EMBEDDED, 8, 120.0, 4, "")


class ByName:
    """Knows three prompts."""

    def wish(self, prompts: Sequence[tuple[str, float]], _: int, __: str = "") -> Wish:
        return WISHES[prompts[0][0]]


def arranged(*prompts: tuple[str, float], **asked: object) -> Arrangement:
    request = replace(ClipRequest(prompts or (("piano", 1.0),)), **asked)  # type: ignore[arg-type]
    return arrangement(request, ByName(), NAMES)


def pitch_classes(one: Arrangement) -> set[int]:
    return {(int(note[2]) + PITCHES[0]) % 12 for player in one.players for note in player.notes}


def notes(one: Arrangement) -> list[tuple[float, ...]]:
    return sorted(tuple(note.tolist()) for player in one.players for note in player.notes)


def test_the_same_request_is_arranged_alike_and_another_seed_is_not() -> None:
    assert notes(arranged(seed=3)) == notes(arranged(seed=3))
    assert notes(arranged(seed=3)) != notes(arranged(seed=4))


@pytest.mark.parametrize("seed", range(6))
def test_voices_agree_with_no_key_told(seed: int) -> None:
    heard = [arranged((name, 1.0), seed=seed) for name in ("piano", "bass")]
    assert {one.key for one in heard} == {"C"}
    assert len(set.union(*(pitch_classes(one) for one in heard))) <= 7
    assert arranged(("house", 1.0), seed=seed).key == "Am"


@pytest.mark.parametrize(
    ("scale", "key"),
    [
        *(("dorian", "Dm"), ("phrygian", "Em"), ("lydian", "F"), ("mixolydian", "G"), ("major", "C"), ("minor", "Am")),
        *(("harmonic minor", "Am"), ("blues", "Am"), ("minor pentatonic", "Am"), ("major pentatonic", "C")),
    ],
)
def test_a_scale_that_a_prompt_names_agrees_with_other_voices_too(scale: str, key: str) -> None:
    heard = arranged((scale, 1.0), seed=3)
    assert heard.key == key
    strange = {"harmonic minor": {8}, "blues": {3}}.get(scale, set())
    assert pitch_classes(heard) <= {0, 2, 4, 5, 7, 9, 11} | strange


def test_a_scale_gives_way_to_a_key_of_the_other_side() -> None:
    assert pitch_classes(arranged(("dorian", 1.0), key="C")) <= {0, 2, 4, 5, 7, 9, 11}
    assert pitch_classes(arranged(("lydian", 1.0), key="C")) <= {0, 2, 4, 6, 7, 9, 11}


def test_a_prompt_is_read_once_a_clip() -> None:
    class Counting(ByName):
        read = 0

        def wish(self, prompts: Sequence[tuple[str, float]], seed: int, negative: str = "") -> Wish:
            self.read += 1
            return super().wish(prompts, seed, negative)

    counting = Counting()
    arrangement(ClipRequest((("piano", 1.0),)), counting, NAMES)
    assert counting.read == 1


def test_drums_alone_are_in_no_key() -> None:
    assert [arranged((name, 1.0)).pitched for name in ("piano", "kit")] == [True, False]


def test_a_key_that_is_told_or_named_counts() -> None:
    assert arranged(key="F#m").key == "F#m"
    assert arranged(key="F#m").players


def test_between_two_seeds_sixteenths_are_handed_over() -> None:
    """A walk ends where the next one begins."""
    start, half, end, after = (
        notes(arranged(seed=seed, walk=walk)) for seed, walk in ((5, 0.0), (5, 0.5), (5, 1.0), (6, 0.0))
    )
    assert end == after
    assert set(half) <= set(start) | set(end)
    assert set(half) - set(start) and set(half) - set(end)


def test_between_two_prompts_both_play() -> None:
    both = arranged(("piano", 0.5), ("bass", 0.5), seed=2)
    assert len(both.players) == 2
    assert len(notes(arranged(("piano", 1.0), ("bass", 0.0), seed=2))) == len(notes(arranged(seed=2)))


def test_a_picture_to_start_from_says_what_is_played_as_far_as_it_is_kept() -> None:
    every = len(notes(arranged(seed=2)))
    counts = [len(notes(arranged(seed=2, init=PICTURE, denoising=strength))) for strength in (0.5, 0.75, 0.9, 1.0)]
    assert counts[:2] == [0, 0] and 0 < counts[2] < every and counts[3] == every
    assert arranged(init=PICTURE, denoising=0.5).key == ""


@pytest.mark.parametrize("strength", [0.5, 0.9, 1.0])
def test_a_picture_to_start_from_says_its_key(strength: float) -> None:
    picture = replace(PICTURE, key="F#m")
    assert arranged(init=picture, denoising=strength).key == "F#m"
    assert arranged(init=picture, denoising=strength, key="Cm").key == "Cm"
    assert arranged(init=replace(PICTURE, key="loud"), denoising=strength).key == ("" if strength == 0.5 else "C")


def test_without_a_reader_only_the_key_is_known() -> None:
    assert arrangement(ClipRequest((("rhodes in e flat minor", 1.0),)), None, NAMES) == Arrangement("Ebm")
