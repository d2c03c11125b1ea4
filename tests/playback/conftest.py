"""Fixtures of the playback tests."""

from collections.abc import Iterator

import pytest
from studio import Studio


@pytest.fixture
def studio() -> Iterator[Studio]:
    made = Studio()
    yield made
    made.player.close()
