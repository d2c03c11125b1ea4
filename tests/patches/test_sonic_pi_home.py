"""Sonic Pi's own server runs what its README says, and plays the clips that riffosc announces."""

import os
import re
import sys
from pathlib import Path

import pytest
from alone import EAR, in_a_network_of_its_own, needs, run_alone
from sclang import write_clips

PATCHES = Path(__file__).parent.parent.parent / "patches"
EXAMPLE = PATCHES.parent / "examples" / "12_sonic_pi_set.rb"
STAGE = Path(__file__).parent / "sonic_pi_stage.py"
PATH = os.pathsep.join((str(Path(EAR).parent), os.environ.get("PYTHONPATH", "")))
SERVER = Path("/usr/lib/sonic-pi/app/server/ruby/bin/sonic-pi-server.rb")

# Its scsynth looks for a JACK server called `default`, and it ends processes by numbers that it finds in a folder.
WORLD = """
mkdir -p /tmp/sonic-pi-pids
mount -t tmpfs tmpfs /tmp/sonic-pi-pids
mount -t tmpfs tmpfs /dev/shm
jackd -n default -S -r -p 128 -d dummy -r 44100 -p 256 > jackd.log 2>&1 &
jackd=$!
sleep 0.5
"$@"
ended=$?
kill $jackd
wait $jackd
exit $ended
"""

pytestmark = [
    pytest.mark.clients,
    pytest.mark.jack,
    in_a_network_of_its_own,
    needs("ruby", "jackd", "scsynth"),
    pytest.mark.skipif(not SERVER.exists(), reason="needs sonic-pi-server"),
]


def test_the_readme_in_sonic_pi(tmp_path: Path) -> None:
    readme = (PATCHES / "sonicpi" / "README.md").read_text()
    first, then = re.findall(r"^```ruby\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    first, example = (code.replace("/path/to/riffosc/patches", str(PATCHES)) for code in (first, EXAMPLE.read_text()))
    write_clips(tmp_path / "loops")
    world = ("unshare", "-m", "--pid", "--fork", "--mount-proc", "sh", "-c", WORLD, "sh")
    done = run_alone(
        tmp_path, *world, sys.executable, str(STAGE), str(tmp_path / "loops"), first, then, example, PYTHONPATH=PATH
    )
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    for expected in (
        "took /riff/gain 0.0",
        "took /riff/1/prompt dub techno chords",
        "took /riff/1/seed 7",
        "took /riff/1/seed_image last",
        "took /riff/key Am",
        "took /riff/2/prompt warm pad chords",
        "bad 0",
    ):
        assert expected in lines
    played = [line for line in lines if line.startswith("shown /log/multi_message sample")]
    assert "ramp_s0.wav" in played[0] and "beat_stretch: 4.0, amp: 0.8, hpf: 60" in played[0]
    assert any("ramp_s1.wav" in line for line in played)
    assert not [line for line in lines if "rror" in line]
