import ctypes
import io
import json
import math
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

import riffosc
from riffosc.wav import WavError, WavTags, encode_wav, pcm24, root_note, write_wav

TAGS = WavTags(8, 123.4, 4, "F#m", "dub chords", "prompt=dub chords; seed=7")
SFC_GET_LOOP_INFO = 0x10E0


class LoopInfo(ctypes.Structure):
    """libsndfile's SF_LOOP_INFO."""

    _fields_ = (
        ("time_sig_num", ctypes.c_short),
        ("time_sig_den", ctypes.c_short),
        ("loop_mode", ctypes.c_int),
        ("num_beats", ctypes.c_int),
        ("bpm", ctypes.c_float),
        ("root_key", ctypes.c_int),
        ("future", ctypes.c_int * 6),
    )


def noise(frames: int = 1001, channels: int = 2) -> np.ndarray:
    return np.random.default_rng(1).uniform(-1, 1, (channels, frames)).astype(np.float32)


def chunks(data: bytes) -> dict[bytes, bytes]:
    """The chunks by name; checks on the way that sizes add up and that each begins on an even byte."""
    assert data[:4] == b"RIFF" and data[8:12] == b"WAVE"
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    found, at = {}, 12
    while at < len(data):
        name, size = struct.unpack("<4sI", data[at : at + 8])
        assert at % 2 == 0 and name not in found
        found[name] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    assert at == len(data)
    return found


def test_chunks_come_in_order_and_the_sound_last():
    assert list(chunks(encode_wav(noise(), 44100, TAGS))) == [b"fmt ", b"acid", b"smpl", b"LIST", b"data"]


def test_acid_chunk_byte_by_byte():
    acid = chunks(encode_wav(noise(), 44100, TAGS))[b"acid"]
    assert acid == struct.pack("<IHHfIHHf", 2 | 4, 66, 0x8000, 0.0, 8, 4, 4, 123.4)
    assert len(acid) == 24


def test_acid_chunk_of_a_waltz_without_a_key():
    acid = chunks(encode_wav(noise(), 44100, WavTags(6, 90.0, 3)))[b"acid"]
    assert acid == struct.pack("<IHHfIHHf", 4, 60, 0x8000, 0.0, 6, 4, 3, 90.0)


def test_sampler_chunk_loops_over_all_frames():
    smpl = chunks(encode_wav(noise(1001), 48000, TAGS))[b"smpl"]
    assert struct.unpack("<15I", smpl) == (0, 0, 20833, 60, 0, 0, 0, 1, 0, 0, 0, 0, 1000, 0, 0)


def test_info_texts():
    info = chunks(encode_wav(noise(), 44100, TAGS))[b"LIST"]
    assert info.startswith(b"INFOINAM\x0b\0\0\0dub chords\0\0ICMT")
    assert b"prompt=dub chords; seed=7\0" in info
    assert b"ISFT" in info and info.rstrip(b"\0").endswith(f"riffosc {riffosc.__version__}".encode())


@given(st.text(max_size=50), st.text(max_size=50))
def test_any_text_makes_a_file_that_reads(title, comment):
    data = encode_wav(noise(10), 8000, WavTags(4, 120.0, title=title, comment=comment))
    assert set(chunks(data)) == {b"fmt ", b"acid", b"smpl", b"LIST", b"data"}
    assert soundfile.info(io.BytesIO(data)).frames == 10


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("frames", [0, 1, 2, 1001])
def test_libsndfile_reads_every_sample(channels, frames):
    samples = noise(frames, channels)
    with soundfile.SoundFile(io.BytesIO(encode_wav(samples, 44100, TAGS))) as file:
        assert (file.frames, file.channels, file.samplerate) == (frames, channels, 44100)
        assert file.subtype == "PCM_24"
        heard = file.read(dtype="int32", always_2d=True).T >> 8
    assert (heard == np.clip(np.rint(samples.astype(np.float64) * 2**23), -(2**23), 2**23 - 1)).all()


@pytest.mark.skipif(not Path(soundfile._full_path).exists(), reason="soundfile has no library of its own here")
def test_libsndfile_reads_the_loop(tmp_path):
    path = tmp_path / "loop.wav"
    write_wav(path, noise(), 44100, TAGS)
    library = ctypes.CDLL(soundfile._full_path)  # the very library that soundfile uses
    library.sf_open.restype = ctypes.c_void_p
    handle = library.sf_open(str(path).encode(), 0x10, (ctypes.c_char * 64)())
    loop = LoopInfo()
    asked = library.sf_command(ctypes.c_void_p(handle), SFC_GET_LOOP_INFO, ctypes.byref(loop), ctypes.sizeof(loop))
    library.sf_close(ctypes.c_void_p(handle))
    assert asked == 1
    assert (loop.num_beats, loop.root_key, loop.time_sig_num, loop.time_sig_den) == (8, 66, 4, 4)
    assert math.isclose(loop.bpm, 123.4, rel_tol=1e-6)


@pytest.mark.clients
@pytest.mark.skipif(shutil.which("sox") is None, reason="apt install sox")
def test_sox_reads_the_same(tmp_path):
    samples = noise(5000)
    write_wav(tmp_path / "loop.wav", samples, 44100, TAGS)
    command = ["sox", str(tmp_path / "loop.wav"), "-t", "s32", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    heard = np.frombuffer(raw, "<i4").reshape(-1, 2).T >> 8
    assert heard.astype("<i4").T.tobytes() == _widened(pcm24(samples))
    said = subprocess.run(["soxi", str(tmp_path / "loop.wav")], capture_output=True, check=True, text=True).stdout
    assert "5000 samples" in said and "24-bit" in said


@pytest.mark.clients
@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="apt install ffmpeg")
def test_ffprobe_reads_the_same(tmp_path):
    write_wav(tmp_path / "loop.wav", noise(5000), 44100, TAGS)
    command = ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", str(tmp_path / "loop.wav")]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    said = json.loads(done.stdout)
    (stream,) = said["streams"]
    assert (stream["duration_ts"], stream["sample_rate"], stream["channels"]) == (5000, "44100", 2)
    assert stream["codec_name"] == "pcm_s24le"
    assert said["format"]["tags"]["title"] == TAGS.title and said["format"]["tags"]["comment"] == TAGS.comment
    assert done.stderr == ""


def _widened(packed: bytes) -> bytes:
    values = [int.from_bytes(packed[at : at + 3], "little", signed=True) for at in range(0, len(packed), 3)]
    return np.array(values, "<i4").tobytes()


def test_beyond_full_scale_is_clipped_and_nonsense_is_silent():
    samples = np.array([[1.0, -1.0, 1.5, -1.5, np.nan, np.inf, -np.inf, 2**-24]], np.float32)
    values = np.frombuffer(_widened(pcm24(samples)), "<i4").tolist()
    top = 2**23 - 1
    assert values == [top, -(2**23), top, -(2**23), 0, top, -(2**23), 0]


def test_the_same_bytes_twice():
    assert encode_wav(noise(), 44100, TAGS) == encode_wav(noise(), 44100, TAGS)


def test_order_in_memory_does_not_matter():
    samples = noise()
    assert encode_wav(np.asfortranarray(samples), 44100, TAGS) == encode_wav(samples, 44100, TAGS)


@pytest.mark.parametrize(
    ("key", "note"),
    [("C", 60), ("Am", 69), ("F#", 66), ("Ebm", 63), ("Cb", 71), ("B#", 60), ("eb minor", 63), ("F\u266fm", 66)],
)
def test_root_notes(key, note):
    assert root_note(key) == note


@pytest.mark.parametrize("key", ["", "H", "dub", "A blues", "am7", "1"])
def test_no_root_note(key):
    assert root_note(key) is None


def test_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(WavError, match=r"cannot write loop\.wav"):
        write_wav(tmp_path / "nowhere" / "loop.wav", noise(), 44100, TAGS)
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(WavError, match=r"cannot write folder\.wav"):
        write_wav(tmp_path / "folder.wav", noise(), 44100, TAGS)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.wav"]
