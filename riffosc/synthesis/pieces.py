"""Pictures and sounds of any length, by way of the codec, in bounded memory.

The codec takes a loop as a whole. What lasts longer than WHOLE_S goes through it in pieces, each with some of its
neighbours on both sides, wrapped around the end: so the whole is a loop all the same.
"""

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from riffosc.clip import Samples
from riffosc.picture import PictureSettings, Pixels
from riffosc.synthesis import codec, limiter

WHOLE_S = 30.0  # up to this long it is one piece, and exactly as the codec makes it
PIECE_S = 20.0
MARGIN_S = 0.5  # of its neighbours on either side of a piece; what a window cannot reach is thrown away
FADE_S = 0.05
SEARCH_S = 1.0  # pieces are joined where it is quietest, so far at most from where they would be
MIN_RATE = 50.0  # columns a second
MAX_BANK = 1 << 25  # numbers in the filterbank: 128 MiB
LOUDEST = 64.0  # a mel amplitude that no sound reaches: 36 dB over full scale

Values = npt.NDArray[np.float32]  # (channels, columns, bins)
Progress = Callable[[float], None]


class SizeError(ValueError):
    """Settings that ask for more than can be done, in words for the musician."""


def check_settings(settings: PictureSettings, samplerate: int) -> None:
    """Raises SizeError, in words."""
    if settings.bins * settings.padded_s * samplerate / 2 > MAX_BANK:
        raise SizeError(
            f"its settings ask for too much: {settings.bins} bands and a window of {settings.padded_s:g} s"
            f" at {samplerate} Hz"
        )
    if settings.window_s * samplerate < 16:
        raise SizeError(f"its window of {settings.window_s:g} s is too short to hear anything in")
    if settings.low_hz >= samplerate / 2:
        raise SizeError(f"its lowest frequency, {settings.low_hz:g} Hz, does not exist at {samplerate} Hz")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece: its columns from `begin` to `end`, and `margin` columns more on either side."""

    begin: int
    end: int
    margin: int

    def columns(self, of: int) -> npt.NDArray[np.int64]:
        return np.arange(self.begin - self.margin, self.end + self.margin) % of


def is_long(how: codec.Performance) -> bool:
    """Whether it is performed in pieces."""
    return how.frames > WHOLE_S * how.samplerate


@torch.inference_mode()
def perform(pixels: Pixels, how: codec.Performance, progress: Progress = lambda _: None) -> Samples:
    """The sound of a picture: (channels, how.frames), a loop. Raises SizeError, in words.

    Pieces have phases of their own. They are joined where the picture is quietest, with the sign and the gains that
    keep the level through the join.
    """
    check_settings(how.settings, how.samplerate)
    if not is_long(how):
        return codec.invert(codec.to_values(pixels), how, progress)
    pixels = _fine_enough(pixels, how)
    columns = pixels.shape[2]
    pieces = _Joined(len(pixels), how, columns)
    joins = _quiet_joins(pixels, pieces.rate)
    margin = math.ceil(MARGIN_S * pieces.rate)
    for number, (begin, end) in enumerate(zip(joins, [*joins[1:], joins[0] + columns], strict=True)):
        span = Span(begin, end, margin)
        part = replace(how, frames=pieces.length(span), seed=how.seed + number)
        values = codec.to_values(pixels[:, :, span.columns(columns)])
        made = codec.invert(values, part, _share(progress, number, len(joins)))
        pieces.add(made, span)
    return pieces.finished()


def _fine_enough(pixels: Pixels, how: codec.Performance) -> Pixels:
    """With so many columns a second that pieces can begin and end between them: more, in a straight line, if needed."""
    columns = pixels.shape[2]
    times = math.ceil(MIN_RATE * how.frames / how.samplerate / columns)
    if times <= 1:
        return pixels
    part = np.arange(times, dtype=np.float32) / times
    here = pixels[..., None].astype(np.float32)
    finer = here + (np.roll(here, -1, axis=2) - here) * part
    return np.asarray(np.rint(finer), np.uint8).reshape(*pixels.shape[:2], columns * times)


def _share(progress: Progress, number: int, of: int) -> Progress:
    return lambda part: progress((number + part) / of)


def _quiet_joins(pixels: Pixels, rate: float) -> list[int]:
    """Columns at which pieces begin, `rate` columns a second: the quietest near every PIECE_S seconds."""
    columns = pixels.shape[2]
    loudness = 255.0 - pixels.mean(axis=(0, 1), dtype=np.float64)
    count = max(2, math.ceil(columns / rate / PIECE_S))
    reach = math.ceil(SEARCH_S * rate)
    joins = []
    for number in range(count):
        near = np.arange(-reach, reach + 1) + round(number * columns / count)
        joins.append(int(near[np.argmin(loudness[near % columns])]))
    return joins


class _Joined:
    """Puts pieces together in a loop, each faded over the end of the one before, the last over the first."""

    def __init__(self, channels: int, how: codec.Performance, columns: int) -> None:
        self.how, self.columns = how, columns
        self.rate = columns * how.samplerate / how.frames  # columns a second
        self.fade = round(FADE_S * how.samplerate)
        self._loop = np.zeros((channels, how.frames), np.float32)
        self._tail = np.zeros((channels, self.fade), np.float32)
        self._first: tuple[int, Samples] | None = None

    def frame(self, column: int) -> int:
        return round(column * self.how.frames / self.columns)

    def length(self, span: Span) -> int:
        return self.frame(span.end + span.margin) - self.frame(span.begin - span.margin)

    def add(self, made: Samples, span: Span) -> None:
        """`made` begins with the margin of `span`; its fade begins at `span.begin` and reaches over `span.end`."""
        offset = self.frame(span.begin) - self.frame(span.begin - span.margin)
        length = self.frame(span.end) - self.frame(span.begin)
        piece = made[:, offset : offset + length + self.fade]
        if self._first is None:
            self._first = self.frame(span.begin), piece[:, : self.fade].copy()
        elif float((self._tail * piece[:, : self.fade]).sum()) < 0:
            piece = -piece
        self._put(self.frame(span.begin), _crossed(self._tail, piece[:, : self.fade]))
        self._put(self.frame(span.begin) + self.fade, piece[:, self.fade : length])
        self._tail = piece[:, length:]

    def finished(self) -> Samples:
        assert self._first is not None
        start, head = self._first
        self._put(start, _crossed(self._tail, head))
        return self._loop

    def _put(self, start: int, samples: Samples) -> None:
        self._loop[:, np.arange(start, start + samples.shape[1]) % self._loop.shape[1]] = samples


def _crossed(old: Samples, new: Samples) -> Samples:
    """One fades into the other at the level that both have: the more alike they are, the nearer to equal gain."""
    rise = np.linspace(0, 1, old.shape[1], dtype=np.float32)
    both = math.sqrt(float((old**2).sum()) * float((new**2).sum()))
    alike = max(0.0, float((old * new).sum()) / both) if both else 1.0
    level = np.sqrt(rise**2 + (1 - rise) ** 2 + 2 * alike * rise * (1 - rise))
    return np.asarray((old * (1 - rise) + new * rise) / level, np.float32)


def limited(samples: Samples, samplerate: int) -> Samples:
    """As `limiter.limit`, whose gain depends on no more than is near: of what is long, a piece at a time."""
    frames = samples.shape[1]
    size, margin = round(PIECE_S * samplerate), round(3 * limiter.REACH_S * samplerate)
    if frames <= WHOLE_S * samplerate or np.abs(samples).max() <= limiter.CEILING:
        return limiter.limit(samples, samplerate)
    made = np.empty_like(samples)
    for begin in range(0, frames, size):
        end = min(begin + size, frames)
        around = samples[:, np.arange(begin - margin, end + margin) % frames]
        made[:, begin:end] = limiter.limit(around, samplerate)[:, margin:-margin]
    return made


@torch.inference_mode()
def paint(
    samples: Samples,
    samplerate: int,
    settings: PictureSettings,
    columns: int,
    progress: Progress = lambda _: None,
) -> tuple[Values, float]:
    """Picture values of a loop (channels, frames), unclipped, and their level.

    The values are relative to the loudest of all, which is 1 (0 throughout in silence); the level is the mel
    amplitude of that, so a picture with it as its `reference` is exact. Raises SizeError, in words.
    """
    check_settings(settings, samplerate)
    wide = replace(settings, reference=LOUDEST)  # room above: nothing is clipped before the loudest value is known
    values = np.empty((len(samples), columns, settings.bins), np.float32)
    for span, part in _parts(samples, samplerate, columns):
        seen = codec.analyse(part, samplerate, wide, span.end - span.begin + 2 * span.margin).numpy()
        values[:, span.begin : span.end] = seen[:, span.margin : seen.shape[1] - span.margin]
        progress(span.end / columns)
    loudest = float(values.max(initial=0.0))
    if loudest:
        values /= loudest
    return values, LOUDEST * loudest ** (1 / settings.power)


def _parts(samples: Samples, samplerate: int, columns: int) -> Iterator[tuple[Span, Samples]]:
    """The loop, or its pieces with their margins. A column of a piece is off by less than a frame."""
    frames = samples.shape[1]
    if frames <= WHOLE_S * samplerate:
        yield Span(0, columns, 0), samples
        return
    rate = columns * samplerate / frames
    count = math.ceil(columns / (PIECE_S * rate))
    margin = math.ceil(MARGIN_S * rate)
    edges = [round(number * columns / count) for number in range(count + 1)]
    for begin, end in itertools.pairwise(edges):
        span = Span(begin, end, margin)
        first, last = (round(at * frames / columns) for at in (begin - margin, end + margin))
        yield span, samples[:, np.arange(first, last) % frames]


def resample(samples: Samples, samplerate: int, wanted: int) -> Samples:
    """The loop (channels, frames) at another sample rate."""
    return resample_to(samples, max(1, round(samples.shape[1] * wanted / samplerate)))


def resample_to(samples: Samples, frames: int) -> Samples:
    """The loop (channels, any) in so many frames, by its Fourier series, so that it stays a loop.

    torchaudio's resampler would join its ends to silence, and needs gigabytes for rates that share no factor.
    """
    if samples.shape[1] == frames:
        return samples
    spectrum = torch.fft.rfft(torch.from_numpy(samples))[:, : frames // 2 + 1]
    made: Samples = (torch.fft.irfft(spectrum, n=frames) * (frames / samples.shape[1])).numpy()
    return made
