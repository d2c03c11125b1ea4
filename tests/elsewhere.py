"""Pictures as Riffusion itself makes them (spectrogram_converter.py, image_util.py), in plain numpy.

Its transform: Hann windows of 100 ms every 10 ms, centred, mirrored at the ends, padded to 400 ms; triangles on HTK's
mel scale, not normalised; samples of 16 bits as they are.
"""

import numpy as np
from PIL import Image

RATE, HOP, WINDOW, PADDED, BANDS, TOP_HZ = 44100, 441, 4410, 17640, 512, 10000
TAGS = {  # of SpectrogramParams.to_exif; 11080 comes from the converter
    11000: RATE,
    11005: False,
    11010: 10,
    11020: 100,
    11030: 400,
    11040: BANDS,
    11050: 0,
    11060: TOP_HZ,
    11070: 0.25,
}


def filterbank() -> np.ndarray:
    mel = np.linspace(0, 2595 * np.log10(1 + TOP_HZ / 700), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    hz = np.arange(PADDED // 2 + 1) * RATE / PADDED
    up = (hz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - hz) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(np.minimum(up, down), 0)


def mel_spectrogram(samples: np.ndarray) -> np.ndarray:
    """(frames,) of full scale 1 to (bands, columns)."""
    around = np.pad(samples * 32768, PADDED // 2, mode="reflect")
    window = np.pad(np.hanning(WINDOW + 1)[:-1], (PADDED - WINDOW) // 2)
    columns = 1 + len(samples) // HOP
    pieces = np.stack([around[i * HOP : i * HOP + PADDED] * window for i in range(columns)])
    return (np.abs(np.fft.rfft(pieces)) @ filterbank().T).T


def riffusion_image(channels: list[np.ndarray], tags: dict | None = None) -> Image.Image:
    """What `spectrogram_image_from_audio` gives for these channels, its EXIF tags inside."""
    mel = np.stack([mel_spectrogram(channel) for channel in channels])
    pixels = (255 - (mel / mel.max()) ** 0.25 * 255).astype(np.uint8)[:, ::-1]
    if len(pixels) == 1:
        image = Image.fromarray(pixels[0]).convert("RGB")
    else:
        image = Image.fromarray(np.stack([np.zeros_like(pixels[0]), *pixels], axis=-1))
    exif = image.getexif()
    exif.update(TAGS | {11005: len(pixels) == 2, 11080: float(mel.max())} if tags is None else tags)
    return image


def params_from_exif(exif: dict) -> dict:
    """What its `from_exif` takes, and what it then counts in; KeyError where it would give up."""
    sample_rate, step_ms = exif[11000], exif[11010]
    return {
        "stereo": bool(exif[11005]),
        "hop": int(step_ms / 1000.0 * sample_rate),
        "window": int(exif[11020] / 1000.0 * sample_rate),
        "n_fft": int(exif[11030] / 1000.0 * sample_rate),
        "bands": exif[11040],
        "from": exif[11050],
        "to": exif[11060],
        "power": exif[11070],
    }
