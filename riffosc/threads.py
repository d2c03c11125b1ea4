"""How torch's threads wait for each other."""

import os


def wait_patiently() -> None:
    """Let idle threads of a parallel loop sleep instead of spin. Before torch is imported: OpenMP reads it once.

    Spinning is right for a machine of its own. Beside an audio server, a player's other programs or a training
    run, it burns the very core that the last thread needs: a clip's inversion took 4.5 s instead of 0.9 s on
    two cores that were busy with two other jobs.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
