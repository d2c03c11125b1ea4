"""What a mask keeps is kept to the pixel, whichever model paints, and what it does not is new."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from stable_models import write_model

from riffosc.clip import ClipRequest, Rig
from riffosc.masks import RIFFUSIONS, MaskError, find_mask, parse_mask
from riffosc.picture import EMBEDDED, RIFFUSION, Picture
from riffosc.pictures import PictureShelf
from riffosc.synthesis.filterbank import hz_to_mel
from riffosc.synthesis.latents import Draws
from riffosc.synthesis.masking import BLEND_COLUMNS, BLEND_ROWS, composed, shades
from riffosc.synthesis.render import Renderer

HOUSE = PictureShelf().find("house")
REQUEST = ClipRequest(
    prompts=(("church organ", 1.0),), seed=3, init=HOUSE, denoising=1.0, guidance=1.0, steps=2, bars=2, tempo=120.0
)


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


@pytest.fixture(scope="module")
def stable(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("stable")
    write_model(folder)
    return str(folder)


def painted(renderer: Renderer, request: ClipRequest) -> Picture:
    return renderer.render(request).picture


def row_of(hz: float, picture: Picture) -> int:
    """The highest row that lies below so many Hz."""
    low, high = (hz_to_mel(edge) for edge in (picture.settings.low_hz, picture.settings.high_hz))
    bins = picture.settings.bins
    return bins - int(np.ceil((hz_to_mel(hz) - low) / (high - low) * (bins + 1) - 1))


def different(one: np.ndarray, other: np.ndarray) -> float:
    """Mean difference in steps of 255."""
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


def test_beats_are_painted_and_the_rest_is_left_to_the_pixel(renderer: Renderer) -> None:
    picture = painted(renderer, replace(REQUEST, mask=parse_mask("beats 5-6")))
    new, old = picture.pixels[0], HOUSE.pixels[0]
    kept = np.r_[0 : 256 - BLEND_COLUMNS, 384:512]
    assert np.array_equal(new[:, kept], old[:, kept])
    assert different(new[:, 256:380], old[:, 256:380]) > 10


def test_a_band_is_painted_and_the_rest_is_left_to_the_pixel(renderer: Renderer) -> None:
    picture = painted(renderer, replace(REQUEST, mask=parse_mask("above 2 kHz")))
    new, old, row = picture.pixels[0], HOUSE.pixels[0], row_of(2000, HOUSE)
    assert np.array_equal(new[row + BLEND_ROWS // 2 :], old[row + BLEND_ROWS // 2 :])
    assert different(new[:row], old[:row]) > 10


def test_what_is_kept_of_a_column_is_known_to_what_is_painted(renderer: Renderer) -> None:
    """Bands are told apart in the latents, too: they end near the seed picture's where it stays."""
    canvas = renderer.model(Rig()).canvas(REQUEST)
    mask = np.ones((512, 512), np.float32)
    mask[256:] = 0
    kept, other = (canvas.encode(PictureShelf().find(name), Draws(REQUEST)) for name in ("house", "ambient"))
    mixed = canvas.picture(canvas.keeper(mask)(kept, other)).pixels[0]
    theirs, ours = canvas.picture(other).pixels[0], canvas.picture(kept).pixels[0]
    assert different(mixed[256:], ours[256:]) < different(mixed[256:], theirs[256:]) / 3
    assert different(mixed[:256], theirs[:256]) < different(mixed[:256], ours[:256]) / 3


def test_beats_and_bands_of_a_stable_diffusion_layout_model(renderer: Renderer, stable: str) -> None:
    seconds = 512 * 0.01
    pixels = np.tile((np.arange(512) // 3).astype(np.uint8), (1, 512, 1))
    init = Picture(pixels, RIFFUSION, beats=8, tempo=8 * 60 / seconds)
    mask = parse_mask("beats 3-4 below 1 kHz")
    request = replace(REQUEST, init=init, tempo=init.tempo, mask=mask, rig=Rig(stable))
    picture = painted(renderer, request)
    assert picture.columns == 512
    new, old, row = picture.pixels[0], pixels[0], row_of(1000, init)
    untouched = np.ones((512, 512), bool)
    untouched[row - BLEND_ROWS // 2 :, 128 - BLEND_COLUMNS : 256] = False
    assert np.array_equal(new[untouched], old[untouched])
    assert different(new[row + 4 :, 128:252], old[row + 4 :, 128:252]) > 10


def test_only_black_is_kept_to_the_pixel() -> None:
    kept, over = (np.full((1, 16, 32), shade, np.uint8) for shade in (10, 200))
    mask = np.zeros((16, 32), np.float32)
    mask[:, 8:16] = 0.25
    mixed = composed(kept, over, mask)
    assert (mixed[..., :5] == 10).all() and (mixed[..., 16:] == 10).all()
    assert (mixed[..., 8:13] == 200).all(), "a part was kept in the latents already"
    assert (np.diff(mixed[0, 0, 4:9].astype(int)) > 0).all() and (np.diff(mixed[0, 0, 12:17].astype(int)) < 0).all()


def test_white_is_painted_and_masks_are_stretched(tmp_path: Path) -> None:
    drawing = np.zeros((10, 20), np.uint8)
    drawing[:5, 10:] = 255
    path = tmp_path / "mask.png"
    Image.fromarray(drawing).save(path)
    found = shades(find_mask(str(path)), EMBEDDED, 512, REQUEST)
    assert found.shape == (512, 512)
    assert found[:230, 270:].min() == 1 and found[290:].max() == 0 and found[:, :240].max() == 0


@pytest.mark.parametrize("name", RIFFUSIONS)
def test_riffusions_masks_have_its_shades(name: str) -> None:
    found = shades(parse_mask(name), EMBEDDED, 512, REQUEST)
    assert found.shape == (512, 512) and found[-1].min() == 1
    if "beat_lines" in name:
        darkest = found[0].reshape(8, 64).argmin(1)
        assert (np.minimum(darkest, 64 - darkest) <= 2).all(), "lines lie on the beats"


def test_keeping_is_the_other_way_around() -> None:
    one, other = (shades(parse_mask(text), EMBEDDED, 512, REQUEST) for text in ("bar 1", "keep bar 1"))
    assert np.array_equal(one, 1 - other) and one[:, :256].min() == 1


def test_a_band_beyond_the_picture_is_said() -> None:
    with pytest.raises(MaskError, match="leaves nothing to paint: pictures here end at 16 kHz"):
        shades(parse_mask("above 17 kHz"), EMBEDDED, 512, REQUEST)
