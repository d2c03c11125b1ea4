"""What may be asked for, and what is refused in words."""

import pytest

from riffosc.composing.wish import Wish, checked


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"genre": "polkacore"}, "no genre 'polkacore'; there are techno, "),
        ({"mode": "locrian"}, "no mode 'locrian'; there are major, minor"),
        ({"scale": "major third"}, "no scale"),
        ({"swing": "hard"}, "there are straight, eighths, sixteenths"),
        ({"effects": ("reverb", "autotune")}, "no effect 'autotune'"),
        ({"roles": ()}, "Somebody has to play"),
        ({"roles": ("flute",)}, "no role 'flute'; there are drums, bass, chords, lead, texture"),
        ({"instruments": {"singer": "voice"}}, "no role 'singer'"),
        ({"instruments": {"lead": "saw"}}, "no instrument 'saw'"),
        ({"styles": {"bass": "swaggering"}}, "no style 'swaggering'"),
        ({"bars": 0}, "A loop has 1 to 4096 bars, and not 0"),
        ({"bars": 2.5}, "A loop has 1 to 4096 bars, and not 2.5"),
        ({"quantum": 17}, "A bar has 2 to 16 beats"),
        ({"root": 12}, "11, which is B"),
        ({"tempo": float("nan")}, "above 0"),
        ({"tempo": 0.0}, "above 0"),
        ({"force": 1.5}, "which is hard"),
        ({"density": 0.0}, "onsets per beat"),
    ],
)
def test_what_cannot_be_is_refused_in_words(wish: Wish, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        checked(wish)


def test_what_can_be_is_left_as_it_is() -> None:
    wish: Wish = {"genre": "dub", "mode": "minor", "instruments": {"lead": "sub bass"}, "effects": (), "bars": 512}
    assert checked(wish) == wish
    assert checked({}) == {}
