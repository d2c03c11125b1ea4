import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from riffosc import picture as module
from riffosc import resources
from riffosc.picture import (
    EMBEDDED,
    NAMES,
    Picture,
    PictureError,
    PictureSettings,
    decode_picture,
    encode_picture,
    load_picture,
    save_picture,
    tags_of,
)

positive = st.floats(1e-6, 1e6, allow_nan=False)


def picture(channels: int = 1, **facts) -> Picture:
    pixels = np.random.default_rng(3).integers(0, 256, (channels, EMBEDDED.bins, 48), dtype=np.uint8)
    return Picture(pixels, **facts)


def assert_same(read: Picture, written: Picture) -> None:
    assert read.pixels.dtype == np.uint8
    assert (read.pixels == written.pixels).all()
    assert replace(read, pixels=written.pixels).settings == written.settings
    assert (read.beats, read.tempo, read.quantum, read.key) == (
        written.beats,
        written.tempo,
        written.quantum,
        written.key,
    )


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("key", ["", "Am", "F#", "E\u266dm"])
def test_what_is_saved_is_read_back(tmp_path, channels, key):
    written = picture(channels, beats=6.0, tempo=123.4, quantum=3, key=key)
    save_picture(written, tmp_path / "a.png")
    assert_same(load_picture(tmp_path / "a.png"), written)


@settings(deadline=None)
@given(
    st.builds(
        PictureSettings,
        bins=st.just(4),
        low_hz=st.floats(0, 1000),
        high_hz=st.floats(1001, 24000),
        window_s=st.floats(1e-6, 10),
        padded_s=st.floats(1e-6, 10),
        power=positive,
        reference=positive,
        columns_per_beat=st.integers(1, 10_000),
    ),
    positive,
    positive,
    st.integers(1, 100),
)
def test_settings_are_read_back_to_the_last_bit(settings, beats, tempo, quantum):
    written = Picture(np.zeros((1, 4, 3), np.uint8), settings, beats, tempo, quantum)
    assert_same(decode_picture(encode_picture(written)), written)


def test_tags_are_riffusions():
    """Its numbers (spectrogram_params.py), its units, and all of them."""
    tags = tags_of(picture(2, tempo=120.0))
    assert {tag: tags[tag] for tag in tags if tag < 11100} == {
        11000: 44100,
        11005: 1,
        11010: 500 / EMBEDDED.columns_per_beat,
        11020: EMBEDDED.window_s * 1000,
        11030: EMBEDDED.padded_s * 1000,
        11040: EMBEDDED.bins,
        11050: EMBEDDED.low_hz,
        11060: EMBEDDED.high_hz,
        11070: EMBEDDED.power,
        11080: pytest.approx(EMBEDDED.reference * 32768 * 5644 / 4, rel=1e-12),  # its padded window has 5644 frames
    }


def test_files_look_like_riffusions(tmp_path):
    """Mono is grey; in stereo green is left and blue is right, and nothing is inverted or turned over."""
    mono, stereo = picture(1), picture(2)
    grey = Image.open(io.BytesIO(encode_picture(mono)))
    assert (grey.format, grey.mode, grey.size) == ("PNG", "L", (48, EMBEDDED.bins))
    assert (np.array(grey) == mono.pixels[0]).all()
    colours = np.array(Image.open(io.BytesIO(encode_picture(stereo))))
    assert (colours[..., 1] == stereo.pixels[0]).all()
    assert (colours[..., 2] == stereo.pixels[1]).all()


def test_the_same_bytes_twice():
    assert encode_picture(picture()) == encode_picture(picture())


def test_a_grey_picture_in_colours_is_read_as_mono(tmp_path):
    written = picture()
    image = Image.open(io.BytesIO(encode_picture(written)))
    image.convert("RGB").save(tmp_path / "rgb.png", exif=image.getexif())
    assert_same(load_picture(tmp_path / "rgb.png"), written)


def save_with(path, **changes) -> None:
    """A picture whose tags were changed or, by None, taken away: names as in the module."""
    image = Image.open(io.BytesIO(encode_picture(picture())))
    exif = image.getexif()
    for name, value in changes.items():
        del exif[getattr(module, name)]
        if value is not None:
            exif[getattr(module, name)] = value
    image.save(path, exif=exif)


@pytest.mark.parametrize("tag", NAMES, ids=NAMES.values())
def test_a_missing_setting_is_named(tmp_path, tag):
    image = Image.open(io.BytesIO(encode_picture(picture())))
    exif = image.getexif()
    del exif[tag]
    image.save(tmp_path / "a.png", exif=exif)
    with pytest.raises(PictureError, match=rf"^a\.png: its setting {NAMES[tag]} \(tag {tag}\) is missing$"):
        load_picture(tmp_path / "a.png")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"TEMPO": 0.0}, "tempo .* is 0, which cannot be"),
        ({"TEMPO": float("nan")}, "tempo .* is not a number"),
        ({"TEMPO": "fast"}, "tempo .* is not a number"),
        ({"BEATS": -8.0}, "beats .* is -8, which cannot be"),
        ({"BEATS": float("inf")}, "beats .* is not a number"),
        ({"WINDOW_S": 1e9}, "window .* is 1e\\+09 s, which cannot be"),
        ({"QUANTUM": 3.5}, "quantum .* is 3.5, which is not a whole number"),
        ({"MIN_FREQUENCY": 20000.0}, "frequencies go from 20000"),
        ({"NUM_FREQUENCIES": 100}, f"is {EMBEDDED.bins} pixels high, but its settings say 100"),
    ],
)
def test_settings_that_cannot_be(tmp_path, changes, words):
    save_with(tmp_path / "a.png", **changes)
    with pytest.raises(PictureError, match=words):
        load_picture(tmp_path / "a.png")


def test_a_photo_holds_no_settings(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "cat.png")
    Image.new("RGB", (8, 8)).save(tmp_path / "cat.jpg")
    for name in ("cat.png", "cat.jpg"):
        with pytest.raises(PictureError, match="holds no settings"):
            load_picture(tmp_path / name)


def test_what_is_no_picture(tmp_path):
    (tmp_path / "a.png").write_text("not a picture")
    (tmp_path / "empty.png").touch()
    for path in (tmp_path / "a.png", tmp_path / "empty.png"):
        with pytest.raises(PictureError, match="is not a picture that can be read"):
            load_picture(path)
    for path in (tmp_path, tmp_path / "nowhere.png", "a\0b", "/", "x" * 5000):
        with pytest.raises(PictureError, match="cannot read"):
            load_picture(path)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_broken_files_give_one_sentence(data):
    whole = bytearray(encode_picture(replace(picture(), pixels=picture().pixels[:, :, :4])))
    if data.draw(st.booleans()):
        del whole[data.draw(st.integers(0, len(whole) - 1)) :]
    else:
        for _ in range(data.draw(st.integers(1, 4))):
            whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode_picture(bytes(whole))
    except PictureError as error:
        assert "\n" not in str(error) and len(str(error)) < 250


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_broken_settings_give_one_sentence(data):
    image = Image.open(io.BytesIO(encode_picture(replace(picture(), pixels=picture().pixels[:, :, :4]))))
    exif = bytearray(image.getexif().tobytes())
    for _ in range(data.draw(st.integers(1, 4))):
        exif[data.draw(st.integers(0, len(exif) - 1))] = data.draw(st.integers(0, 255))
    file = io.BytesIO()
    image.save(file, "PNG", exif=bytes(exif[: data.draw(st.integers(6, len(exif)))]))
    try:
        decode_picture(file.getvalue())
    except PictureError as error:
        assert "\n" not in str(error) and len(str(error)) < 250


def test_too_large_a_picture_is_not_unpacked(tmp_path):
    Image.new("1", (9000, 9000)).save(tmp_path / "huge.png")
    with pytest.raises(PictureError, match="too large"):
        load_picture(tmp_path / "huge.png")


def test_only_one_or_two_channels_of_bytes():
    for pixels in (np.zeros((3, 4, 4), np.uint8), np.zeros((4, 4), np.uint8), np.zeros((1, 4, 4), np.float32)):
        with pytest.raises(PictureError, match="one or two channels of bytes"):
            encode_picture(Picture(pixels))


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "folder.png").mkdir()
    for path in (tmp_path / "folder.png", tmp_path / "nowhere" / "a.png", tmp_path / "a\0b.png"):
        with pytest.raises(PictureError, match="cannot write"):
            save_picture(picture(), path)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


def test_shipped_seeds_are_read():
    found = sorted(resources.seeds_dir().glob("*.png"))
    assert len(found) >= 8
    for path in found:
        seed = load_picture(path)
        assert seed.settings == EMBEDDED
        assert seed.columns == seed.beats * EMBEDDED.columns_per_beat
        assert seed.beats % seed.quantum == 0
