"""What every composed loop must hold, over many drawn ones."""

import numpy as np
import pytest

from riffosc.training.composer import compose, compose_for, untangled
from riffosc.training.genres import GENRES
from riffosc.training.grooves import DRUMS, FAMILIES
from riffosc.training.lines import BASS_STYLES, CHORD_STYLES
from riffosc.training.loop import ROLES, Loop, Note
from riffosc.training.melody import CELLS
from riffosc.training.sounds import BASSES, CHORDS, KITS, LEADS
from riffosc.training.theory import SCALES, Key, chord_at, nearest, progression, voicing


@pytest.fixture(scope="module")
def loops() -> list[Loop]:
    return [compose(np.random.default_rng((7, index))) for index in range(400)]


def test_every_name_in_the_table_of_genres_exists() -> None:
    for genre in GENRES.values():
        assert set(genre.kits) <= set(KITS)
        assert set(genre.grooves) <= set(FAMILIES)
        assert set(genre.basses) <= set(BASSES)
        assert set(genre.bass_styles) <= set(BASS_STYLES)
        assert set(genre.harmonies) <= set(CHORDS)
        assert set(genre.chord_styles) <= set(CHORD_STYLES)
        assert set(genre.leads) <= set(LEADS)
        assert set(genre.densities) <= set(CELLS)
        assert 60 <= genre.tempo[0] < genre.tempo[1] <= 180


def test_every_lane_and_pattern_is_whole_bars() -> None:
    lanes = [lane for family in FAMILIES.values() for lane in family.values()]
    assert all(len(lane) % 16 == 0 for lane in lanes)
    patterns = [p for table in (BASS_STYLES, CHORD_STYLES) for row in table.values() for p in row]
    assert all(len(pattern) == 16 for pattern in patterns if pattern != "P")
    assert {drum for family in FAMILIES.values() for drum in family} <= set(DRUMS)


def test_enough_to_choose_from() -> None:
    assert len(GENRES) >= 20
    assert len(LEADS) >= 27
    assert len(BASSES) >= 6
    assert len(CHORDS) >= 12
    assert {0, 8, 16, 24, 25, 32, 40} == {kit.program for kit in KITS.values()}


def test_every_pitch_is_in_the_key(loops: list[Loop]) -> None:
    for loop in loops:
        scale = {(loop.root + step) % 12 for step in SCALES[loop.mode]}
        for part in loop.parts:
            if part.role != "drums":
                assert {note.pitch % 12 for note in part.notes} <= scale, (loop.genre, part)


def test_every_note_is_on_the_grid_and_in_the_loop(loops: list[Loop]) -> None:
    for loop in loops:
        per_beat = 12 if GENRES[loop.genre].swing else 4
        for part in loop.parts:
            assert part.notes, (loop.genre, part.role, part.style)
            for note in part.notes:
                assert note.start_beat * per_beat == pytest.approx(round(note.start_beat * per_beat))
                assert 0 <= note.start_beat < loop.beats
                assert 0 < note.length_beats <= loop.beats
                assert 1 <= note.velocity <= 127
                assert 20 <= note.pitch <= 108


def test_no_pitch_sounds_twice_at_once(loops: list[Loop]) -> None:
    for loop in loops:
        for part in loop.parts:
            by_pitch: dict[int, list[Note]] = {}
            for note in part.notes:
                by_pitch.setdefault(note.pitch, []).append(note)
            for notes in by_pitch.values():
                following = [*(note.start_beat for note in notes[1:]), notes[0].start_beat + loop.beats]
                for note, start in zip(notes, following, strict=True):
                    assert note.start_beat + note.length_beats <= start + 1e-9


def test_the_bass_plays_the_chords_roots() -> None:
    loop = compose_for(seed=1, genre="rock", roles=("bass", "chords"), quantum=4, bars=2)
    bass, chords = loop.parts
    first = [note.pitch % 12 for note in bass.notes if note.start_beat == 0]
    sounding = {note.pitch % 12 for note in chords.notes if note.start_beat == 0}
    assert first[0] in sounding


def test_the_mix_of_meters_and_stems(loops: list[Loop]) -> None:
    share = lambda held: sum(map(held, loops)) / len(loops)  # noqa: E731
    assert share(lambda loop: (loop.bars, loop.quantum) == (2, 4)) == pytest.approx(0.62, abs=0.08)
    assert share(lambda loop: loop.quantum == 3) == pytest.approx(0.16, abs=0.06)
    assert share(lambda loop: len(loop.parts) == 1) == pytest.approx(0.485, abs=0.08)
    assert share(lambda loop: loop.roles == ROLES) == pytest.approx(0.235, abs=0.07)
    assert all(share(lambda loop, role=role: loop.roles == (role,)) > 0.06 for role in ROLES)


def test_captions_are_several_lower_case_and_true(loops: list[Loop]) -> None:
    for loop in loops:
        assert len(set(loop.captions)) >= 4
        assert all(caption == caption.lower() == caption.strip() for caption in loop.captions)
        for caption in loop.captions:
            if loop.roles == ("lead",):
                assert "drum" not in caption.replace("steel drums", "").replace("drum and bass", "")
            if loop.roles == ("drums",):
                assert "melody" not in caption


def test_the_same_number_gives_the_same_loop() -> None:
    first, again, other = (compose(np.random.default_rng((0, index))) for index in (3, 3, 4))
    assert first == again
    assert first != other


def test_asking_for_a_loop() -> None:
    wish = {"tempo": 174.0, "bars": 4, "quantum": 3, "root": 9, "mode": "minor"}
    for genre in GENRES:
        loop = compose_for(seed=2, genre=genre, roles=("drums", "lead"), **wish)  # type: ignore[arg-type]
        assert {name: getattr(loop, name) for name in wish} == wish
        assert loop.genre == genre
        assert loop.roles == ("drums", "lead")


@pytest.mark.parametrize(
    "wish", [{"genre": "polkacore"}, {"mode": "dorian"}, {"roles": ("flute",)}, {"roles": ()}, {"bars": 3}]
)
def test_asking_for_what_cannot_be_is_refused_in_words(wish: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"There is no genre|mode|roles|bars"):
        compose_for(**wish)  # type: ignore[arg-type]


def test_swing_moves_offbeats_to_triplets() -> None:
    loop = compose_for(seed=0, genre="jazz", roles=("drums",), quantum=4)
    fractions = {round(note.start_beat % 1, 3) for note in loop.parts[0].notes}
    assert 0.667 in fractions
    assert not fractions & {0.25, 0.5, 0.75}


def test_progressions_fill_the_loop() -> None:
    rng = np.random.default_rng(0)
    for bars, quantum in ((1, 3), (2, 3), (4, 3), (1, 4), (2, 4), (4, 4)):
        for _ in range(20):
            chords = progression(rng, Key(2, "minor"), bars * quantum, quantum, 4)
            assert chords[0].start_beat == 0
            assert chords[-1].end_beat == bars * quantum
            assert chord_at(chords, bars * quantum - 0.25) is chords[-1]


def test_chords_and_pitches() -> None:
    key = Key(9, "minor")
    assert key.tones(0) == (9, 0, 4)
    assert key.tones(4, 4) == (4, 7, 11, 2)
    assert key.ladder(57, 69) == [57, 59, 60, 62, 64, 65, 67, 69]
    assert nearest(0, 59) == 60
    assert nearest(11, 60) == 59
    assert voicing((0, 4, 7), 60) == (55, 60, 64)


def test_untangled_keeps_the_louder_and_ends_at_the_next() -> None:
    notes = (Note(0, 9, 60, 80), Note(0, 1, 60, 90), Note(0, 4, 62, 80), Note(3, 2, 62, 80))
    assert untangled(notes, 4) == (Note(0, 1, 60, 90), Note(0, 3, 62, 80), Note(3, 1, 62, 80))
