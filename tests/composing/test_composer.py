"""What every composed loop must hold, over many drawn ones."""

import numpy as np
import pytest

from riffosc.composing.composer import MIXES, compose, compose_for
from riffosc.composing.genres import GENRES
from riffosc.composing.grooves import DRUMS, FAMILIES, TIMES
from riffosc.composing.lines import BASS_STYLES, CHORD_STYLES
from riffosc.composing.loop import Loop, Note, Swing
from riffosc.composing.melody import CELLS
from riffosc.composing.patterns import STEPS
from riffosc.composing.playing import untangled
from riffosc.composing.sounds import BASSES, BY_ROLE, CHORDS, KITS, LEADS, TEXTURES
from riffosc.composing.theory import PROGRESSIONS, SCALES, Key, chord_at, led, nearest, progression


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
        assert set(genre.textures) <= set(TEXTURES)
        assert 60 <= genre.tempo[0] < genre.tempo[1] <= 180


def test_every_lane_and_pattern_is_whole_bars() -> None:
    lanes = [lane for family in FAMILIES.values() for lane in family.values()]
    assert all(len(lane) % 16 == 0 and set(lane) <= STEPS for lane in lanes)
    patterns = [p for table in (BASS_STYLES, CHORD_STYLES) for row in table.values() for p in row]
    assert all(len(pattern) == 16 for pattern in patterns if pattern != "P")
    assert {drum for family in FAMILIES.values() for drum in family} <= set(DRUMS)


def test_enough_to_choose_from() -> None:
    assert len(GENRES) >= 24
    assert len(FAMILIES) >= 24
    assert len(KITS) >= 12
    assert len({name for role in ("bass", "chords", "lead") for name in BY_ROLE[role]}) >= 45
    assert {scale for scale, _ in PROGRESSIONS} == {Key(0, scale).parent for scale in SCALES}


def test_every_pitch_is_in_the_key(loops: list[Loop]) -> None:
    for loop in loops:
        assert {(pitch - loop.root) % 12 for pitch in loop.pitches} >= set(SCALES[loop.scale])
        for part in loop.parts:
            if part.role in ("bass", "chords", "lead"):
                assert {note.pitch % 12 for note in part.notes} <= set(loop.pitches), (loop.genre, part)


def test_every_note_is_on_the_loops_own_grid_and_in_the_loop(loops: list[Loop]) -> None:
    for loop in loops:
        divided = {
            step / 4 + i / times / 4 for step in range(4) for times in (1, *TIMES.values()) for i in range(times)
        }
        drums, others = sorted(map(loop.swing.moved, divided)), list(loop.swing.grid)
        for part in loop.parts:
            assert part.notes, (loop.genre, part.role, part.style)
            for note in part.notes:
                places = np.array(drums if part.role == "drums" else others)
                assert np.abs(places - note.start_beat % 1).min() < 1e-6
                assert 0 <= note.start_beat < loop.beats
                assert 0 < note.length_beats <= loop.beats
                assert 1 <= note.velocity <= 127
                assert 20 <= note.pitch <= 108


def test_swing_stretches_the_first_of_each_pair() -> None:
    assert Swing().grid == (0, 0.25, 0.5, 0.75)
    assert Swing(0.5, 2 / 3).grid == pytest.approx((0, 1 / 3, 2 / 3, 5 / 6))
    assert Swing(0.25, 0.6).grid == pytest.approx((0, 0.3, 0.5, 0.8))
    assert Swing(0.25, 0.6).moved(7.75) == pytest.approx(7.8)


def test_both_swings_occur_where_they_belong(loops: list[Loop]) -> None:
    units = {loop.swing.unit for loop in loops}
    assert units == {0, 0.25, 0.5}
    assert all(loop.swing.unit == 0.5 for loop in loops if loop.genre == "jazz")
    assert all(loop.swing.unit == 0 for loop in loops if loop.genre == "techno")


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
    assert share(lambda loop: (loop.bars, loop.quantum) == (2, 4)) == pytest.approx(0.54, abs=0.08)
    assert share(lambda loop: loop.quantum == 3) == pytest.approx(0.14, abs=0.06)
    assert share(lambda loop: loop.bars == 4) == pytest.approx(0.24, abs=0.07)
    for roles, expected in MIXES:
        assert share(lambda loop, roles=roles: loop.roles == roles) == pytest.approx(expected, abs=0.06), roles
    assert share(lambda loop: len(loop.parts) == 1) > 0.48


def test_no_two_play_the_same_instrument(loops: list[Loop]) -> None:
    assert all(len({part.instrument for part in loop.parts}) == len(loop.parts) for loop in loops)


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
        assert loop.scale == "minor"


def test_asking_for_modes_and_instruments() -> None:
    for scale in SCALES:
        loop = compose_for(seed=1, mode=scale, root=2, roles=("bass", "lead"), instruments=("sub bass", "flute"))
        assert (loop.scale, loop.root, loop.mode) == (scale, 2, "major" if 4 in SCALES[scale] else "minor")
        assert [part.instrument for part in loop.parts] == ["sub bass", "flute"]


@pytest.mark.parametrize(
    "wish",
    [
        {"genre": "polkacore"},
        {"mode": "locrian"},
        {"roles": ("flute",)},
        {"roles": ()},
        {"bars": 3},
        {"roles": ("lead",), "instruments": ("saw",)},
    ],
)
def test_asking_for_what_cannot_be_is_refused_in_words(wish: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"There is no genre|mode|roles|bars|instrument"):
        compose_for(**wish)  # type: ignore[arg-type]


def test_progressions_fill_the_loop() -> None:
    rng = np.random.default_rng(0)
    for bars, quantum in ((1, 3), (2, 3), (4, 3), (1, 4), (2, 4), (4, 4)):
        for scale in SCALES:
            chords = progression(rng, Key(2, scale), bars, quantum, 0.5)
            assert chords[0].start_beat == 0
            assert chords[-1].end_beat == bars * quantum
            assert chord_at(chords, bars * quantum - 0.25) is chords[-1]


def test_chords_and_pitches() -> None:
    key = Key(9, "minor")
    assert key.tones(0) == (9, 0, 4)
    assert key.tones(4, "seventh") == (4, 7, 11, 2)
    assert key.ladder(57, 69) == [57, 59, 60, 62, 64, 65, 67, 69]
    assert Key(0, "blues").ladder(60, 72) == [60, 63, 65, 66, 67, 70, 72]
    assert nearest(0, 59) == 60
    assert nearest(11, 60) == 59


def test_voices_move_little() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        chords = progression(rng, Key(5, "dorian"), 4, 4, 0.5)
        voiced = led(chords, 60, wide=bool(rng.random() < 0.5))
        for chord, pitches in zip(chords, voiced, strict=True):
            assert {pitch % 12 for pitch in pitches} == set(chord.tones)
            assert min(pitches) >= 44
            assert max(pitches) <= 78


def test_four_bars_are_not_four_strangers(loops: list[Loop]) -> None:
    """At least two bars of a melody share their rhythm, and a drummer's first bar comes again."""

    def rhythms(loop: Loop, part: int) -> list[frozenset[float]]:
        notes = loop.parts[part].notes
        bars: list[set[float]] = [set() for _ in range(loop.bars)]
        for note in notes:
            bars[int(note.start_beat // loop.quantum)].add(note.start_beat % loop.quantum)
        return [frozenset(bar) for bar in bars]

    long = [loop for loop in loops if loop.bars == 4 and loop.roles == ("lead",)]
    assert len(long) > 5
    assert all(len(set(rhythms(loop, 0))) < 4 for loop in long)


def test_untangled_keeps_the_louder_and_ends_at_the_next() -> None:
    notes = (Note(0, 9, 60, 80), Note(0, 1, 60, 90), Note(0, 4, 62, 80), Note(3, 2, 62, 80))
    assert untangled(notes, 4) == (Note(0, 1, 60, 90), Note(0, 3, 62, 80), Note(3, 1, 62, 80))
