"""Loops at play time: what is wished for is heard, what is not suits it, and voices fit each other."""

import subprocess
import sys
from itertools import combinations, product

import numpy as np
import pytest

from riffosc.composing.arranging import arranged
from riffosc.composing.effecting import EFFECTS
from riffosc.composing.genres import GENRES
from riffosc.composing.grooves import TIMES
from riffosc.composing.loop import ROLES, Loop, Note, Part
from riffosc.composing.sounds import BY_ROLE
from riffosc.composing.theory import SCALES
from riffosc.composing.wish import STYLES, SWINGS, Wish

NAMES = sorted({name for sounds in BY_ROLE.values() for name in sounds})


def sane(loop: Loop) -> None:
    """Holds a loop to what every loop must hold."""
    parts = {step / 4 + i / times / 4 for step in range(4) for times in (1, *TIMES.values()) for i in range(times)}
    places = np.array(sorted(map(loop.swing.moved, parts)))
    assert loop.roles == tuple(role for role in ROLES if role in loop.roles)
    for part in loop.parts:
        assert part.notes, (part.role, part.style, loop.bars, loop.quantum)
        starts = np.array([note.start_beat for note in part.notes])
        assert np.abs(places[:, None] - starts % 1).min(0).max() < 1e-6
        assert 0 <= starts[0] <= starts[-1] < loop.beats and np.diff(starts).min(initial=0) >= 0
        assert all(0 < note.length_beats <= loop.beats and 1 <= note.velocity <= 127 for note in part.notes)
        assert all(20 <= note.pitch <= 108 for note in part.notes)
        if part.role in ("bass", "chords", "lead"):
            assert {note.pitch % 12 for note in part.notes} <= set(loop.pitches)
        untangled(part, loop.beats)


def untangled(part: Part, beats: int) -> None:
    by_pitch: dict[int, list[Note]] = {}
    for note in part.notes:
        by_pitch.setdefault(note.pitch, []).append(note)
    for notes in by_pitch.values():
        following = [*(note.start_beat for note in notes[1:]), notes[0].start_beat + beats]
        for note, start in zip(notes, following, strict=True):
            assert note.start_beat + note.length_beats <= start + 1e-9


def onsets(part: Part, bars: range, quantum: int) -> list[tuple[float, int]]:
    """Where and what is played in some bars, counted from the first of them."""
    first, end = bars[0] * quantum, (bars[-1] + 1) * quantum
    return [(note.start_beat - first, note.pitch) for note in part.notes if first <= note.start_beat < end]


@pytest.mark.parametrize("quantum", [2, 3, 4, 5, 6, 7, 16])
def test_any_number_of_bars_of_any_meter(quantum: int) -> None:
    genres = list(GENRES)
    for i, bars in enumerate((1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 19)):
        wish: Wish = {"bars": bars, "quantum": quantum, "roles": ROLES}
        for seed in range(2):
            loop = arranged(seed, {**wish, "genre": genres[(quantum * 7 + i * 2 + seed) % len(genres)]})
            assert (loop.bars, loop.quantum) == (bars, quantum)
            sane(loop)


def test_every_style_sounds_in_every_meter() -> None:
    for quantum in (2, 3, 4, 5, 7):
        for role, styles in STYLES.items():
            for seed, style in enumerate(styles):
                wish: Wish = {"bars": 1, "quantum": quantum, "roles": (role,), "styles": {role: style}}
                loop = arranged(seed, wish)
                sane(loop)
                threes = style.startswith(("waltz", "six eight"))
                assert loop.parts[0].style == style or (threes and quantum in (2, 4)), (style, quantum)


def test_wishes_are_heard() -> None:
    for seed, genre in enumerate(GENRES):
        wish: Wish = {
            "genre": genre,
            "tempo": 133.0,
            "bars": 4,
            "quantum": 3,
            "root": seed % 12,
            "scale": list(SCALES)[seed % len(SCALES)],
            "roles": ("drums", "lead"),
            "force": 0.25,
            "swing": SWINGS[seed % 3],
            "effects": ("delay", "reverb"),
        }
        loop = arranged(seed, wish)
        for name in ("genre", "tempo", "bars", "quantum", "root", "scale", "roles"):
            assert getattr(loop, name) == wish[name]  # type: ignore[literal-required]
        assert loop.swing.word == wish["swing"]
        assert [part.force for part in loop.parts] == [0.25, 0.25]
        assert [part.effects for part in loop.parts] == [("reverb",), ("delay", "reverb")]
        sane(loop)


def test_what_is_not_wished_is_the_genres() -> None:
    for genre in GENRES.values():
        loop = arranged(3, {"genre": genre.name})
        assert genre.tempo[0] <= loop.tempo <= genre.tempo[1]
        assert loop.quantum == (3 if genre.name == "waltz" else 4)
        for part in loop.parts:
            assert part.instrument in (genre.sounds(part.role) or BY_ROLE[part.role])
            assert abs(part.force - genre.force) < 0.5
        assert len({part.instrument for part in loop.parts}) == len(loop.parts)
    bands = {arranged(seed, {"genre": "house"}).roles for seed in range(40)}
    assert len(bands) >= 4
    assert all("drums" in band for band in bands)


def test_a_part_is_the_same_in_any_company() -> None:
    for seed, genre in ((1, "funk"), (2, "techno"), (3, "ambient"), (4, "waltz")):
        for bars in (2, 16):
            full = arranged(seed, {"genre": genre, "bars": bars, "roles": ROLES})
            for roles in (roles for count in (1, 2) for roles in combinations(ROLES, count)):
                some = arranged(seed, {"genre": genre, "bars": bars, "roles": roles})
                assert some.parts == tuple(part for part in full.parts if part.role in roles)


def test_another_instrument_plays_the_same_notes() -> None:
    wish: Wish = {"genre": "pop", "roles": ("chords", "lead"), "styles": {"lead": "medium"}}
    first, second = (arranged(5, {**wish, "instruments": {"lead": name}}) for name in ("oboe", "recorder"))
    assert first.parts[0] == second.parts[0]
    assert [note.start_beat for note in first.parts[1].notes] == [note.start_beat for note in second.parts[1].notes]
    assert (first.parts[1].instrument, second.parts[1].instrument) == ("oboe", "recorder")


def test_who_plays_follows_from_instruments_where_no_role_is_wished() -> None:
    loop = arranged(0, {"instruments": {"lead": "banjo"}, "styles": {"bass": "walking"}})
    assert loop.roles == ("bass", "lead")
    assert "banjo" in GENRES[loop.genre].leads
    assert arranged(0, {"roles": ("drums",), "instruments": {"lead": "banjo"}}).roles == ("drums",)


def test_any_instrument_for_any_role_is_lent_or_replaced() -> None:
    for role, name in product(ROLES, NAMES):
        loop = arranged(2, {"roles": (role,), "instruments": {role: name}, "bars": 1, "genre": "pop"})
        sane(loop)
        pitched = any(name in sounds and sounds[name].centre for sounds in BY_ROLE.values())
        if name in BY_ROLE[role] or (pitched and role != "drums"):
            assert loop.parts[0].instrument == name
        else:
            assert loop.parts[0].instrument in BY_ROLE[role]


def test_what_does_not_go_together_is_resolved() -> None:
    """Any known words at once, as a reader of prompts may find them."""
    rng = np.random.default_rng(4)
    styles = sorted({style for known in STYLES.values() for style in known})
    for seed in range(150):
        some = [role for role in ROLES if rng.random() < 0.5]
        wish: Wish = {
            "quantum": int(rng.integers(2, 8)),
            "bars": int(rng.integers(1, 9)),
            "instruments": {role: str(rng.choice(NAMES)) for role in some},
            "styles": {role: str(rng.choice(styles)) for role in ROLES if rng.random() < 0.5},
            "effects": tuple(str(name) for name in rng.choice(EFFECTS, 3)),
            "density": float(rng.uniform(0.1, 9)),
        }
        if rng.random() < 0.5:
            wish["genre"] = str(rng.choice(list(GENRES)))
        if some and rng.random() < 0.5:
            wish["roles"] = tuple(some)
        loop = arranged(seed, wish)
        assert {effect for part in loop.parts for effect in part.effects} == set(wish["effects"])
        sane(loop)


def test_effects_go_to_who_can_have_them() -> None:
    def heard(roles: tuple[str, ...], *effects: str) -> list[tuple[str, ...]]:
        return [part.effects for part in arranged(1, {"genre": "pop", "roles": roles, "effects": effects}).parts]

    assert heard(("drums", "bass", "chords"), "reverb", "wobble") == [("reverb",), ("wobble",), ("reverb",)]
    assert heard(("drums", "lead"), "wobble") == [(), ("wobble",)]
    assert heard(("drums",), "delay") == [("delay",)]
    assert heard(ROLES) == [()] * 5


def test_density_chooses_among_styles() -> None:
    for role, more in (("drums", 1.15), ("lead", 2.5)):
        thin, thick = (
            np.mean([arranged(seed, {"roles": (role,), "density": wished}).density for seed in range(25)])
            for wished in (0.5, 4.0)
        )
        assert thick > more * thin


def test_a_long_loop_returns_contrasts_and_fills() -> None:
    differing = 0
    for seed in range(12):
        loop = arranged(seed, {"bars": 16, "genre": "rock", "roles": ("drums", "bass", "chords", "lead")})
        for part in loop.parts:
            assert onsets(part, range(1, 2), 4) == onsets(part, range(5, 6), 4)  # the theme again
            assert onsets(part, range(4), 4) != onsets(part, range(8, 12), 4)
        drums = loop.parts[0]
        differing += onsets(drums, range(3, 4), 4) != onsets(drums, range(7, 8), 4)
        lead = loop.parts[3]
        assert onsets(lead, range(4, 8), 4)[-1][1] % 12 == loop.root  # the theme closes at home
    assert differing > 6
    long = arranged(1, {"bars": 64, "genre": "funk", "roles": ("drums", "bass")})
    contrasts = [tuple(onsets(part, range(i, i + 4), 4)) for part in long.parts for i in (8, 24, 40, 56)]
    assert len(set(contrasts)) == len(contrasts)


def test_the_longest_loop_is_whole() -> None:
    loop = arranged(9, {"bars": 512, "genre": "techno", "roles": ("drums",)})
    assert loop.parts[0].notes[-1].start_beat > 2044


def test_the_same_seed_and_wish_give_the_same_loop_in_any_process() -> None:
    wish: Wish = {"genre": "jazz", "bars": 6, "roles": ROLES}
    code = f"from riffosc.composing.arranging import arranged; print(arranged(11, {wish!r}), end='')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == repr(arranged(11, wish))
    assert "np." not in done.stdout  # numbers that JSON and messages take
    assert arranged(12, wish) != arranged(11, wish)


def test_nothing_but_numpy_is_needed() -> None:
    code = """
import sys
import numpy.random
before = set(sys.modules)
import riffosc.composing.arranging
new = {name.split(".")[0] for name in set(sys.modules) - before}
print(*(new - set(sys.stdlib_module_names)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["riffosc"]


def test_what_is_not_known_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="There is no genre 'polkacore'"):
        arranged(0, {"genre": "polkacore"})
    with pytest.raises(ValueError, match="A seed is a whole number from 0, and not -1"):
        arranged(-1, {})
