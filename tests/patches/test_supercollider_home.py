"""The Quark in a real sclang with a real scsynth: what it says, what it hears, and what is heard of it through JACK."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from alone import in_a_network_of_its_own, needs, run_alone
from jack_server import Server
from sclang import BAR, LENGTHS, PLATEAUS, RATE, STEPS, Sclang, write_clips

ROOT = Path(__file__).parent.parent.parent
QUARK = ROOT / "patches" / "supercollider"
FADE = 882
NEARLY = 8  # frames: so near its end a fade cannot be told from none

pytestmark = [pytest.mark.clients, in_a_network_of_its_own, needs("sclang", "scsynth")]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where the Quark is installed as the README says, and where there are clips."""
    folder = tmp_path_factory.mktemp("sc")
    blocks = readme_blocks()
    (folder / "install.scd").write_text(
        blocks[0].replace("/path/to/riffosc/patches/supercollider", str(QUARK)) + "0.exit;"
    )
    assert run_alone(folder, "sclang", "install.scd", timeout=60).returncode == 0
    write_clips(folder / "loops")
    return folder


def readme_blocks() -> list[str]:
    return re.findall(r"^```supercollider\n(.*?)^```$", (QUARK / "README.md").read_text(), re.MULTILINE | re.DOTALL)


SWAPS = r"""
fork {
    var clock = TempoClock(4), riff, loop;
    s.options.numInputBusChannels = 0;
    RiffLoop.slack = 1000; // a sound server of tests stretches time
    s.bootSync;
    riff = RiffOSC(server: s);
    "booted".postln;
    while { File.exists("go").not } { 0.01.wait };
    riff.addDependant { |who, what, voice, clip, at| if(what == \swap) { "swap % %".format(clip.index, at).postln } };
    loop = riff[1].play(clock);
    3.do { |seed|
        var before = riff[1].clip;
        riff[1].seed = seed + 1;
        while { riff[1].clip === before } { 0.01.wait };
        while { loop.clip !== riff[1].clip } { 0.01.wait };
    };
    loop.stop;
    while { loop.ended.not } { 0.01.wait };
    1.wait;
    riff.free;
    s.quit;
    0.exit;
}
"""


@pytest.mark.jack
def test_loops_take_over_from_one_another_to_the_frame(home: Path, jackd: Server) -> None:
    sclang = Sclang(home, SWAPS)
    sound = sclang.record(jackd, 7.5)
    beats = [float(line.split()[2]) for line in sclang.end() if line.startswith("swap")]
    assert len(beats) == 3 and all(beat % 4 == 0 for beat in beats), "each on a bar line"
    runs = [alone_in(sound, *clip) for clip in zip(PLATEAUS, STEPS, LENGTHS, strict=True)]
    assert BAR - runs[0][2] < NEARLY, "the fade ends with the bar"
    for (_, end, _), (begin, _, _) in pairwise(runs):
        assert abs(begin - end - FADE) < NEARLY, "nothing between them but the fade"
        assert (sound[end:begin] > 0.9 * sound[end]).all(), "no gap in it"
    for begin, _, frame in runs[1:]:
        assert (frame - runs[0][2]) % BAR == (begin - runs[0][0]) % BAR, "each goes on where the one before was"


def alone_in(sound: np.ndarray, plateau: float, step: float, length: int) -> tuple[int, int, int]:
    """Where a clip is heard alone: first and last place in the recording, and the clip's frame at the first."""
    frames = (sound - plateau) / step
    whole = (np.abs(frames - np.round(frames)) < 1e-3) & (frames > -0.5) & (frames < length)
    on = whole[1:] & whole[:-1] & (np.round(np.diff(frames)) % length == 1)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], on.astype(np.int8), [0]))))
    begin, end = max(zip(edges[::2], edges[1::2], strict=True), key=lambda run: run[1] - run[0])
    return int(begin), int(end), int(np.round(frames[begin]))


TALK = r"""
fork {
    var riff = RiffOSC(server: s), say = { |... words| ("SC" + words.join(" ")).postln }, def, score;
    var never = false, nudged = false, panned = false;
    riff.addDependant { |who, what, voice, clip|
        case
        { what == \clip } { say.("clip", voice.number, clip.index, clip.beats, clip.prompt) }
        { what == \fail } { say.("fail", voice, clip) }
    };
    riff.ping { |version, voices| say.("pong", voices) };
    riff.follow(TempoClock(126/60));
    riff[2].gain = 0.25;
    riff[2].seed_image = "last";
    riff[2].seed = 16777217.0;
    riff[2].set(\prompt, "acid_bass", \bars, 4);
    riff[2].get(\gain) { |gain| say.("gain", gain) };
    riff.get(\nonsense, { }) { |text| say.("refused", text) };
    riff.ask(\ping, [], { }, \never, { |text| never = true; say.("never", text) }, 0.2);
    riff[3].generate(9);
    try { riff[3].volume = 11 } { |error| say.("no", error.selector) };
    (type: \riff, voice: 4, prompt: "pads", pan: -0.5, dur: 4, latency: 0.3).play;
    riff['{5,6}'].mute = true;
    SCDoc.helpTargetDir = "help";
    PathName("QUARK/HelpSource/Classes").files.do { |file|
        say.("help", file.fileName, SCDoc.parseFileFull(file.fullPath).notNil);
    };
    def = { |name| [0, ['/d_recv', SynthDescLib.global[name].def.asBytes]] };
    score = Score([ // blocks of 64 frames begin at 44096 and at 132288
        def.(\riff_loop1),
        [0, ['/b_allocRead', 0, "loops/riff1/riff1_000002_240bpm_2bars_ramp_s2.wav"]],
        [0.0, ['/s_new', \riff_loop1, 1000, 0, 0, \buf, 0, \frames, 88200, \phaseOut, 8, \fade, 0]],
        [1.0, ['/n_set', 1000, \t_sync, 1, \expected, 44096 + 100]],
        [3.0, ['/n_set', 1000, \t_sync, 1, \expected, 44088 + 150]],
        [4.5, ['/c_set', 0, 0]]
    ]);
    score.recordNRT("score.osc", "nudged.wav", nil, 44100, "WAV", "float",
        ServerOptions.new.numOutputBusChannels_(2), action: { nudged = true });
    while { (never and: nudged and: panned and: { riff[1].clip.notNil } and: { riff[1].clip.index == 2 }).not } {
        riff[4].get(\pan, { |pan| panned = pan == -0.5 }, { });
        0.1.wait;
    };
    riff.sync {
        riff.free;
        say.("left", RiffOSC.default);
        0.exit;
    };
}
"""


def test_what_sclang_says_and_hears(home: Path) -> None:
    lines = Sclang(home, TALK.replace("QUARK", str(QUARK))).end()
    for expected in (
        "took /riff/tempo 126.0",
        "took /riff/2/gain 0.25",
        "took /riff/2/seed_image last",
        "took /riff/2/seed 16777217",
        "took /riff/2/prompt acid bass",
        "took /riff/2/bars 4",
        "took /riff/3/generate 9",
        "took /riff/4/pan -0.5",
        "took /riff/4/prompt pads",
        "took /riff/6/mute True",
        "SC no volume_",
        "SC pong 8",
        "SC gain 0.25",
        "SC clip 1 0 4.0 riff1_000000_240bpm_1bars_ramp_s0",
        "SC fail /riff/nonsense 404",
        "SC refused no '/riff/nonsense' here",
        "SC never RiffOSC: /riff/ping was not answered; is riffosc running?",
        "SC left nil",
    ):
        assert expected in lines
    assert [line for line in lines if line.startswith(("SC help", "SC example"))] == [
        f"SC help {name}.schelp true" for name in ("RiffLoop", "RiffOSC", "RiffVoice")
    ]
    nudged = soundfile.read(home / "nudged.wav")[0][:, 0]
    frames = np.round((nudged - PLATEAUS[2]) / STEPS[2]).astype(int) - np.arange(len(nudged))
    frames %= LENGTHS[2]
    assert frames[RATE] == 0, "where it began"
    assert frames[int(2.9 * RATE)] == pytest.approx(95, abs=3), "drawn forward by 100 frames in two seconds"
    assert frames[int(4.4 * RATE)] == pytest.approx(100, abs=1), "50 frames off are let be"


README = r"""
fork {
    var until = { |voice, prompt|
        var there = false;
        while { there.not } { ~riff[voice].get(\prompt, { |words| there = words == prompt }, { }); 0.1.wait };
    };
    var prompts = ['bell lead', 'breakbeat drums'];
    RiffLoop.slack = 1000;
    "boot.scd".load;
    while { ~loop.isNil or: { ~riff[1].clip.isNil } or: { ~loop.clip.isNil } } { 0.02.wait };
    ("SC plays" + ~loop.clip.index).postln;
    ~link = LinkClock(4).latency_(s.latency);
    ~second = ~riff[1].play(~link);
    while { ~second.clip.isNil } { 0.02.wait };
    ("SC plays beside Link" + ~second.clip.index).postln;
    ~second.stop;
    while { ~second.ended.not } { 0.02.wait };
    "more.scd".load;
    until.(2, 'funk bassline');
    while { ~riff[1].clip.index < 2 } { 0.02.wait };
    thisProcess.stop; // Cmd-.
    ~riff.free;
    PathName("QUARK/examples").files.do { |file, index|
        file.fullPath.load;
        while { ~riff.isNil or: { RiffOSC.default.isNil } } { 0.02.wait };
        until.([4, 1][index], prompts[index]);
        thisProcess.stop;
        ~riff.free;
        ("SC played" + file.fileName).postln;
    };
    s.quit;
    0.exit;
}
"""


@pytest.mark.jack
def test_what_the_readme_says_and_the_examples(home: Path, jackd: Server) -> None:
    for name, block in zip(("boot.scd", "more.scd"), readme_blocks()[1:], strict=True):
        (home / name).write_text(block)
    lines = Sclang(home, README.replace("QUARK", str(QUARK))).end()
    for expected in (
        "took /riff/tempo 126.0",
        "took /riff/1/prompt dub techno chords",
        "SC plays 0",
        "SC plays beside Link 0",
        "took /riff/1/seed 7",
        "took /riff/1/bars 4",
        "took /riff/2/prompt funk bassline",
        "no '/riff/nonsense' here",
        "RiffClip(riff1 1: riff1_000001_240bpm_1bars_ramp_s1)",
        "took /riff/key Am",
        "took /riff/4/prompt bell lead",
        "took /riff/1/prompt breakbeat drums",
        "SC played 02_chopped.scd",
    ):
        assert expected in lines
