"""What an inversion is made of: the mel bands, the lattice it works on, the phases it begins with."""

import numpy as np
import pytest
import torch

from riffosc.picture import EMBEDDED, PictureSettings
from riffosc.synthesis import codec
from riffosc.synthesis.filterbank import Filterbank, mel_filterbank
from riffosc.synthesis.lattice import OVERLAP, Lattice, fast_length, is_smooth, lattice
from riffosc.synthesis.phases import Steps, integrated_phases

RIFFUSION = PictureSettings(low_hz=0.0, high_hz=10000.0, window_s=0.1, padded_s=0.4)


def test_fast_lengths_have_small_factors_only() -> None:
    assert [fast_length(n) for n in (5, 7, 5645, 6143.2)] == [6, 8, 5760, 6144]
    assert [n for n in range(1, 20) if not is_smooth(n)] == [7, 11, 13, 14, 17, 19]


@pytest.mark.parametrize("seconds", [0.101, 0.5, 1.93, 5.12, 33.3])
@pytest.mark.parametrize("settings", [EMBEDDED, RIFFUSION])
def test_a_lattice_holds_its_window_and_its_band(settings: PictureSettings, seconds: float) -> None:
    field = lattice(settings, seconds, "cpu")
    samplerate = field.length / seconds
    assert field.width <= OVERLAP * field.hop and field.width == pytest.approx(settings.window_s * samplerate)
    assert samplerate > 2 * settings.high_hz
    assert is_smooth(field.length) and is_smooth(field.n_fft)
    heard = field.bank.mel(torch.ones(field.bank.freqs))
    assert (heard > 0).all(), "no band falls between two bins"


def noise(field: Lattice, channels: int = 2) -> torch.Tensor:
    return torch.randn(channels, field.length, generator=torch.Generator().manual_seed(3)) * 0.1


def test_what_already_sounds_like_the_picture_is_left_as_it_is() -> None:
    """The mel values of a signal imposed on it change nothing inside the band, over the wrap too."""
    field = lattice(EMBEDDED, 1.0, "cpu")
    limited = torch.fft.rfft(noise(field))
    hz = torch.arange(limited.shape[-1])  # of a loop of one second
    signal = torch.fft.irfft(limited * ((hz > 100) & (hz < 15000)), n=field.length)
    wrapped = torch.cat([signal, signal[:, : (OVERLAP - 1) * field.hop]], -1)
    cut = wrapped.unfold(-1, OVERLAP * field.hop, field.hop) * field.window
    mel = field.bank.mel(torch.fft.rfft(cut, n=field.n_fft)[..., : field.bank.freqs].abs())
    again = field.impose(signal, mel)
    assert float((again - signal).norm() / signal.norm()) < 0.01
    at_wrap = torch.cat([again - signal] * 2, -1)[:, field.length - 50 : field.length + 50]
    assert float(at_wrap.norm() / signal[:, :100].norm()) < 0.02


def test_the_blocks_of_a_filterbank_are_the_matrix() -> None:
    """At the picture's own spacing and with its straight lines between bins, blocks and matrix hear the same."""
    n_fft, samplerate = 5760, 44100
    bank = Filterbank(EMBEDDED, samplerate / n_fft, n_fft // 2 + 1, 1.0, "cpu")
    smooth = torch.linspace(0, 20, n_fft // 2 + 1).sin().square() + 0.1
    dense = mel_filterbank(EMBEDDED, n_fft, samplerate) @ smooth
    off = ((bank.mel(smooth) - dense) / dense).abs()
    assert float(off.median()) < 0.01 and float(off.max()) < 0.12  # where the signal is least, its curve counts
    assert torch.allclose(bank.spread(torch.full((512,), 0.7))[10:2000], torch.tensor(0.7), atol=1e-5)


def test_magnitudes_have_the_mel_values_asked_for() -> None:
    field = lattice(EMBEDDED, 2.0, "cpu")
    real = torch.rand(3, field.bank.freqs, generator=torch.Generator().manual_seed(1)) ** 4
    mel = field.bank.mel(real)
    found = field.bank.mel(field.bank.magnitude(mel, 8))
    assert float((found - mel).norm() / mel.norm()) < 0.05


@pytest.mark.parametrize("cycles", [97, 220])
def test_the_phase_of_a_tone_advances_by_its_frequency(cycles: int) -> None:
    """A tone of a whole number of cycles: from column to column its phase grows by the hop's share of them."""
    length, hop, n_fft, width = 20000, 100, 960, 600
    tone = np.sin(2 * np.pi * cycles * np.arange(length + width) / length)
    starts = np.arange(0, length, hop)
    cut = tone[starts[:, None] + np.arange(width)] * np.hanning(width)
    magnitude = np.abs(np.fft.rfft(cut, n_fft)).astype(np.float32)
    phases = integrated_phases(magnitude, Steps(hop, n_fft, width, width / 2), 0)
    peak = round(cycles * n_fft / length)
    advance = np.median(np.diff(phases[:, peak]))  # but where the two ways around the loop meet
    expected = 2 * np.pi * cycles * hop / length
    assert (advance - expected + np.pi) % (2 * np.pi) - np.pi == pytest.approx(0, abs=0.01)


def test_a_click_has_its_phases_aligned() -> None:
    """All bins of a click in the middle of the window have the phases of a click there."""
    n_fft, width, hop = 960, 600, 100
    magnitude = np.full((12, n_fft // 2 + 1), 1e-6, np.float32)
    magnitude[6], magnitude[5], magnitude[7] = 1.0, 0.5, 0.5
    phases = integrated_phases(magnitude, Steps(hop, n_fft, width, width / 2), 0)[6]
    click = np.fft.irfft(np.exp(1j * phases), n_fft)
    assert np.abs(click).argmax() == width // 2


def test_seeds_choose_where_phases_begin_and_nothing_else() -> None:
    magnitude = np.random.default_rng(1).random((40, 200)).astype(np.float32) + 0.1
    steps = Steps(100, 400, 300.0, 150.0)
    one, again, other = (integrated_phases(magnitude, steps, seed) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    turned = np.exp(1j * (other - one))
    assert np.allclose(turned, turned[0, 0], atol=0.01) and abs(turned[0, 0] - 1) > 0.1


def test_clips_at_once_on_threads_have_the_phases_they_have_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    magnitude, steps = torch.rand(3, 40, 200, generator=torch.Generator().manual_seed(1)), Steps(100, 400, 300.0, 150.0)
    together = codec._phases(magnitude, steps, [4, 5, 6])
    for clip, seed, phases in zip(magnitude, (4, 5, 6), together, strict=True):
        assert np.array_equal(phases, integrated_phases(clip.numpy(), steps, seed))


def test_silence_has_phases_too() -> None:
    phases = integrated_phases(np.zeros((5, 7), np.float32), Steps(10, 40, 30.0, 15.0), 0)
    assert np.isfinite(phases).all()
