"""Where models paint and pictures are performed, and in which numbers: what this machine has and is fast with."""

import ctypes
import gc
import sys
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

import torch

HALVES_FROM = (7, 0)  # of CUDA's compute capability: below it half precision is no faster, or is slower

# Held while a clip is painted, and while the work of a GPU is recorded: each would spoil the other.
ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, slots=True)
class Place:
    device: torch.device
    dtype: torch.dtype  # of denoisers and autoencoders; text is read in full precision unless this is float16

    @property
    def is_gpu(self) -> bool:
        return self.device.type == "cuda"

    def __str__(self) -> str:
        where = torch.cuda.get_device_name(self.device) if self.is_gpu else f"cpu, {torch.get_num_threads()} threads"
        return f"{where}, {str(self.dtype).removeprefix('torch.')}"


EXACT = Place(torch.device("cpu"), torch.float32)


@cache
def fastest() -> Place:
    """CUDA in half precision, as these models are published; a processor in bfloat16 if it multiplies such numbers."""
    if torch.cuda.is_available():
        halves = torch.cuda.get_device_capability() >= HALVES_FROM
        return Place(torch.device("cuda"), torch.float16 if halves else torch.float32)
    told = getattr(torch.cpu, "get_capabilities", None)  # not every version of torch has it
    capabilities: dict[str, Any] = told() if told else {}
    quick = capabilities.get("avx512_bf16") or capabilities.get("amx_bf16")
    return Place(torch.device("cpu"), torch.bfloat16 if quick else torch.float32)


def wait_for_gpu() -> None:
    """Until it has done what it was told, so that what it took can be measured."""
    if fastest().is_gpu:
        torch.cuda.synchronize()


def give_back_memory() -> None:
    """What models that are gone have left behind goes back to the system, which others want to use, too."""
    gc.collect()
    if fastest().is_gpu:
        torch.cuda.empty_cache()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc; other C libraries have none
        if trim:
            trim(0)
