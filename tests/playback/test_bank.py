"""Slots of shared memory: filled from elsewhere, reused, and never left behind."""

import multiprocessing
from multiprocessing.shared_memory import SharedMemory

import numpy as np
import pytest

from riffosc.playback.bank import BankFull, attach
from riffosc.playback.player import Player
from riffosc.playback.state import SLOTS


@pytest.fixture
def player() -> Player:
    return Player(1)


def fill(name: str, channels: int, frames: int) -> None:
    with attach(name, channels, frames) as samples:
        samples[:] = np.arange(frames)


def test_another_process_fills_a_reservation(player: Player) -> None:
    kept = player.bank.reserve(2, 5000, 4)
    child = multiprocessing.get_context("spawn").Process(target=fill, args=(kept.name, 2, 5000))
    child.start()
    child.join()
    assert child.exitcode == 0
    np.testing.assert_array_equal(kept.array, np.broadcast_to(np.arange(5000), (2, 5000)))
    player.close()


def test_nothing_is_left_behind(player: Player) -> None:
    kept = [player.bank.reserve(1, 1000, 4) for _ in range(3)]
    player.bank.free(kept[1].slot)
    assert len(player.bank) == 2
    player.close()
    for reservation in kept:
        with pytest.raises(FileNotFoundError):
            SharedMemory(reservation.name)
    kept[0].array[:] = 1  # who still holds the array can still use it
    player.close()


def test_slots_are_used_again_and_run_out_in_words(player: Player) -> None:
    bank = player.bank
    slots = [bank.reserve(1, 10, 1).slot for _ in range(SLOTS)]
    assert slots == list(range(SLOTS))
    with pytest.raises(BankFull, match="256 clips"):
        bank.reserve(1, 10, 1)
    bank.free(7)
    bank.free(7)
    assert bank.reserve(1, 10, 1).slot == 7
    player.close()


def test_a_loaded_clip_is_a_copy(player: Player) -> None:
    clip = np.ones((1, 100), np.float32)
    slot = player.bank.load(clip, 1)
    clip[:] = 0
    assert player.bank.samples(slot).all()
    assert slot in player.bank
    player.close()
