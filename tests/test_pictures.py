"""Seed pictures: shipped ones by name, and whatever a player has drawn or brought."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from riffosc.offline import find_seed, request_for
from riffosc.picture import RIFFUSION, Picture, PictureError, PictureSettings, save_picture
from riffosc.pictures import PictureShelf, seed_names
from riffosc.synthesis.performing import converted
from riffosc.synthesis.render import Renderer

SHELF = PictureShelf()


def test_shipped_ones_go_by_their_names() -> None:
    assert {SHELF.find(name).beats % SHELF.find(name).quantum for name in seed_names()} == {0}


@pytest.mark.parametrize(("columns", "beats"), [(512, 8), (300, 8), (256, 4), (1024, 16), (90, 4)])
def test_a_picture_of_ones_own_is_whole_bars(tmp_path: Path, columns: int, beats: int) -> None:
    """As Riffusion's are, without a word inside."""
    path = tmp_path / "mine.jpg"
    Image.fromarray(np.tile(np.arange(columns, dtype=np.uint8), (512, 1))).convert("RGB").save(path)
    picture = SHELF.find(str(path))
    assert (picture.beats, picture.columns, len(picture.pixels)) == (beats, columns, 1)
    assert picture.seconds == pytest.approx(columns * 0.01) and picture.settings == RIFFUSION


def test_a_picture_that_says_its_beats_keeps_them_and_is_heard_in_one_channel(tmp_path: Path) -> None:
    path = tmp_path / "stereo.png"
    pixels = np.stack([np.full((512, 192), shade, np.uint8) for shade in (100, 200)])
    save_picture(Picture(pixels, SHELF.find("house").settings, beats=3, tempo=97.0, quantum=3, key="Am"), path)
    picture = SHELF.find(str(path))
    assert (picture.beats, picture.tempo, picture.quantum, picture.key) == (3, 97.0, 3, "Am")
    assert picture.pixels.shape == (1, 512, 192) and (picture.pixels == 150).all()


def test_a_drawing_is_painted_from(tmp_path: Path) -> None:
    path = tmp_path / "drawing.png"
    drawing = np.full((64, 64), 255, np.uint8)
    drawing[40:44] = 60
    Image.fromarray(drawing).save(path)
    request = request_for(22050, {"prompt": "organ", "seed_image": str(path), "steps": 1, "guidance": 1, "bars": 1})
    assert request.init is not None
    assert Renderer().render(request).samples.shape == (1, request.frames)
    assert converted(request.init, SHELF.find("house").settings, 120.0, 0).pixels.min() < 200, "it can be heard"


def test_what_is_no_picture_is_said(tmp_path: Path) -> None:
    path = tmp_path / "words.png"
    path.write_text("words")
    with pytest.raises(PictureError, match=r"words\.png is not a picture"):
        SHELF.find(str(path))


def test_a_home_that_nobody_has_is_no_picture() -> None:
    for find in (SHELF.find, find_seed):
        with pytest.raises(PictureError, match="there is no seed picture '~nobody-is-called-this"):
            find("~nobody-is-called-this/x.png")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (replace(RIFFUSION, window_s=1e-9), "too short to hear anything in"),
        (replace(RIFFUSION, padded_s=10.0), "its settings ask for too much"),
    ],
)
def test_settings_that_make_no_sound_are_told_of_when_a_voice_starts_from_them(
    tmp_path: Path, settings: PictureSettings, words: str
) -> None:
    path = tmp_path / "strange.png"
    save_picture(Picture(np.zeros((1, 512, 64), np.uint8), settings), path)
    for denoising in (0.0, 0.5):
        request = request_for(44100, {"prompt": "x", "seed_image": str(path), "denoising": denoising, "steps": 1})
        with pytest.raises(ValueError, match=words):
            Renderer().render(request)


def test_a_sound_is_painted_by_whole_bars_where_nobody_waits(tmp_path: Path) -> None:
    """Two bars and a bit at 150, no louder than they are."""
    path = tmp_path / "loop_150bpm.wav"
    time = np.arange(round(3.3 * 22050)) / 22050
    soundfile.write(path, 0.1 * np.sin(2 * np.pi * 440 * time), 22050)
    init = request_for(22050, {"prompt": "organ", "seed_image": str(path)}).init
    assert init is not None and (init.beats, init.tempo, init.columns) == (8, 150.0, 512)
    assert 60 < init.pixels.min() < 100, "10 dB below black, and some of it in the next band"
    with pytest.raises(PictureError, match=r"loop_150bpm\.wav is a sound; this makes a picture of it: riffosc image"):
        SHELF.find(str(path))
