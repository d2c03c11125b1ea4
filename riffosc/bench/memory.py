"""How much memory something takes: now, or at its worst. Nothing here imports torch before it is asked."""

from pathlib import Path

PROCESSES = Path("/proc")
RESET = PROCESSES / "self" / "clear_refs"
PEAK = "5"  # what proc(5) resets the highest mark by


class Memory:
    """Of the GPU, or of this process where there is none; what somebody else's weights take of it is left out."""

    def __init__(self, others_bytes: int = 0) -> None:
        from riffosc.synthesis.place import fastest

        self._others, self._of_gpu = others_bytes, fastest().is_gpu

    def begin(self) -> None:
        if self._of_gpu:
            import torch

            torch.cuda.reset_peak_memory_stats()
        elif RESET.exists():
            RESET.write_text(PEAK)

    def peak_mb(self) -> float | None:
        """Since `begin`; None where the system does not tell."""
        if self._of_gpu:
            import torch

            return (torch.cuda.max_memory_allocated() - self._others) / 1e6
        found = resident("VmHWM")
        return None if found is None else found - self._others / 1e6


def resident(line: str = "VmRSS", process: str = "self") -> float | None:
    """Megabytes of a process that lie in memory now, or did at most (VmHWM); None where the system does not tell."""
    try:
        told = (PROCESSES / process / "status").read_text().splitlines()
    except OSError:
        return None
    return next((int(each.split()[1]) * 1024 / 1e6 for each in told if each.startswith(f"{line}:")), None)
