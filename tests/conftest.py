"""How tests run, whichever they are."""

import os

import pytest
from hypothesis import HealthCheck, settings

from riffosc.threads import wait_patiently

WAITING = {"jack", "clients", "slow"}


def pytest_configure() -> None:
    """An example may take as long as it takes: that is the machine's affair, which has other things to do."""
    wait_patiently()
    settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("unhurried")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several files at a time, those that wait for other programs begin: then there is something to compute
    beside them until the end."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        waits = {item.path for item in items if WAITING & {mark.name for mark in item.iter_markers()}}
        items.sort(key=lambda item: item.path not in waits)
