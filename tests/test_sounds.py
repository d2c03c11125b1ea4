"""Sound files of all kinds, made by libsndfile, sox and by hand."""

import shutil
import struct
import subprocess

import numpy as np
import pytest
import soundfile

from riffosc.sounds import FORMATS, SoundError, read_sound, write_sound
from riffosc.wav import WavTags, read_loop, write_wav

SR = 44100
TONE = (0.5 * np.sin(2 * np.pi * 441 * np.arange(SR) / SR)).astype(np.float32)


@pytest.mark.parametrize("ending", FORMATS)
def test_what_is_written_is_read(tmp_path, ending):
    samples = np.stack([TONE, TONE * 0.5])
    rate = 48000 if ending == ".opus" else SR
    write_sound(tmp_path / f"a{ending}", samples, rate)
    sound = read_sound(tmp_path / f"a{ending}")
    assert (sound.samplerate, sound.samples.shape[0], sound.loop) == (rate, 2, None)
    assert sound.seconds == pytest.approx(len(TONE) / rate, abs=0.1)
    assert np.sqrt((sound.samples[0] ** 2).mean()) == pytest.approx(0.5 / 2**0.5, rel=0.05)
    assert [path.name for path in tmp_path.iterdir()] == [f"a{ending}"]


def test_a_rate_that_a_format_does_not_have_is_a_sentence(tmp_path):
    with pytest.raises(SoundError, match=r"^cannot write a\.mp3 at 96000 Hz: "):
        write_sound(tmp_path / "a.mp3", TONE[None], 96000)
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(SoundError, match=r"^cannot write a\.flac: No such file"):
        write_sound(tmp_path / "nowhere" / "a.flac", TONE[None], SR)


def test_eight_channels_become_two_or_one(tmp_path):
    parts = np.linspace(0.1, 0.8, 8)
    soundfile.write(tmp_path / "a.wav", TONE[:, None] * parts, SR, subtype="FLOAT")
    stereo, mono = read_sound(tmp_path / "a.wav"), read_sound(tmp_path / "a.wav", stereo=False)
    assert np.allclose(stereo.samples, np.stack([TONE * parts[::2].mean(), TONE * parts[1::2].mean()]), atol=1e-6)
    assert np.allclose(mono.samples, TONE[None] * parts.mean(), atol=1e-6)
    assert stereo.notes == ("its 8 channels are mixed to stereo: odd ones left, even ones right",)
    assert mono.notes == ("its 8 channels are mixed to mono",)
    soundfile.write(tmp_path / "b.wav", TONE, SR, subtype="FLOAT")
    assert (read_sound(tmp_path / "b.wav", stereo=True).samples == np.stack([TONE, TONE])).all()


@pytest.mark.parametrize("ending", ["wav", "flac", "aiff"])
def test_half_a_file_is_half_a_sound(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    soundfile.write(path, np.random.default_rng(1).uniform(-0.5, 0.5, SR), SR)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    sound = read_sound(path)
    assert 0.3 < sound.seconds < 0.51
    assert sound.notes == (f"its end is missing: {sound.seconds:.2f} s are there",) or ending == "aiff"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "a.wav is empty"),
        (b"hello", "a.wav is not a sound that can be read"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "a.wav is not a sound that can be read"),
    ],
)
def test_what_is_no_sound(tmp_path, content, words):
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(SoundError, match=f"^{words}$"):
        read_sound(tmp_path / "a.wav")


def test_no_frames_no_file_and_no_header(tmp_path):
    soundfile.write(tmp_path / "a.wav", TONE[:0], SR)
    with pytest.raises(SoundError, match=r"^a\.wav holds no sound$"):
        read_sound(tmp_path / "a.wav")
    with pytest.raises(SoundError, match=r"^cannot read b\.wav: No such file or directory$"):
        read_sound(tmp_path / "b.wav")
    (tmp_path / "c.raw").write_bytes(TONE.tobytes())
    with pytest.raises(SoundError, match=r"^c\.raw is not a sound"):
        read_sound(tmp_path / "c.raw")


def test_numbers_that_are_no_sound_are_silent(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.array([0.5, np.nan, np.inf, -np.inf, 0.25]), SR, subtype="FLOAT")
    sound = read_sound(tmp_path / "a.wav")
    assert sound.samples.tolist() == [[0.5, 0, 0, 0, 0.25]]
    assert sound.notes == ("it holds numbers that are no sound: silent there",)


def test_hours_are_not_unpacked(tmp_path):
    soundfile.write(tmp_path / "a.flac", np.zeros(8000 * 60 * 61, np.int16), 8000)
    with pytest.raises(SoundError, match=r"^a\.flac lasts 61:00 minutes; 21:00 minutes at most$"):
        read_sound(tmp_path / "a.flac")


def test_what_a_loop_says_of_itself_is_read(tmp_path):
    tags = WavTags(6, 123.5, 3, "F#m", "waltz", "prompt=a; key=F#m; model=embedded")
    write_wav(tmp_path / "a.wav", TONE[None], SR, tags)
    assert read_loop(tmp_path / "a.wav") == WavTags(6, 123.5, 3, "F#m", comment=tags.comment)
    assert read_sound(tmp_path / "a.wav").loop == read_loop(tmp_path / "a.wav")


@pytest.mark.parametrize(("flags", "beats"), [(1, 8), (4, 0), (4, 1 << 31)])
def test_a_one_shot_or_no_beats_is_no_loop(tmp_path, flags, beats):
    write_wav(tmp_path / "a.wav", TONE[None], SR, WavTags(8, 120.0))
    data = bytearray((tmp_path / "a.wav").read_bytes())
    acid = data.index(b"acid") + 8
    data[acid : acid + 4], data[acid + 12 : acid + 16] = struct.pack("<I", flags), struct.pack("<I", beats)
    (tmp_path / "a.wav").write_bytes(data)
    assert read_loop(tmp_path / "a.wav") is None
    for end in (0, 11, 20, acid + 7):
        (tmp_path / "b.wav").write_bytes(data[:end])
        assert read_loop(tmp_path / "b.wav") is None


@pytest.mark.clients
@pytest.mark.skipif(shutil.which("sox") is None, reason="apt install sox")
@pytest.mark.parametrize(
    "how", ["-r 22050 -b 8 a.wav", "-r 8000 -e u-law a.wav", "-r 48000 -b 24 a.aiff", "-e float a.wav", "a.flac"]
)
def test_sox_writes_what_is_read(tmp_path, how):
    command = ["sox", "-n", "-c", "2", *how.split(), "synth", "0.5", "sine", "441", "gain", "-6.02"]
    subprocess.run(command, cwd=tmp_path, check=True)
    (path,) = tmp_path.iterdir()
    sound = read_sound(path)
    assert (sound.seconds, len(sound.samples), sound.notes) == (0.5, 2, ())
    assert np.sqrt((sound.samples**2).mean()) == pytest.approx(0.5 / 2**0.5, rel=0.03)
