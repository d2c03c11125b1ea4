from itertools import pairwise

import pytest
import torch

from riffosc.clip import ClipRequest
from riffosc.synthesis.latents import Draws, flow_time, seeded_noise, slerp


def test_a_seed_is_always_the_same_noise_and_leaves_other_generators_alone() -> None:
    before = torch.random.get_rng_state()
    assert torch.equal(seeded_noise((8, 4), 7), seeded_noise((8, 4), 7))
    assert not torch.equal(seeded_noise((8, 4), 7), seeded_noise((8, 4), 8))
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize("alpha", [0.1, 0.5, 0.9])
def test_noise_keeps_its_strength_on_the_way(alpha: float) -> None:
    a, b = seeded_noise((128, 128), 1), seeded_noise((128, 128), 2)
    assert float(slerp(a, b, alpha).std()) == pytest.approx(1, abs=0.02)
    assert float(torch.lerp(a, b, 0.5).std()) < 0.75, "which a straight line does not"


def walked(seed: int, walk: float, to_seed: int | None = None) -> torch.Tensor:
    return Draws(ClipRequest(seed=seed, walk=walk, to_seed=to_seed)).noise((64, 16))


def test_a_walk_begins_at_its_seed_and_ends_at_the_next() -> None:
    assert torch.equal(walked(3, 0.0), seeded_noise((64, 16), 3))
    assert torch.allclose(walked(3, 1.0), walked(4, 0.0), atol=1e-5)
    steps = [walked(3, w / 4) for w in range(5)]
    distances = [float((b - a).norm()) for a, b in pairwise(steps)]
    assert max(distances) / min(distances) < 1.05, "even steps"


def test_a_walk_may_lead_to_any_seed() -> None:
    assert torch.allclose(walked(3, 1.0, to_seed=70), seeded_noise((64, 16), 70), atol=1e-5)


def test_a_walk_goes_on_smoothly_where_a_picture_is_started_from() -> None:
    """What the autoencoder draws comes before the noise, at both ends of the walk."""

    def noise(seed: int, walk: float) -> torch.Tensor:
        draws = Draws(ClipRequest(seed=seed, walk=walk))
        draws.uncertainty((8, 8))
        return draws.noise((64, 16))

    assert torch.allclose(noise(3, 1.0), noise(4, 0.0), atol=1e-5)


def test_equal_noise_is_left_alone() -> None:
    noise = seeded_noise((4, 4), 1)
    assert torch.allclose(slerp(noise, noise, 0.3), noise)


def test_denoising_means_stable_diffusions_signal_to_noise_ratio() -> None:
    assert flow_time(0.75) == pytest.approx(0.80, abs=0.005)
    assert (flow_time(0.0), flow_time(1.0)) == (0.0, 1.0)
    times = [flow_time(d / 100) for d in range(101)]
    assert times == sorted(times)
