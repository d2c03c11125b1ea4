"""How tests run, whichever they are."""

import os

from hypothesis import HealthCheck, settings

from riffosc.threads import wait_patiently


def pytest_configure() -> None:
    """An example may take as long as it takes: that is the machine's affair, which has other things to do.

    What tests paint is so small that threads would only wait for each other, so torch gets one, here and in the
    processes that are started; before it is imported.
    """
    wait_patiently()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("unhurried")
