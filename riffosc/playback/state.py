"""All that the audio thread reads and writes: plain arrays, allocated once, in one record, handed over by address.

Every field is eight bytes wide, so that a reader in another thread never sees half of one.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

BLOCK = 8192  # frames of scratch; a longer block is mixed in pieces
TAILS = 3  # readers of a voice that fade out while its lead goes on
LINES = 16  # timelines that wait for their frame
VOICES = 32  # at most; the record has one layout, so that it is compiled once
DECKS = 2 * VOICES  # what plays: of n voices 0 to n - 1 are heard in the main mix, n to 2n - 1 are their cues
MAIN, CUE = DECKS, DECKS + 1  # rows of the two mixes
SLOTS = 256
COMMANDS = 1024
NEWS = 4096
MIDI_IN = 4096
MIDI_OUT = 1024
OUTGOING = 512  # MIDI events that wait for their frame
MIDI_BYTES = 24  # of the longest event that can be sent
LONG_SINCE = -1e9  # in place of a beat
NOTHING = -1  # in place of a slot: silence


def _record(ints: str, floats: str) -> np.dtype[np.void]:
    return np.dtype([(n, np.int64) for n in ints.split()] + [(n, np.float64) for n in floats.split()])


ENGINE = _record(
    # voices, decks and ring places in use; which output may mix; the next frame; whether frames are skipped
    "voices decks commands news owner frame deaf "
    # waiting timelines; meters of the callback itself
    "lines blocks overruns xruns worst_ns collisions lost "
    # the first frame of the block; whether anything cued sounds in it
    "block_frame cueing "
    # MIDI events that wait for their frame, and those for which there was no room
    "outgoing midi_lost "
    # the gate's next move, the frame of its start, whether it was open before; frames left of the ramp that runs
    "gate_waits gate_start gate_opens gate_was gate_left main_left "
    # MIDI clock: whether it is sent, whether its followers play, the next pulse; beats in a bar, now and from then on
    "pulses_on pulses_run pulse quantum next_quantum "
    # JACK's transport: whether to keep to it, and what it did in the last block
    "chases rolls",
    # the rate that the output asks for; the timeline in force: `beat` sounds at `seconds`
    "samplerate rate_aim beat seconds tempo gate_beat gate gate_aim gate_step main main_step main_aim "
    # the beats of bar 1: now, from then on, and as MIDI clock has it; seconds by which clock and transport are late
    "origin next_origin pulse_origin pulse_shift chase_shift",
)
VOICE = _record(
    # the lead's pass: first frame, and first frame of the next
    "pass_start pass_end "
    # the lead is fading in until `land_frame`; no new fade begins before `busy_until`
    "arriving land_frame busy_until "
    # one landing that waits for its fade to begin
    "waits want_slot want_frame want_start want_fade want_power "
    # panic
    "killing kill_start kill_end ramp_left",
    "pass_beat origin land_beat want_beat want_origin "
    # levels as they are, what they move by each frame, and where they go
    "left right width left_step right_step width_step left_aim right_aim width_aim",
)
READER = _record(
    # samples, the frame at which `at` is read; how it fades, from when until when
    "slot frame fade power follows fade_frame until",
    "at rate phase phase_step level",
)
FADER = _record(
    # the movement under way, or the last: its frames; whether another waits, and its first frame
    "start end waits next_start",
    # from `level` to `aim`, which it reaches on the beat `until`; where it stood after the last block
    "level aim until next_aim next_beat next_until now",
)
SLOT = _record("address frames channels reads taken returned", "beats")
LINE = _record("frame", "beat seconds tempo")
COMMAND = _record("kind voice slot power", "beat origin seconds tempo fade_s")
NEWS_ITEM = _record("kind voice slot frame", "beat position rate tempo")
MIDI = np.dtype([("frame", np.int64), ("size", np.int64), ("data", np.int64, (MIDI_BYTES // 8,))])
TRANSPORT = _record(
    # odd while being written; the output that saw it; the block's first frame and its length
    "stamp number frame count "
    # rolling; whether there is a BBT; whether the song seems to have one tempo
    "rolling bbt even "
    # discontinuities so far; the transport's own frame (32 bits)
    "serial place",
    # from bar 1, by its BBT; what that may be off by
    "beat grain tempo beats_per_bar",
)

LAND, TIMELINE, GATE, PANIC, CLOCK, BARS, CHASE, FADE = range(8)  # commands
# FADE: from `beat` to `origin`, to the whole or (power 0) to silence
LANDED, MISSED, REPLACED, PASS, MOVED = range(5)  # news
FOLLOWED, HALTED = 6, 7
STAMP, FRAME, FRAMES, NS, RATE = range(5)  # the stamp is odd while the others are being written
HEAD, TAIL, DROPPED = 0, 8, 16  # of a ring's cursor, each in a cache line of its own

State = Any  # a numpy record of STATE; as written `state["engine"]` here, `state.engine` in compiled code


STATE = np.dtype(
    [
        ("engine", ENGINE),
        ("voices", VOICE, (DECKS,)),
        ("readers", READER, (DECKS, 1 + TAILS)),  # the lead first
        ("faders", FADER, (DECKS,)),
        ("slots", SLOT, (SLOTS,)),
        ("lines", LINE, (LINES,)),  # by frame
        ("commands", COMMAND, (COMMANDS,)),
        ("command_cursor", np.int64, (24,)),  # HEAD, TAIL, DROPPED
        ("news", NEWS_ITEM, (NEWS,)),
        ("news_cursor", np.int64, (24,)),
        ("midi_in", MIDI, (MIDI_IN,)),
        ("midi_in_cursor", np.int64, (24,)),
        ("midi_out", MIDI, (MIDI_OUT,)),
        ("midi_out_cursor", np.int64, (24,)),
        ("outgoing", MIDI, (OUTGOING,)),  # by frame
        ("transport", TRANSPORT),  # JACK's, as of the last block
        ("aims", np.float64, (DECKS + 1, 4)),  # left, right, width as asked for, and from which beat; MAIN: gain
        ("peaks", np.int64, (DECKS + 1,)),  # in billionths
        ("clock", np.int64, (8,)),  # STAMP, FRAME, FRAMES, NS and RATE of the last block
        ("lock", np.int64, (8,)),  # 1 while a block is being mixed
        ("out", np.float32, (DECKS + 2, 2, BLOCK)),  # the block: decks, then MAIN and CUE
    ]
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of the record is used."""

    voices: int = 8
    samplerate: int = 44100
    commands: int = COMMANDS
    news: int = NEWS


def allocate(sizes: Sizes) -> State:
    """A silent state at frame 0, beat 0, tempo 120."""
    if not 1 <= sizes.voices <= VOICES:
        raise ValueError(f"1 to {VOICES} voices can be mixed, not {sizes.voices}")
    state: State = np.zeros(1, STATE)[0]
    for name in ("voices", "commands", "news"):
        state["engine"][name] = getattr(sizes, name)
    state["engine"]["decks"] = 2 * sizes.voices
    state["readers"]["slot"] = NOTHING
    state["engine"]["samplerate"] = state["engine"]["rate_aim"] = state["clock"][RATE] = sizes.samplerate
    state["engine"]["tempo"] = 120.0
    state["engine"]["quantum"] = state["engine"]["next_quantum"] = 4
    state["engine"]["gate_opens"] = state["engine"]["gate_was"] = 1
    state["engine"]["gate_beat"] = LONG_SINCE
    for name in ("gate", "main", "main_aim"):
        state["engine"][name] = 1.0
    for side in ("left", "right", "width"):
        state["voices"][side] = state["voices"][f"{side}_aim"] = 1.0
    state["aims"] = 1.0, 1.0, 1.0, LONG_SINCE
    state["faders"]["aim"] = state["faders"]["now"] = 1.0
    return state


def address(state: State) -> int:
    """Where the record lies: what a compiled callback is given."""
    return int(state.__array_interface__["data"][0])
