import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffosc.lengths import Length, LengthError, Wish, picture_length, sound_length, whole_bars
from riffosc.picture import EMBEDDED, RIFFUSION, Picture

SR = 44100


def of_riffusion(columns: int = 512) -> Picture:
    return Picture(np.zeros((1, 512, columns), np.uint8), RIFFUSION, beats=0.0)


def of_riffosc(beats: float = 8.0, tempo: float = 120.0, quantum: int = 4) -> Picture:
    return Picture(np.zeros((1, 512, 512), np.uint8), EMBEDDED, beats, tempo, quantum)


@pytest.mark.parametrize(
    ("picture", "wish", "length"),
    [
        (of_riffusion(), Wish(), Length(225792)),  # 10 ms a column
        (of_riffusion(1), Wish(), Length(441)),
        (of_riffusion(), Wish(tempo=94.0), Length(225191, 8, 94.0)),  # 8.02 beats
        (of_riffusion(), Wish(tempo=120.0), Length(264600, 12, 120.0)),  # 10.24 beats
        (of_riffusion(), Wish(tempo=120.0, bars=2), Length(176400, 8, 120.0)),
        (of_riffusion(), Wish(tempo=90.0, bars=2, quantum=3), Length(176400, 6, 90.0, 3)),
        (of_riffusion(), Wish(tempo=20.0), Length(529200, 4, 20.0)),  # at least one bar
        (of_riffusion(), Wish(bars=2), Length(225792, 8, 93.75)),
        (of_riffusion(), Wish(seconds=2.5), Length(110250)),
        (of_riffusion(), Wish(frames=100_001), Length(100_001)),
        (of_riffusion(), Wish(frames=176_400, beats=8), Length(176_400, 8, 120.0)),
        (of_riffosc(), Wish(), Length(176_400, 8, 120.0)),
        (of_riffosc(6, 90.0, 3), Wish(), Length(176_400, 6, 90.0, 3)),
        (of_riffosc(), Wish(tempo=123.4), Length(171540, 8, 123.4)),
        (of_riffosc(), Wish(bars=4), Length(352_800, 16, 120.0)),
        (of_riffosc(), Wish(frames=100_000), Length(100_000, 8, 211.68)),
    ],
)
def test_how_long_a_picture_sounds(picture, wish, length):
    assert picture_length(picture, wish, SR) == length


@pytest.mark.parametrize(
    ("seconds", "said", "wish", "length"),
    [
        (4.0, None, Wish(), Length(176_400)),
        (4.0, Length(0, 8), Wish(), Length(176_400, 8, 120.0)),
        (4.0, Length(0, 6, quantum=3), Wish(), Length(176_400, 6, 90.0, 3)),
        (4.0, Length(0, 8), Wish(beats=4), Length(176_400, 4, 60.0)),
        (4.1, None, Wish(tempo=120.0), Length(176_400, 8, 120.0)),
        (0.1, None, Wish(tempo=120.0), Length(88_200, 4, 120.0)),
        (4.1, None, Wish(tempo=120.0, bars=1), Length(88_200, 4, 120.0)),
    ],
)
def test_how_long_a_sound_is_painted(seconds, said, wish, length):
    assert sound_length(seconds, SR, said, wish) == length


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"seconds": 1.0, "frames": 1}, "say --seconds or --frames, not both"),
        ({"seconds": 1.0, "tempo": 90.0}, "say --seconds or --tempo, not both"),
        ({"bars": 1, "beats": 4}, "say --bars or --beats, not both"),
    ],
)
def test_wishes_that_contradict_each_other(wish, words):
    with pytest.raises(LengthError, match=words):
        Wish(**wish)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(frames=0), "too short"),
        (Wish(seconds=-1.0), "too short"),
        (Wish(seconds=float("nan")), "it would last nan s, which cannot be"),
        (Wish(seconds=float("inf")), "it would last inf s, which is too long"),
        (Wish(seconds=1e6), "it would last 1e\\+06 s, which is too long"),
        (Wish(tempo=20.0, bars=1000), "too long"),
    ],
)
def test_lengths_that_cannot_be(wish, words):
    with pytest.raises(LengthError, match=words):
        picture_length(of_riffusion(), wish, SR)


def test_a_file_may_say_any_number():
    with pytest.raises(LengthError, match="too long"):
        picture_length(of_riffosc(1e300, 1e-300), Wish(), SR)
    with pytest.raises(LengthError, match="too long"):
        picture_length(of_riffosc(1e300, 1e-300), Wish(tempo=20.0), SR)


@given(st.floats(0.01, 600), st.floats(20, 300), st.integers(1, 16))
def test_whole_bars_are_the_nearest(seconds, tempo, quantum):
    beats = whole_bars(seconds, tempo, quantum)
    assert beats % quantum == 0 and beats >= quantum
    assert beats == quantum or abs(beats - seconds * tempo / 60) <= quantum / 2 + 1e-9
