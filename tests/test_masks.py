"""Masks in words: what they mean, and what is said of those that mean nothing."""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from stage import Stage

from riffosc.actions import Fail
from riffosc.masks import RIFFUSIONS, Area, MaskError, find_mask, parse_mask
from riffosc.offline import request_for
from riffosc.params import ParamError


@pytest.mark.parametrize(
    ("text", "areas"),
    [
        ("beats 5-8", [Area("beat", 5, 8)]),
        ("Beat 3", [Area("beat", 3, 3)]),
        ("bars 2", [Area("bar", 2, 2)]),
        ("beats_5-8_above_2_kHz", [Area("beat", 5, 8, 2000)]),
        ("above 2 kHz", [Area(low_hz=2000)]),
        ("below 200hz", [Area(high_hz=200)]),
        ("200 Hz-2 kHz", [Area(low_hz=200, high_hz=2000)]),
        ("200 Hz to 2k", [Area(low_hz=200, high_hz=2000)]),
        ("1-2.5 kHz", [Area(low_hz=1000, high_hz=2500)]),
        ("200-2 kHz", [Area(low_hz=200, high_hz=2000)]),
        ("above 200 and below 2k", [Area(low_hz=200, high_hz=2000)]),
        ("bars 2 200-400 Hz", [Area("bar", 2, 2, 200, 400)]),
        (
            "beats 1, 3, 5-6, bar 2 above 4 kHz",
            [Area("beat", 1, 1), Area("beat", 3, 3), Area("beat", 5, 6), Area("bar", 2, 2, 4000)],
        ),
    ],
)
def test_words_mean_areas(text: str, areas: list[Area]) -> None:
    mask = parse_mask(text)
    assert list(mask.areas) == areas and not mask.keeps and mask.text == text


def test_keep_turns_it_around() -> None:
    mask = parse_mask("keep beats 1-4")
    assert mask.keeps and mask.areas == (Area("beat", 1, 4, 0, math.inf),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("louder", "is no mask: try beats 5-8"),
        ("", "is no mask"),
        ("beats", "is no mask"),
        ("beats 5.5", "is no mask"),
        ("above 2 parsec", "is no mask"),
        ("3", "is no mask"),
        ("beats 5-8 please", "is no mask"),
        ("beats 5-8,", "is no mask"),
        ("beats 0-3", "beats count from 1"),
        ("beats 8-5", "the lower number first: not 8-5"),
        ("beats 1 bars 2", "names a time twice: put a comma between"),
        ("above 2 kHz below 1 kHz", "leaves no frequencies"),
        ("nowhere/mask.png", "is no mask"),
        ("~nobody-is-called-this/x.png", "is no mask"),
        ("x" * 5000, "is no mask"),
    ],
)
def test_what_means_nothing_is_said(text: str, words: str) -> None:
    with pytest.raises(MaskError) as said:
        find_mask(text)
    assert words in str(said.value) and len(str(said.value)) < 200


def test_a_long_row_of_digits_takes_no_time() -> None:
    """Cubed, ten thousand of them took days, in which nothing else was done."""
    words = "from riffosc.masks import find_mask; find_mask('above ' + '1' * 10_000 + 'x')"
    ended = subprocess.run([sys.executable, "-c", words], capture_output=True, timeout=120, check=False)
    assert b"MaskError" in ended.stderr


def test_a_clip_must_have_the_beats() -> None:
    assert parse_mask("bars 2").check(8, 4)
    with pytest.raises(MaskError, match="asks for bar 3, but the clip has 2"):
        parse_mask("bars 2-3").check(8, 4)
    with pytest.raises(MaskError, match="asks for beat 7, but the clip has 6"):
        parse_mask("keep beat 7").check(6, 3)


def test_a_picture_is_a_mask(tmp_path: Path) -> None:
    path = tmp_path / "my mask.png"
    Image.fromarray(np.tile(np.array([0, 255], np.uint8), (3, 1))).convert("RGB").save(path)
    shade = find_mask(str(path)).shade
    assert shade is not None and shade.tolist() == [[0, 255]] * 3
    path.write_bytes(b"not a picture at all")
    with pytest.raises(MaskError, match=r"the mask my mask\.png is not a picture"):
        find_mask(str(path))


@pytest.mark.parametrize("name", RIFFUSIONS)
def test_riffusions_masks_paint_most_of_the_lower_half(name: str) -> None:
    shade = parse_mask(name).shade
    assert shade is not None and shade[-1].min() == 255, "bass is painted anew"
    assert shade[0].min() in (32, 165, 192, 203, 242), "of treble a part is kept"


def test_a_voice_without_a_picture_says_that_a_mask_has_no_effect() -> None:
    stage = Stage()
    stage.change(1, mask="beats 1")
    stage.change(1, mask="beats 2")
    stage.run(1)
    fails = [said for said in stage.said if isinstance(said, Fail)]
    assert [(fail.name, "no effect until seed_image" in fail.words) for fail in fails] == [("mask", True)]


def test_a_voice_that_gets_too_short_for_its_mask_says_so_and_plays_on() -> None:
    stage = Stage(render_s=0.1)
    stage.change(1, prompt="one", seed_image="house", mask="beats 5-8")
    stage.run(4)
    assert len(stage.landed) == 1
    stage.change(1, bars=1)
    stage.run(4)
    fails = [said for said in stage.said if isinstance(said, Fail)]
    assert [(fail.name, fail.words) for fail in fails] == [("mask", "the mask asks for beat 8, but the clip has 4")]
    assert len(stage.landed) == 1 and stage.conductor.voices[1].sounding


def test_render_takes_a_mask() -> None:
    wishes = {"prompt": "drums", "seed_image": "house", "mask": "bar 2"}
    mask = request_for(44100, wishes).mask
    assert mask is not None and mask.areas == (Area("bar", 2, 2),)
    assert request_for(44100, {**wishes, "seed_image": ""}).mask is None
    with pytest.raises(ParamError, match="but the clip has 1"):
        request_for(44100, {**wishes, "bars": 1})
