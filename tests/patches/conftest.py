"""A sound server for the homes that play through JACK."""

from collections.abc import Iterator

import pytest
from jack_server import Server

from riffosc.bench.audio import RATE


@pytest.fixture
def jackd(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server(rate=RATE)
    monkeypatch.setenv("JACK_DEFAULT_SERVER", server.name)
    monkeypatch.setenv("SC_JACK_DEFAULT_OUTPUTS", "")
    try:
        server.start()
        yield server
    finally:
        server.close()
