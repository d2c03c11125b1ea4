"""The one page that builds, starts and stops everything."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path

from platformdirs import user_data_path

from riffosc.control.guard import Guard
from riffosc.control.networks import Networks, host_name, is_loopback
from riffosc.control.offers import Offers
from riffosc.control.osc import PORT, OscServer
from riffosc.control.tidal import DEFAULT as TIDAL
from riffosc.control.tidal import TidalEar
from riffosc.engine import LEADS_S, TICK_S, Engine
from riffosc.folder import Folder, Keep
from riffosc.inference import Inference
from riffosc.metronome import Metronome
from riffosc.midi.commands import commands
from riffosc.midi.hub import Midi
from riffosc.midi.router import Router
from riffosc.midi.shelf import Shelf
from riffosc.modulation import Modulation
from riffosc.params import VOICES, Store, Value
from riffosc.playback.outputs import Outputs, choose_output
from riffosc.playback.player import Player
from riffosc.quantise import CANCEL, Quantise
from riffosc.session import Session
from riffosc.slots import Slots
from riffosc.snapshots import Snapshots
from riffosc.state import StateFolder
from riffosc.synthesis.process import RendererProcess

log = logging.getLogger(__name__)

MIDI_OUT = "midi_out="  # before the ports that `connect` names for it
NO_ZEROCONF = "riffosc cannot be announced without zeroconf: install the extra, `riffosc[discovery]`"
NO_PASSWORD = "OSC has no password: who reaches %s can play riffosc. --allow NETWORK says who may."


@dataclass(frozen=True, slots=True)
class Options:
    """What `riffosc run` can be told."""

    folder: Path | None = None
    keep: Keep | None = None
    state: Path | None = None  # slots and snapshots; the user's data folder if none is named
    audio: str = "auto"  # jack, portaudio, none, or auto: JACK if it runs, else the sound card
    device: str | None = None  # of PortAudio; the default one if none is named
    channels: int = 2  # of the sound card: the mix, then voice by voice, then the cue
    connect: tuple[str, ...] = ()
    client: str = "riffosc"  # as JACK knows it
    midi: (
        tuple[str, ...] | None
    ) = ()  # maps by name or file, chosen by the ports' names if none is named; None: no MIDI
    bind: str = "127.0.0.1"
    port: int = PORT
    allow: tuple[str, ...] = ()  # networks that may play it; all that reach it if none is named
    web: bool = True  # the page and OSCQuery, on the TCP port of the same number
    strudel: tuple[str, ...] | None = None  # sites whose Strudel may play it, besides Strudel's own; None: no bridge
    tidal: str = TIDAL  # host:port where TidalCycles is told of clips; empty for nobody
    announce: bool | None = None  # by Zeroconf; None: where others can reach it and the extra is installed
    model: str = "embedded"
    voices: int = VOICES
    settings: Mapping[str, Value] = field(default_factory=dict)  # address to value, set at the start


@dataclass(frozen=True, slots=True)
class App:
    """Everything that runs, for those who start it in their own event loop."""

    store: Store
    engine: Engine
    osc: OscServer
    renderer: RendererProcess
    outputs: Outputs
    state: StateFolder
    slots: Slots
    snapshots: Snapshots
    session: Session
    page: str = ""  # its URL, if there is one


@asynccontextmanager
async def running(options: Options) -> AsyncIterator[App]:
    """Started in order, stopped in reverse: inside, riffosc plays."""
    networks = Networks(options.allow)
    shelf = None if options.midi is None else Shelf.open(options.midi)
    async with AsyncExitStack() as stack:
        store = Store(options.voices)
        folder = Folder(options.folder, options.keep) if options.folder else None
        # The renderer loads torch while the mixer is compiled; nothing of it is heard before the first `await`.
        renderer = RendererProcess(lambda message: engine.take(message))  # noqa: PLW0108 (there is no engine yet)
        renderer.start()
        stack.callback(renderer.stop)
        player = Player(options.voices)
        stack.callback(player.close)
        engine = Engine(store, player, folder)
        stack.callback(engine.close)
        engine.renderer = renderer
        engine.conductor.ready = False
        outputs = Outputs(
            player, choose_output(options.audio, options.device, options.client, options.channels), options.connect
        )
        stack.push_async_callback(outputs.stop)
        await outputs.start()
        engine.clockwork.latency = engine.status.latency = lambda: outputs.current.latency
        osc = await OscServer.open(
            store, options.bind, options.port, due=engine.due, played=engine.clockwork.tidal.hear
        )
        osc.allow = networks.allow
        stack.callback(osc.close)
        engine.tells.append(osc)
        engine.status.wanted.append(osc.wanted)
        back = asyncio.get_running_loop().call_soon_threadsafe
        state = StateFolder(options.state or user_data_path("riffosc"), partial(engine.fail, "/riff/state"), back)
        stack.callback(state.close)
        slots = Slots(store, state)
        engine.conductor.words = slots.words
        quantise = Quantise(store, engine.conductor, player.now, LEADS_S)
        engine.beat_of_change = quantise.beat_of_change
        modulation = Modulation(store, engine.conductor, engine.done)
        snapshots = Snapshots(state, quantise, modulation, engine.conductor, engine.done)
        engine.ticking += [quantise.tick, modulation.tick]
        osc.desk.hear(beats=quantise)
        for part in (slots, snapshots, modulation):
            for doc, ask in part.commands():
                osc.add_command(doc, ask)
        osc.add_command(CANCEL, quantise.cancel)
        if options.tidal:
            _tell_tidal(stack, engine, options.tidal)
        if shelf:
            midi = _open_midi(stack, engine, osc, outputs, shelf)
            _open_metronome(stack, engine, outputs, midi, options.connect)
        for address, value in {"/riff/model": options.model, **options.settings}.items():
            store.set(address, value)
        stack.push_async_callback(_end, asyncio.create_task(_tick(engine)))
        session = Session(store, state, modulation)
        page = await _open_web(stack, options, osc, networks, Offers(Inference(engine.errands.ask).answer, folder))
        yield App(store, engine, osc, renderer, outputs, state, slots, snapshots, session, page)


async def _open_web(stack: AsyncExitStack, options: Options, osc: OscServer, networks: Networks, offers: Offers) -> str:
    """All that goes by HTTP; without the port OSC and sound go on. Gives the page's URL."""
    reachable = not is_loopback(options.bind)
    if reachable and not options.allow:
        log.warning(NO_PASSWORD, options.bind)
    server = None
    if options.web:
        await asyncio.to_thread(import_module, "riffosc.control.web")  # a fifth of a second; the loops go on
        from riffosc.control.web import WebServer

        try:
            guard = Guard(networks, [options.bind, host_name()])
            server = await WebServer.open(osc.desk, guard, options.bind, osc.port, offers)
            stack.push_async_callback(server.close)
        except OSError as error:
            log.warning("%s; riffosc goes on without its page and OSCQuery", error)
    if options.strudel is not None:
        await _open_bridge(stack, options, osc, networks)
    if reachable if options.announce is None else options.announce:
        await _announce(stack, options, osc.port, server is not None)
    return server.url if server else ""


async def _open_bridge(stack: AsyncExitStack, options: Options, osc: OscServer, networks: Networks) -> None:
    """For Strudel's patterns; another bridge may have its port."""
    await asyncio.to_thread(import_module, "riffosc.control.bridge")
    from riffosc.control.bridge import SITES, Bridge

    try:
        guard = Guard(networks, [options.bind, host_name()], (*SITES, *(options.strudel or ())))
        bridge = await Bridge.open(osc.desk, guard, options.bind)
        stack.push_async_callback(bridge.close)
    except OSError as error:
        log.warning(
            "%s; is Strudel's own bridge running? Patterns reach riffosc with .oscport(%d), then", error, osc.port
        )


async def _announce(stack: AsyncExitStack, options: Options, port: int, web: bool) -> None:
    try:
        await asyncio.to_thread(import_module, "zeroconf")
    except ImportError:
        if options.announce:
            log.warning(NO_ZEROCONF)
        return
    from riffosc.control.announcer import Announcer

    announcer = Announcer(options.bind, port, web)
    stack.push_async_callback(announcer.stop)
    announcer.start()


def _open_midi(stack: AsyncExitStack, engine: Engine, osc: OscServer, outputs: Outputs, shelf: Shelf) -> Midi:
    """Controllers do what OSC does, by the same messages."""
    midi = Midi(engine.store, Router(engine.store, osc.desk.say), shelf)
    stack.callback(midi.close)
    if midi.ports.problem:
        log.warning("MIDI: %s", midi.ports.problem)
    midi.clock = engine.clockwork.midi.feed
    player = engine.player
    midi.jack_in = lambda: [(event.frame / player.samplerate, event.data) for event in player.midi_in()]
    midi.jack_out = player.midi_out
    midi.jack_graph = lambda: outputs.current.changes()  # noqa: PLW0108 (it is not always the same)
    midi.learned = partial(osc.notify, "midi", "/riff/midi/learned")
    midi.failed = partial(engine.fail, "/riff/midi/learn")
    engine.ticking.append(midi.tick)
    for doc, ask in commands(midi):
        osc.add_command(doc, ask)
    return midi


def _open_metronome(
    stack: AsyncExitStack, engine: Engine, outputs: Outputs, midi: Midi, connect: tuple[str, ...]
) -> None:
    """MIDI clock to the system's ports while JACK, which has its own, does not play."""
    player, ports = engine.player, midi.ports
    metronome = Metronome(player, lambda: outputs.current.latency, ports.beat)
    stack.callback(metronome.close)
    ports.clock_to(pattern.removeprefix(MIDI_OUT) for pattern in connect if pattern.startswith(MIDI_OUT))

    def tend(now: float) -> None:
        wanted = player.midi_clock and player.output_name != "jack"
        if not wanted:
            metronome.close()  # its last word is for those who heard the others
        metronome.tend(ports.send_clock(wanted))

    engine.ticking.append(tend)


def _tell_tidal(stack: AsyncExitStack, engine: Engine, where: str) -> None:
    try:
        ear = TidalEar.at(where)
    except (OSError, ValueError) as error:
        log.warning("TidalCycles at %r cannot be told of clips: %s", where, error)
        return
    stack.callback(ear.close)
    engine.tells.append(ear)
    engine.ticking.append(ear.tick)


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _tick(engine: Engine) -> None:
    """One part that fails must not stop the others: what goes wrong in a tick is said, and the next one comes."""
    while True:
        try:
            engine.tick()
        except Exception:
            log.exception("a tick went wrong; the loops play on")
        await asyncio.sleep(TICK_S)
