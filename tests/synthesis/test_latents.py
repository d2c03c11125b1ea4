from itertools import pairwise

import pytest
import torch

from riffosc.synthesis.latents import flow_time, seeded_noise, slerp, walked_noise


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


def test_a_walk_begins_at_its_seed_and_ends_at_the_next() -> None:
    shape = (64, 16)
    assert torch.equal(walked_noise(shape, 3, 0.0), seeded_noise(shape, 3))
    assert torch.allclose(walked_noise(shape, 3, 1.0), seeded_noise(shape, 4), atol=1e-5)
    steps = [walked_noise(shape, 3, w / 4) for w in range(5)]
    distances = [float((b - a).norm()) for a, b in pairwise(steps)]
    assert max(distances) / min(distances) < 1.05, "even steps"


def test_equal_noise_is_left_alone() -> None:
    noise = seeded_noise((4, 4), 1)
    assert torch.allclose(slerp(noise, noise, 0.3), noise)


def test_denoising_means_stable_diffusions_signal_to_noise_ratio() -> None:
    assert flow_time(0.75) == pytest.approx(0.80, abs=0.005)
    assert (flow_time(0.0), flow_time(1.0)) == (0.0, 1.0)
    times = [flow_time(d / 100) for d in range(101)]
    assert times == sorted(times)
