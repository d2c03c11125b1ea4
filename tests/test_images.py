"""Any picture: Riffusion's with its tags or without, drawings, broken ones."""

import io

import elsewhere
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from riffosc.images import KNOWN, NEEDED, find_picture
from riffosc.picture import (
    EMBEDDED,
    MORE_NAMES,
    NAMES,
    PRESETS,
    RIFFUSION,
    Picture,
    PictureError,
    PictureSettings,
    reference_of,
    save_picture,
    tags_of,
)
from riffosc.resources import seeds_dir

NOISE = np.random.default_rng(3).integers(1, 256, (512, 40), dtype=np.uint8)


def tagged(path, tags, pixels=NOISE, mode="RGB"):
    image = Image.fromarray(pixels).convert(mode)
    exif = image.getexif()
    exif.update(tags)
    image.save(path, exif=exif)
    return path


def drawing(ink="black", paper="white", mode="RGB", size=(60, 200)) -> Image.Image:
    """A line in the lower half, from the left edge to the right."""
    image = Image.new(mode, size, paper)
    ImageDraw.Draw(image).line([(0, 150), (59, 150)], fill=ink, width=6)
    return image


def darkest_row(picture: Picture) -> float:
    """Where its darkest row is, from 0 at the top to 1."""
    return float(picture.pixels[0].mean(axis=1).argmin()) / picture.settings.bins


def test_riffusions_settings_are_read(tmp_path):
    found = find_picture(tagged(tmp_path / "a.png", elsewhere.TAGS | {11080: 12e6, 11060: 8000}))
    assert found.tagged and not found.notes
    assert found.picture.settings == PictureSettings(
        512, 0.0, 8000.0, 0.1, 0.4, 0.25, reference_of(12e6, 0.4), step_s=0.01
    )
    assert (found.picture.pixels == NOISE).all()
    assert (found.picture.beats, found.picture.seconds) == (0, 0.4)


def test_what_riffusion_calls_full_scale_is_ours(tmp_path):
    """A sine of full scale has the amplitude 1 in our pictures, and 32768 * sum(window) / 2 in each of its bins."""
    assert reference_of(32768 * 2205 / 2 * 4, 0.4) == pytest.approx(1.0)


@pytest.mark.parametrize("number", NEEDED)
def test_a_tag_that_is_missing_is_named_and_riffusions_value_stands(tmp_path, number):
    tags = {tag: value for tag, value in elsewhere.TAGS.items() if tag != number} | {11080: 15e6}
    found = find_picture(tagged(tmp_path / "a.png", tags))
    assert found.picture.settings == RIFFUSION
    name = NAMES.get(number) or MORE_NAMES[number]
    assert found.notes == [f"missing: {name} (tag {number}); taken as riffusion"]


def test_without_a_level_the_usual_one_is_taken(tmp_path):
    found = find_picture(tagged(tmp_path / "a.png", elsewhere.TAGS))
    assert found.picture.settings == RIFFUSION
    assert found.notes == ["missing: level of black (tag 11080); taken as riffusion"]


def test_foreign_tags_are_named(tmp_path):
    camera = {271: "Canon", 272: "EOS", 305: "dcraw", 306: "2001", 315: "me", 33432: "me", 60000: 1, 274: 1}
    found = find_picture(tagged(tmp_path / "a.jpg", camera))
    words = "Make (271), Model (272), Software (305), DateTime (306), Artist (315) and 2 more"
    assert found.notes == ["no settings inside: taken as riffusion", f"foreign tags: {words}"]


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({11060: "loud"}, "its setting highest frequency (tag 11060) is not a number; taken as riffusion"),
        ({11050: 20000}, "its frequencies go from 20000 to 10000 Hz; taken as riffusion"),
        ({11020: 500}, "its window of 0.5 s does not fit into 0.4 s; taken as riffusion"),
        ({11030: 1e9}, "its setting padded window (tag 11030) is 1e+06 s, which cannot be; taken as riffusion"),
        ({11080: 1e300}, "its level of black is 6.92e+291 times full scale; taken as riffusion"),
        ({11070: -1.0}, "its setting power (tag 11070) is -1, which cannot be; taken as riffusion"),
    ],
)
def test_a_setting_that_cannot_be_is_named(tmp_path, tags, words):
    found = find_picture(tagged(tmp_path / "a.png", elsewhere.TAGS | {11080: 15e6} | tags))
    assert (found.picture.settings, found.notes) == (RIFFUSION, [words])


@pytest.mark.parametrize("settings", [EMBEDDED, *PRESETS.values()])
@pytest.mark.parametrize("beats", [0.0, 6.0])
@pytest.mark.parametrize("channels", [1, 2])
def test_what_riffosc_writes_is_read_back(tmp_path, settings, beats, channels):
    if not beats and not settings.step_s:
        settings = PictureSettings(step_s=0.01)
    pixels = np.stack([NOISE] * channels)
    written = Picture(pixels, settings, beats, 97.3 if beats else 120.0, 3 if beats else 4, "F#m" if beats else "")
    save_picture(written, tmp_path / "a.png")
    found = find_picture(tmp_path / "a.png", "riffosc")
    read = found.picture
    assert not found.notes
    assert (read.pixels == pixels).all()
    assert (read.beats, read.tempo, read.quantum, read.key) == (
        written.beats,
        written.tempo,
        written.quantum,
        written.key,
    )
    assert read.settings.reference == pytest.approx(settings.reference)
    assert read.settings == PictureSettings(
        **{name: getattr(settings, name) for name in settings.__slots__} | {"reference": read.settings.reference}
    )


def test_riffusion_itself_reads_what_riffosc_writes():
    """Its reader, and its list of tags, which knows no others."""
    picture = Picture(NOISE[None], RIFFUSION, beats=0.0)
    file = io.BytesIO()
    image = Image.fromarray(NOISE)
    image.getexif().update(tags_of(picture))
    image.save(file, "PNG", exif=image.getexif())
    exif = dict(Image.open(file).getexif())
    assert exif.keys() == elsewhere.TAGS.keys() | {11080}
    assert elsewhere.params_from_exif(exif) == elsewhere.params_from_exif(elsewhere.TAGS)
    assert all(isinstance(exif[tag], int) for tag in (11000, 11010, 11020, 11030, 11040, 11050, 11060))
    assert exif[11080] == pytest.approx(15e6)


def test_shipped_seeds_are_read_as_they_are():
    found = find_picture(seeds_dir() / "house.png")
    assert found.picture.settings == EMBEDDED and not found.notes
    assert found.picture.seconds == found.picture.beats * 60 / found.picture.tempo


@pytest.mark.parametrize("ink", ["black", "red", "blue", "green"])
def test_any_colour_on_white_is_heard_where_it_was_drawn(tmp_path, ink):
    drawing(ink).save(tmp_path / "a.png")
    picture = find_picture(tmp_path / "a.png").picture
    assert picture.pixels.shape == (1, 512, 60)
    assert darkest_row(picture) == pytest.approx(150 / 200, abs=0.02)
    assert picture.pixels.min() < 170 and picture.pixels.max() == 255


@pytest.mark.parametrize(
    ("ending", "mode"),
    [
        *(("png", mode) for mode in ("1", "P", "LA")),
        *(("tiff", mode) for mode in ("CMYK", "LAB", "RGBA")),
        *(("jpg", mode) for mode in ("RGB", "CMYK", "YCbCr")),
        *(("bmp", "L"), ("gif", "P"), ("webp", "RGB"), ("pgm", "L")),
    ],
)
def test_every_kind_of_picture_looks_the_same(tmp_path, ending, mode):
    plain = drawing()
    if mode == "LAB":
        from PIL import ImageCms

        to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
        plain = ImageCms.applyTransform(plain, to_lab)
    else:
        plain = plain.convert(mode)
    plain.save(tmp_path / f"a.{ending}")
    found = find_picture(tmp_path / f"a.{ending}").picture
    drawing().save(tmp_path / "plain.png")
    wanted = find_picture(tmp_path / "plain.png").picture
    assert np.abs(found.pixels.astype(int) - wanted.pixels).mean() < 3


def test_pictures_of_more_than_eight_bits(tmp_path):
    grey = np.array(drawing().convert("L"))
    wanted = None
    for name, values in (
        ("a.png", grey),
        ("16.png", grey.astype(np.uint16) * 257),
        ("16.tiff", grey.astype(np.uint16) * 257),
        ("32.tiff", grey.astype(np.int32) * 257),
        ("share.tiff", grey.astype(np.float32) / 255),
        ("float.tiff", grey.astype(np.float32)),
    ):
        Image.fromarray(values).save(tmp_path / name)
        pixels = find_picture(tmp_path / name).picture.pixels
        wanted = pixels if wanted is None else wanted
        assert np.abs(pixels.astype(int) - wanted).max() <= 1, name


def test_what_one_can_see_through_is_silent(tmp_path):
    drawing("black", (0, 0, 0, 0), "RGBA").save(tmp_path / "a.png")
    drawing().save(tmp_path / "b.png")
    see_through, opaque = (find_picture(tmp_path / name).picture.pixels for name in ("a.png", "b.png"))
    assert np.abs(see_through.astype(int) - opaque).max() <= 1


def test_riffusions_palette_counts_its_red(tmp_path):
    """og_beat.png has a palette of greys that are not quite grey."""
    image = Image.fromarray(NOISE).convert("P")
    image.putpalette([part for grey in range(256) for part in (grey, min(255, grey + 3), grey)])
    image.save(tmp_path / "a.png")
    assert (find_picture(tmp_path / "a.png").picture.pixels[0] == NOISE).all()


def test_stereo_is_green_and_blue_and_needs_no_tag(tmp_path):
    left, right = NOISE, NOISE[::-1]
    Image.fromarray(np.stack([np.zeros_like(left), left, right], axis=-1)).save(tmp_path / "a.png")
    assert (find_picture(tmp_path / "a.png").picture.pixels == np.stack([left, right])).all()
    mono = find_picture(tmp_path / "a.png", stereo=False)
    assert np.abs(mono.picture.pixels[0].astype(int) - (left.astype(int) + right) / 2).max() <= 1
    assert mono.remarks == ("stereo, mixed to mono",)
    Image.fromarray(NOISE).save(tmp_path / "grey.png")
    assert (find_picture(tmp_path / "grey.png", stereo=True).picture.pixels == np.stack([NOISE, NOISE])).all()


def test_a_photo_stands_upright_and_an_animation_does_not_move(tmp_path):
    lying = drawing().transpose(Image.Transpose.ROTATE_90)
    exif = lying.getexif()
    exif[274] = 6
    lying.save(tmp_path / "a.png", exif=exif)
    assert darkest_row(find_picture(tmp_path / "a.png").picture) == pytest.approx(150 / 200, abs=0.02)
    frames = [drawing().convert("P"), drawing("white").convert("P")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    found = find_picture(tmp_path / "a.gif")
    assert found.remarks == ("the first of its 2 frames is taken",)
    assert darkest_row(found.picture) == pytest.approx(150 / 200, abs=0.02)


def test_one_pixel(tmp_path):
    Image.new("L", (1, 1), 7).save(tmp_path / "a.png")
    picture = find_picture(tmp_path / "a.png").picture
    assert picture.pixels.shape == (1, 512, 1) and (picture.pixels == 7).all()
    assert picture.seconds == 0.01


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((10_000, 10_000), "it is too large for a loop: 10000 by 10000 pixels"),
        ((14_000, 14_000), "it is too large for a loop"),
        ((200_000, 2), "it is too large for a loop: 200000 columns of 512 bands"),
    ],
)
def test_too_many_pixels_are_not_unpacked(tmp_path, size, words):
    resource = pytest.importorskip("resource")
    Image.new("1", size).save(tmp_path / "a.png")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PictureError, match=f"^a.png: {words}$"):
        find_picture(tmp_path / "a.png")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 64 * 1024  # kilobytes


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"II*\0\x08\0\0\0", b"\xff\xd8\xff"]
)
def test_what_is_no_picture_is_a_sentence(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(PictureError, match=r"a\.png"):
        find_picture(tmp_path / "a.png")


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"]),
    st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=5),
    st.integers(0, 1 << 16),
)
def test_damage_gives_a_picture_or_a_sentence(tmp_path_factory, kind, changes, end):
    file = io.BytesIO()
    image = Image.fromarray(NOISE[:64]).convert("RGB")
    exif = image.getexif()
    exif.update(elsewhere.TAGS)
    image.save(file, kind, exif=exif)
    data = bytearray(file.getvalue())
    for place, value in changes:
        data[place % len(data)] = value
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(data[: end % len(data)] if end % 3 == 0 else data)
    try:
        assert find_picture(path).picture.pixels.ndim == 3
    except PictureError as error:
        assert "\n" not in str(error) and len(str(error)) < 250


@settings(deadline=None, max_examples=100)
@given(
    st.dictionaries(
        st.sampled_from(sorted(KNOWN)),
        st.one_of(st.integers(-5, 70_000), st.floats(width=32), st.text("ab1.", max_size=5), st.binary(max_size=4)),
    )
)
def test_any_tags_give_settings_that_can_be(tmp_path_factory, tags):
    path = tmp_path_factory.getbasetemp() / "tags.png"
    tagged(path, tags, NOISE[:, :4])
    try:
        found = find_picture(path)
    except PictureError as error:
        assert "too large" in str(error)
        return
    read = found.picture.settings
    assert read.bins > 0 and 0 <= read.low_hz < read.high_hz and 0 < read.window_s <= read.padded_s <= 10
    assert read.power > 0 and read.reference > 0 and found.picture.seconds > 0
    assert found.picture.pixels.shape[1:] == (read.bins, 4)
