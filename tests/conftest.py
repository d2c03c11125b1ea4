"""How tests run, whichever they are."""

import os

import pytest
from hypothesis import HealthCheck, settings

from riffosc.threads import wait_patiently


def pytest_configure() -> None:
    """An example may take as long as it takes: that is the machine's affair, which has other things to do."""
    wait_patiently()
    settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("unhurried")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several processes (`-n 2 --dist loadgroup`) a file stays in one of them, and all files with a JACK server in
    the same one: servers that start and end at the same time disturb each other. It begins with those."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        with_jack = {item.path for item in items if item.get_closest_marker("jack")}
        for item in items:
            item.add_marker(pytest.mark.xdist_group("jack" if item.path in with_jack else item.path.stem))
        items.sort(key=lambda item: item.path not in with_jack)
