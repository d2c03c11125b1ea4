"""`riffosc bench clip` and `riffosc models bench`: what a clip costs on this machine, part by part."""

import time
from statistics import median
from typing import Any

from riffosc.clip import ClipRequest, Rig
from riffosc.synthesis.models import device_words
from riffosc.synthesis.render import Renderer

EMBEDDED = Rig()
VOICES = 6
PROMPTS = (
    "techno drums",
    "funk bassline with a saxophone solo",
    "jazz piano chords",
    "ambient pad",
    "rock drums and bass",
)


def measure_clip(repeat: int, steps: int, rig: Rig = EMBEDDED) -> dict[str, Any]:
    """Medians over `repeat` clips of 2 bars at 120: seconds by part, in all, and as a ratio to the clip's length.

    Then clips of as many voices, asked for at once: until all are there.
    """
    started = time.perf_counter()
    renderer = Renderer()
    renderer.render(ClipRequest(prompts=((PROMPTS[0], 1.0),), steps=steps, rig=rig))
    first = time.perf_counter() - started
    clips = [renderer.render(request) for request in _requests(repeat, steps, rig)]
    asked = time.perf_counter()
    voices = list(renderer.render_all(_requests(VOICES, steps, rig)))
    together = time.perf_counter() - asked
    parts = ("text", "denoiser", "autoencoder", "codec")
    seconds = {part: median(clip.seconds[part] for clip in clips) for part in parts}
    total = median(sum(clip.seconds.values()) for clip in clips)
    length = clips[0].request.frames / clips[0].request.samplerate
    return {
        "device": device_words(rig.model),
        "clip_seconds": length,
        "steps": steps,
        "first_clip_seconds": first,
        **{f"{part}_seconds": value for part, value in seconds.items()},
        "seconds": total,
        "ratio": total / length,
        "voices": len(voices),
        "voices_seconds": together,
        "voices_ratio": together / length,
    }


def _requests(count: int, steps: int, rig: Rig) -> list[ClipRequest]:
    return [
        ClipRequest(prompts=((PROMPTS[seed % len(PROMPTS)], 1.0),), seed=seed, steps=steps, rig=rig)
        for seed in range(count)
    ]
