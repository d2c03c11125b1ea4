"""How clips are called and described in the watched folder."""

import re
import unicodedata
from typing import Any

from riffosc.clip import Clip
from riffosc.wav import KEY, WavTags

WORDS = 40  # characters of the prompt in a file name
PLAIN = str.maketrans("\u266f\u266d", "#b")
WEIGHT = re.compile(r":\s*[\d.]+")  # of "(kick:1.2)"


def stem(clip: Clip, voice: int, index: int) -> str:
    """Such as riff1_000042_126bpm_2bars_Am_dub-chords_s1234."""
    request = clip.request
    parts = (
        f"riff{voice}_{index:06d}",
        f"{request.tempo:.2f}".rstrip("0").rstrip(".") + "bpm",
        f"{request.bars}bar" + "s" * (request.bars != 1),
        key_word(key_of(clip)),
        words(request.title),
        f"s{request.seed}",
    )
    return "_".join(part for part in parts if part)


def words(prompt: str, limit: int = WORDS) -> str:
    """The prompt's words in letters that every file system, URL and OSC string can carry."""
    plain = unicodedata.normalize("NFKD", WEIGHT.sub("", prompt)).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain))
    if len(slug) > limit:
        slug = slug[: limit + 1].rsplit("-", 1)[0][:limit]
    return slug or "untitled"


def key_word(key: str) -> str:
    """The key in its shortest spelling, such as F#m; empty where it is no key at all."""
    match = KEY.fullmatch(key[:1].upper() + key[1:])
    if match is None:
        return ""
    minor = (match[3] or "") in ("m", "min", "minor")
    return match[1] + match[2].translate(PLAIN) + "m" * minor


def key_of(clip: Clip) -> str:
    return clip.request.key or clip.picture.key


def wav_tags(clip: Clip) -> WavTags:
    request = clip.request
    facts: dict[str, Any] = {
        "prompt": request.prompt,
        "negative": request.negative,
        "seed": request.seed,
        "walk": f"{request.walk:g}" if request.walk else "",
        "denoising": f"{request.denoising:g}" if request.init is not None else "",
        "mask": request.mask.text if request.mask else "",
        "guidance": f"{request.guidance:g}",
        "steps": request.steps,
        "bars": request.bars,
        "key": key_of(clip),
        "model": request.model,
    }
    comment = "; ".join(f"{name}={value}" for name, value in facts.items() if value != "")
    title = request.title or "untitled"
    return WavTags(request.beats, request.tempo, request.quantum, key_of(clip), title, comment)


def entry(clip: Clip, voice: int, index: int) -> dict[str, Any]:
    """What `latest.json` and a line of `index.jsonl` say about the music; the folder adds where and when."""
    request = clip.request
    return {
        "bank": f"riff{voice}",
        "index": index,
        "tempo": request.tempo,
        "beats": request.beats,
        "bars": request.bars,
        "quantum": request.quantum,
        "key": key_of(clip),
        "seed": request.seed,
        "walk": request.walk,
        "prompt": request.prompt,
        "frames": int(clip.samples.shape[-1]),
        "samplerate": request.samplerate,
    }
