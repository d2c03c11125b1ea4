"""Other programs where nobody else is on the network: some listen to all of it, and riffosc's own port is free."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EAR = str(Path(__file__).parent / "ear.py")

# riffosc itself, then the command; riffosc's own output goes to a file, and it is ended when the command has ended.
STAGE = """
"$PYTHON" -m riffosc.cli run --folder loops $OPTIONS > riffosc.log 2>&1 &
riffosc=$!
until "$PYTHON" -c "$PING" 2>/dev/null; do
    kill -0 $riffosc || { cat riffosc.log; exit 1; }
    sleep 0.2
done
"$@"
ended=$?
kill -TERM $riffosc
wait $riffosc || { cat riffosc.log; exit 1; }
exit $ended
"""
PING = """
from pythonosc.udp_client import SimpleUDPClient
riff = SimpleUDPClient("127.0.0.1", 7433)
riff.send_message("/riff/ping", [])
assert next(riff.get_messages(timeout=1)).address == "/riff/pong"
"""

ALONE = ("unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")

in_a_network_of_its_own = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("ip") is None,
    reason="a network of its own, where port 7433 is free, needs root, unshare and ip",
)


def needs(*programs: str) -> pytest.MarkDecorator:
    missing = [program for program in programs if shutil.which(program) is None]
    return pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}")


def run_alone(
    folder: Path, *command: str, timeout: float = 110, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command in `folder`, which is its home, too. What it said is printed, for the report of a failing test."""
    done = subprocess.run(
        [*ALONE, *command],
        cwd=folder,
        env=os.environ | surroundings(folder) | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    print(done.stdout, done.stderr)
    return done


def run_beside_riffosc(folder: Path, *command: str, options: str = "--no-audio", **environment: str) -> str:
    """Run a command while riffosc itself runs, with its real model and the folder `loops`. What the command says."""
    stage = ("sh", "-c", STAGE, "sh", *command)
    done = run_alone(folder, *stage, timeout=280, OPTIONS=options, PING=PING, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def surroundings(folder: Path) -> dict[str, str]:
    return {
        "HOME": str(folder),
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache"),  # the mixer, compiled
        "XDG_RUNTIME_DIR": str(folder),
        "QT_QPA_PLATFORM": "offscreen",
        "QTWEBENGINE_DISABLE_SANDBOX": "1",  # Chromium inside sclang does not start as root otherwise
        "PYTHONUNBUFFERED": "1",
        "PYTHON": sys.executable,
    }
