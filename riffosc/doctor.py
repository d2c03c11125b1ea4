"""A look at this computer: what riffosc finds, and what to do about what is missing. Never fails itself."""

import importlib.util
import json
import os
import platform
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from riffosc import devices
from riffosc.midi.driver import VIRTUAL
from riffosc.midi.ports import Ports
from riffosc.resources import weights_dir

PORT = 7433
SHM_WANTED_BYTES = 300_000_000  # a JACK server takes 100 MB, the longest clips of a few voices the rest
SOUND_FONTS = (Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"), Path("/usr/share/soundfonts/FluidR3_GM.sf2"))
ASK_TORCH = """
import torch
cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
device = torch.cuda.get_device_name() if cuda else "Apple's GPU" if mps else "the processor"
print(torch.__version__, "painting on", device, "with", torch.get_num_threads(), "threads")
"""


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    ok: bool
    words: str


Result = tuple[bool, str]


def examine() -> list[Finding]:
    """All checks, in the order in which a first start needs them."""
    return [_look(what, check) for what, check in CHECKS.items()]


def _look(what: str, check: Callable[[], Result]) -> Finding:
    try:
        return Finding(what, *check())
    except Exception as error:  # a check that fails is a finding
        return Finding(what, False, f"could not be looked at: {type(error).__name__}: {error}")


def _python() -> Result:
    version = platform.python_version()
    fits = (3, 11) <= sys.version_info < (3, 14)
    return fits, version if fits else f"{version}; riffosc is made for 3.11 to 3.13"


def _torch() -> Result:
    """In a process of its own: it is slow to load, and whatever is wrong with it stays there."""
    asked = subprocess.run([sys.executable, "-c", ASK_TORCH], capture_output=True, text=True, timeout=120, check=False)
    if asked.returncode == 0:
        return True, asked.stdout.strip()
    reason = (asked.stderr.strip().splitlines() or ["it gave no reason"])[-1]
    return False, f"cannot be loaded ({reason}); install riffosc again"


def _cores() -> Result:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if count >= 2:
        return True, str(count)
    return False, "1; painting and playing share it, so clips will be late: use fewer steps and longer clips"


def _jack() -> Result:
    try:
        server = devices.jack_server(devices.server_names()[0])
    except devices.DeviceError as error:
        return False, f"{error}; without one, sound goes to the sound card"
    words = f"{server.samplerate} Hz, {server.blocksize} frames"
    if server.realtime:
        return True, f"server {server.name}, {words}, realtime"
    return False, f"server {server.name}, {words}, but not realtime, so expect xruns: start it with -R"


def _sound_card() -> Result:
    try:
        cards = devices.sound_cards()
    except devices.DeviceError as error:
        return False, str(error)
    if not cards:
        return False, "there is none; without JACK, loops only go to the watched folder"
    chosen = next((card for card in cards if card.default), cards[0])
    return True, f"{chosen.name} ({chosen.api})"


def _realtime() -> Result:
    try:
        import resource
    except ImportError:
        return True, "this system gives them to every sound program"
    if not hasattr(resource, "RLIMIT_RTPRIO"):
        return True, "this system gives them to every sound program"
    if os.geteuid() == 0 or resource.getrlimit(resource.RLIMIT_RTPRIO)[0] != 0:
        return True, "granted"
    return False, "none: install jackd2 with realtime, `sudo usermod -aG audio $USER`, then log in again"


def _shared_memory() -> Result:
    if not devices.SHM.is_dir():
        return True, "kept elsewhere on this system"
    free = shutil.disk_usage(devices.SHM).free
    said = f"{free / 1e6:.0f} MB free in {devices.SHM}"
    if free >= SHM_WANTED_BYTES:
        return True, said
    return False, f"{said}; {SHM_WANTED_BYTES / 1e6:.0f} are wanted (in a container: --shm-size=1g)"


def _midi() -> Result:
    ports = Ports(lambda name: None)
    try:
        ports.poll(0.0)
        found = [name for name in ports.inputs if name not in VIRTUAL]
        return not ports.problem, ports.problem or ", ".join(found) or "no controller is plugged in"
    finally:
        ports.close()


def _port() -> Result:
    with ExitStack() as stack:
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            try:
                _bind(stack.enter_context(socket.socket(socket.AF_INET, kind)))
            except OSError:
                return False, f"{PORT} is taken; if not by a riffosc that runs, choose another with --port"
    return True, f"{PORT} is free"


def _bind(sock: socket.socket) -> None:
    if sock.type == socket.SOCK_STREAM and os.name == "posix":  # connections that just ended do not count
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", PORT))


def _weights() -> Result:
    folder = weights_dir()
    try:
        json.loads((folder / "model.json").read_text("utf-8"))
        tensors, size = _safetensors(folder / "model.safetensors")
    except (OSError, ValueError, struct.error) as error:
        return False, f"cannot be read in {folder} ({error}); install riffosc again"
    return True, f"{tensors} tensors, {size / 1e6:.1f} MB, in {folder}"


def _safetensors(path: Path) -> tuple[int, int]:
    """Number of tensors and bytes: https://github.com/huggingface/safetensors#format. ValueError if cut short."""
    size = path.stat().st_size
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        if length > size:
            raise ValueError("it is damaged")
        head = json.loads(file.read(length))
    entries = [entry for name, entry in head.items() if name != "__metadata__"]
    if size != 8 + length + max((entry["data_offsets"][1] for entry in entries), default=0):
        raise ValueError("it is not whole")
    return len(entries), size


def _link() -> Result:
    if importlib.util.find_spec("link") is None:
        return False, "the extra is not installed; only `/riff/link` needs it: pip install 'riffosc[link]'"
    return True, "installed"


def _stems() -> Result:
    if importlib.util.find_spec("demucs") is None:
        return False, "the extra is not installed; only `riffosc stems` needs it: pip install 'riffosc[stems]'"
    return True, "Demucs is installed"


def _training() -> Result:
    font = next((path for path in SOUND_FONTS if path.is_file()), None)
    if importlib.util.find_spec("fluidsynth") is None:
        return False, "the extra is not installed; only `riffosc train` needs it: pip install 'riffosc[train]'"
    if font is None:
        return False, "no sound font; only `riffosc train` needs it: apt install fluid-soundfont-gm libfluidsynth3"
    return True, f"sound font {font}"


CHECKS: dict[str, Callable[[], Result]] = {
    "Python": _python,
    "torch": _torch,
    "model": _weights,
    "processor cores": _cores,
    "OSC port": _port,
    "JACK": _jack,
    "sound card": _sound_card,
    "realtime rights": _realtime,
    "shared memory": _shared_memory,
    "MIDI": _midi,
    "Ableton Link": _link,
    "training": _training,
    "stems": _stems,
}
