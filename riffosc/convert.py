"""`riffosc image`: a picture to a sound, a sound to a picture, and what a picture says of itself."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from riffosc import sounds
from riffosc.batch import Job
from riffosc.images import Found, find_picture
from riffosc.lengths import Length, Wish, picture_length, sound_length
from riffosc.picture import EMBEDDED, PRESETS, RIFFUSION, Picture, PictureSettings, Pixels, save_picture
from riffosc.sounds import Samples, Sound, SoundError, clock, read_sound, write_sound
from riffosc.wav import WavTags, write_wav

Progress = Callable[[float], None]
LOWEST_RATE, HIGHEST_RATE = 16_000, 96_000  # what the codec is happy with; a sound outside of it is resampled
USUAL_RATE = 44_100
MONO = frozenset({"riffusion"})  # presets for models that paint one channel


class ConvertError(ValueError):
    """A file that cannot be converted, in words for the musician."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the musician says of all files; None leaves it to each."""

    settings: str = "riffusion"
    length: Wish = field(default_factory=Wish)
    stereo: bool | None = None
    samplerate: int = USUAL_RATE
    level_db: float = 0.0
    seed: int = 0
    inverter: str = "riffosc"


def wishes_from(options: dict[str, Any]) -> Wishes:
    """From options by name. Raises LengthError, in words."""
    names = {one.name for one in fields(Wish)}
    length = Wish(**{name: value for name, value in options.items() if name in names})
    return Wishes(length=length, **{name: value for name, value in options.items() if name not in names})


def picture_to_sound(job: Job, wishes: Wishes, progress: Progress = lambda _: None) -> list[str]:
    """Perform a picture into a file. What there is to say; raises ValueError, in words."""
    check_format(job.target)
    found = find_picture(job.source, wishes.settings, wishes.stereo)
    length = picture_length(found.picture, wishes.length, wishes.samplerate)
    samples, lowered = perform(found.picture, length, wishes, progress)
    write(job.target, samples, wishes.samplerate, length, found.picture.key)
    lines = [f"{job.source} -> {job.target}: {length_words(length, wishes.samplerate)}", *found.notes]
    if lowered > 1:
        lines.append(f"limited: its peaks were {20 * math.log10(lowered):.1f} dB too loud")
    if length.beats and job.target.suffix.lower() in sounds.PADDED:
        lines.append("MP3 begins and ends with some silence of its own: for a loop take another format")
    return lines


def check_format(target: Path) -> None:
    if target.suffix.lower() not in sounds.FORMATS:
        raise SoundError(f"{target.suffix or 'no ending'} is no format for sound; {', '.join(sounds.FORMATS)} are")


def perform(picture: Picture, length: Length, wishes: Wishes, progress: Progress) -> tuple[Samples, float]:
    """The sound, and its loudest peak over the highest that there may be.

    The level of black is a factor on the sound, so that pictures that differ in nothing else share one transform.
    """
    from riffosc.synthesis import pieces
    from riffosc.synthesis.codec import Performance
    from riffosc.synthesis.limiter import CEILING

    how = Performance(plain(picture.settings), length.frames, wishes.samplerate, wishes.seed, wishes.inverter)
    samples = pieces.perform(picture.pixels, how, progress)
    samples *= np.float32(picture.settings.reference / EMBEDDED.reference * 10 ** (wishes.level_db / 20))
    loudest = float(np.abs(samples).max(initial=0.0))
    return pieces.limited(samples, wishes.samplerate), loudest / CEILING


def plain(settings: PictureSettings) -> PictureSettings:
    """All that decides how a picture is performed, but for its level."""
    return replace(settings, reference=EMBEDDED.reference, columns_per_beat=EMBEDDED.columns_per_beat, step_s=0.0)


def write(target: Path, samples: Samples, samplerate: int, length: Length, key: str) -> None:
    """A WAV of whole beats says so inside."""
    if target.suffix.lower() == ".wav" and length.beats and length.beats == round(length.beats):
        comment = f"key={key}" if key else ""
        tags = WavTags(round(length.beats), length.tempo, length.quantum, key, target.stem, comment)
        write_wav(target, samples, samplerate, tags)
    else:
        write_sound(target, samples, samplerate)


def length_words(length: Length, samplerate: int) -> str:
    words = f"{length.frames} frames, {clock(length.frames / samplerate)}"
    return f"{words}, {beat_words(length.beats, length.tempo)}" if length.beats else words


def beat_words(beats: float, tempo: float) -> str:
    return f"{beats:g} beats at {tempo:.6g} bpm"


def sound_to_picture(job: Job, wishes: Wishes, progress: Progress = lambda _: None) -> list[str]:
    """Paint a sound into a file. What there is to say; raises ValueError, in words."""
    if job.target.suffix.lower() != ".png":
        raise ConvertError(f"pictures are written as PNG, not {job.target.suffix or 'without an ending'}")
    stereo = wishes.stereo if wishes.stereo is not None or wishes.settings not in MONO else False
    sound = read_sound(job.source, stereo)
    loop = Length(0, sound.loop.beats, quantum=sound.loop.quantum) if sound.loop else None
    length = sound_length(sound.seconds, sound.samplerate, loop, wishes.length)
    notes = [*sound.notes, *fit_words(sound, length)]
    picture = paint(sound, length, wishes, progress)
    save_picture(picture, job.target)
    size = f"{picture.columns} by {picture.settings.bins} pixels, {clock(picture.seconds)}"
    beats = f", {beat_words(picture.beats, picture.tempo)}" if picture.beats else ""
    if picture.settings.step_s and wishes.settings == "riffosc":
        notes.append("no tempo known, so its columns follow seconds; --tempo or --beats makes them follow beats")
    return [f"{job.source} -> {job.target}: {size}{beats}", *notes]


def fit_words(sound: Sound, length: Length) -> list[str]:
    """What whole bars cost: said where it can be heard."""
    more = length.frames / sound.samplerate - sound.seconds
    if abs(more) < 0.001:
        return []
    return [f"{abs(more):.3f} s of {'silence are added' if more > 0 else 'its end are cut off'} for whole bars"]


def paint(sound: Sound, length: Length, wishes: Wishes, progress: Progress) -> Picture:
    """The picture of a sound, `length` of it.

    Riffusion's have their loudest point black and say how loud that is; riffosc's have one level for all.
    """
    from riffosc.synthesis import pieces

    settings = PRESETS[wishes.settings]
    if not length.beats:
        settings = replace(settings, step_s=settings.step_s or RIFFUSION.step_s)
    samples = sound.samples[:, : length.frames]
    samples = np.pad(samples, ((0, 0), (0, length.frames - samples.shape[1])))
    samplerate = sound.samplerate
    if not LOWEST_RATE <= samplerate <= HIGHEST_RATE:
        samples, samplerate = pieces.resample(samples, samplerate, USUAL_RATE), USUAL_RATE
    seconds = length.frames / sound.samplerate
    columns = seconds / settings.step_s if settings.step_s else length.beats * settings.columns_per_beat
    values, level = pieces.paint(samples, samplerate, settings, max(1, round(columns)), progress)
    level *= 10 ** (wishes.level_db / 20)
    if settings.reference == EMBEDDED.reference:
        values *= (level / settings.reference) ** settings.power
    elif level:
        settings = replace(settings, reference=level)
    pixels = pixels_of(values)
    if not length.beats:
        return Picture(pixels, settings, beats=0.0)
    key = sound.loop.key if sound.loop else ""
    return Picture(pixels, settings, length.beats, length.tempo, length.quantum, key)


def pixels_of(values: Any) -> Pixels:
    """As `codec.to_pixels`, in the memory that is there already: pictures of sounds can be long."""
    np.clip(values, 0, 1, out=values)
    values *= -255
    values += 255
    return np.ascontiguousarray(np.rint(values, out=values).astype(np.uint8).transpose(0, 2, 1)[:, ::-1])


def describe(path: Path, preset: str) -> dict[str, Any]:
    """All that a picture says of itself. Raises PictureError, in words."""
    found = find_picture(path, preset)
    picture = found.picture
    known = {name: value for name, value in PRESETS.items() if plain(value) == plain(picture.settings)}
    return {
        "file": str(path),
        "kind": found.kind,
        "width": found.size[0],
        "height": found.size[1],
        "channels": len(picture.pixels),
        "columns": picture.columns,
        "seconds": picture.seconds,
        "beats": picture.beats or None,
        "tempo": picture.tempo if picture.beats else None,
        "quantum": picture.quantum if picture.beats else None,
        "key": picture.key or None,
        "settings_inside": found.tagged,
        "like": next(iter(known), None),
        "settings": asdict(picture.settings),
        "missing": list(found.missing),
        "wrong": list(found.wrong),
        "foreign": list(found.foreign),
        "notes": found.notes,
        **levels(found),
    }


def levels(found: Found) -> dict[str, float | None]:
    """Peak and mean of the picture: as shares of black, and as amplitudes in dB of full scale."""
    settings, pixels = found.picture.settings, found.picture.pixels
    shares = (255 - np.arange(256)) / 255
    amplitudes = shares ** (1 / settings.power) * settings.reference
    how_many = np.bincount(pixels.reshape(-1), minlength=256) / max(1, pixels.size)
    return {
        "peak": float(shares[np.nonzero(how_many)[0][0]]),
        "mean": float(shares @ how_many),
        "peak_db": decibels(float(amplitudes[np.nonzero(how_many)[0][0]])),
        "mean_db": decibels(float(amplitudes @ how_many)),
    }


def decibels(amplitude: float) -> float | None:
    return 20 * math.log10(amplitude) if amplitude > 0 else None


def in_words(facts: dict[str, Any]) -> list[str]:
    """What `describe` found, for people."""
    settings = facts["settings"]
    channels = "stereo" if facts["channels"] == 2 else "mono"
    if facts["beats"]:
        key = f", in {facts['key']}" if facts["key"] else ""
        time = f"{beat_words(facts['beats'], facts['tempo'])}, {facts['quantum']} to a bar{key}"
    else:
        time = "tempo unknown"
    if settings["step_s"]:
        columns = f"{settings['step_s'] * 1000:g} ms a column"
    else:
        columns = f"{settings['columns_per_beat']} columns a beat"
    peak = "silent" if facts["peak_db"] is None else f"peak {facts['peak_db']:.1f} dB, mean {facts['mean_db']:.1f} dB"
    like = f" ({facts['like']})" if facts["like"] else ""
    return [
        f"{facts['file']}: {facts['kind']}, {facts['width']} by {facts['height']} pixels, {channels}",
        f"length: {clock(facts['seconds'])}, {time}",
        f"settings{like}: {settings['bins']} bands from {settings['low_hz']:g} to {settings['high_hz']:g} Hz,"
        f" {columns}, window {settings['window_s'] * 1000:g} ms padded to {settings['padded_s'] * 1000:g} ms,"
        f" power {settings['power']:g}",
        f"level: {peak}, black {decibels(settings['reference']):.1f} dB, {facts['mean'] * 100:.0f} % black on average",
        *facts["notes"],
    ]
