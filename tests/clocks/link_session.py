"""A Link session with a peer in another process. Run by test_link.py in a network of its own; says what it saw."""

import asyncio
import json
import os
import time

from riffosc.bench.clock import Ensemble
from riffosc.bench.peers import Peer
from riffosc.playback.null import NullOutput

PATIENCE_S = 60.0
BAR = 4


async def until(ensemble: Ensemble, true) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        await ensemble.run(0.05)
        if time.monotonic() > end:
            state = {name: ensemble.store.get(f"/riff/{name}") for name in ("clock_source", "clock_state", "tempo")}
            raise TimeoutError(f"{state}")


async def errors_ms(ensemble: Ensemble, peer: Peer) -> list[float]:
    """Of our place in the bar, against what the peer says of its own at the same moment."""
    off = []
    for _ in range(15):
        await ensemble.run(0.1)
        raw, now = time.clock_gettime(time.CLOCK_MONOTONIC_RAW), ensemble.player.now()
        theirs = peer.said[-1]
        beat = theirs["beat"] + (raw - theirs["raw"]) * theirs["tempo"] / 60
        ours = ensemble.engine.conductor.timeline.beat_at(now)
        off.append(((ours - beat + BAR / 2) % BAR - BAR / 2) * 60_000 / theirs["tempo"])
    return off


def settled(ensemble: Ensemble, tempo: float) -> bool:
    return (
        abs(ensemble.store.get("/riff/tempo") - tempo) < 0.01
        and abs(ensemble.engine.conductor.timeline.tempo - tempo) < 0.05
    )


async def main() -> dict[str, object]:
    seen: dict[str, object] = {}
    ensemble, peer = Ensemble(NullOutput()), Peer("link", 97.0)
    store = ensemble.store
    try:
        await ensemble.run(2.0)  # the peer's session is the older one
        seen["joined before"] = ensemble.clockwork.link.joined
        store.set("/riff/link", 1)
        await until(ensemble, lambda: store.get("/riff/clock_source") == "link" and settled(ensemble, 97.0))
        await ensemble.run(3.0)
        seen["peers"] = store.get("/riff/peers")
        seen["tempo after joining"] = peer.said[-1]["tempo"]
        seen["errors"] = await errors_ms(ensemble, peer)
        peer.tell("tempo", 131)
        await until(ensemble, lambda: settled(ensemble, 131.0))
        await ensemble.run(3.0)
        seen["errors at another tempo"] = await errors_ms(ensemble, peer)
        store.set("/riff/tempo", 104.5)
        await until(ensemble, lambda: settled(ensemble, 104.5))
        seen["tempo after ours"] = peer.said[-1]["tempo"]
        seen["state with a peer"] = store.get("/riff/clock_state")
        store.set("/riff/link_start_stop", 1)
        for play in (1, 0, 1):
            peer.tell("play", play)
            await ensemble.run(0.5)
            await until(ensemble, lambda play=play: store.get("/riff/playing") == bool(play))
            seen[f"playing {play}"] = store.get("/riff/playing")
        line = ensemble.engine.conductor.timeline
        peer.kill()
        await until(ensemble, lambda: store.get("/riff/clock_state") == "coasting")
        now = ensemble.player.now()
        after = ensemble.engine.conductor.timeline
        seen["moved while coasting"] = (after.beat_at(now) - line.beat_at(now)) * 60_000 / line.tempo
        seen["source while coasting"] = store.get("/riff/clock_source")
        store.set("/riff/link", 0)
        await ensemble.run(0.5)
        seen["peers after leaving"] = store.get("/riff/peers")
    finally:
        peer.kill()
        ensemble.close()
    return seen


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main()), default=float), flush=True)
    os._exit(0)
