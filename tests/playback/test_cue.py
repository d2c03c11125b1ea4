"""The cue output: a second loop beside that of each voice, in time with it, and unheard in the main mix."""

from pathlib import Path

import numpy as np
import pytest
from jack_server import Recorder, Server
from studio import RATE, Studio, loop, noise

from riffosc.playback.jack import JackOutput
from riffosc.playback.player import Landing, NewsKind, Player
from riffosc.playback.wires import wire
from riffosc.timeline import Timeline

BEAT = RATE // 2  # frames, at 120


def cue(studio: Studio, slot: int | None, beat: float, voice: int = 1) -> None:
    studio.player.land(Landing(voice, slot, beat, cue=True))


def test_a_cued_clip_is_heard_on_the_cue_output_alone(studio: Studio) -> None:
    sounding, cued = noise(4, 120, 1), noise(8, 120, 2)
    studio.tempo(120)
    studio.land(studio.player.bank.load(sounding, 4), 1)
    cue(studio, studio.player.bank.load(cued, 8), 3)
    studio.render(3 * BEAT)
    voices, main = studio.render(8 * BEAT)
    np.testing.assert_array_equal(voices[0], loop(sounding, 3 * BEAT, 8 * BEAT))
    np.testing.assert_array_equal(main, voices[0])
    np.testing.assert_array_equal(studio.output.cue, loop(cued, 3 * BEAT, 8 * BEAT))
    assert [(news.voice, news.cue) for news in studio.told(NewsKind.LANDED)] == [(1, False), (1, True)]
    assert not voices[1].any()


def test_a_taken_clip_goes_on_where_it_was_and_the_cue_falls_silent(studio: Studio) -> None:
    clip = noise(4, 120)
    slot = studio.player.bank.load(clip, 4)
    studio.tempo(120)
    cue(studio, slot, 1)
    studio.render(2 * BEAT)
    studio.land(slot, 6)
    cue(studio, None, 6)
    studio.render(3 * BEAT + BEAT // 2)
    assert not studio.render(100)[1].any()
    studio.render(BEAT // 2 - 100)
    _, main = studio.render(5 * BEAT)
    np.testing.assert_array_equal(main, loop(clip, 6 * BEAT, 5 * BEAT))
    assert not studio.output.cue.any()
    assert not studio.told(NewsKind.RELEASED), "the voice reads it still"


def test_cues_are_mixed_and_no_level_gate_or_mute_of_the_voice_touches_them(studio: Studio) -> None:
    clips = [noise(4, 120, seed) * np.float32(0.6) for seed in (1, 2)]
    studio.tempo(120)
    for voice, clip in enumerate(clips, start=1):
        cue(studio, studio.player.bank.load(clip, 4), 1, voice)
        studio.player.set_voice(voice, gain=0.1, pan=1.0, mute=True)
    studio.player.set_main(0.0)
    studio.player.gate(False, 0)
    studio.render(4 * BEAT)
    _, main = studio.render(4 * BEAT)
    np.testing.assert_array_equal(studio.output.cue, clips[0] + clips[1])
    assert not main.any()


def test_panic_silences_cues_too(studio: Studio) -> None:
    studio.tempo(120)
    slot = studio.player.bank.load(noise(4, 120), 4)
    cue(studio, slot, 1)
    studio.render(2 * BEAT)
    studio.player.panic()
    studio.render(RATE // 100 + 1)
    studio.render(1000)
    assert not studio.output.cue.any()
    assert [news.slot for news in studio.told(NewsKind.RELEASED)] == [slot]


def test_a_cue_follows_the_tempo_with_its_voice(studio: Studio) -> None:
    clip = noise(4, 120)
    slot = studio.player.bank.load(clip, 4)
    studio.tempo(120)
    studio.land(slot, 1)
    cue(studio, slot, 1)
    studio.render(2 * BEAT)
    studio.tempo(133.3, seconds=1.5, beat=3)
    studio.render(RATE)
    _, main = studio.render(3 * RATE)
    np.testing.assert_array_equal(studio.output.cue, main)
    assert np.abs(main).max() > 0.4


@pytest.mark.jack
def test_jack_has_ports_for_the_cue(tmp_path: Path) -> None:
    server, player = Server(), Player(2, RATE)
    output = JackOutput(server=server.name)
    try:
        server.start()
        output.open(player)
        output.start(player)
        clip = noise(4, 120)
        recorder = Recorder(
            server, tmp_path / "sound.npz", 8 * RATE, ["riffosc:main_L", "riffosc:cue_L", "riffosc:cue_R"]
        )
        begin = player.now() + 1
        timeline = Timeline(0.0, begin, 120.0).at(player.now())
        player.set_timeline(timeline)
        player.land(Landing(2, player.bank.load(clip, 4), 4, cue=True))
        sound, times = recorder.sound()
        offset = int(output.wires["frame"]) - int(output.wires["time"])
        landed = timeline.frame_at(4, RATE) - int(times[0, 1]) - offset
        heard = sound[1:, landed : landed + 2 * RATE]
        assert heard.shape[1] == 2 * RATE
        np.testing.assert_array_equal(heard, clip)
        assert not sound[0].any()
    finally:
        output.stop()
        player.close()
        server.close()


def test_portaudio_has_channels_for_the_cue_after_those_of_the_voices(studio: Studio) -> None:
    from numba import njit

    from riffosc.playback.callbacks import interleave

    @njit
    def write(wires: object, state: object, output: int, count: int) -> None:
        interleave(wires, state, output, count)

    clips = [noise(4, 120, seed) for seed in range(3)]
    slots = [studio.player.bank.load(clip, 4) for clip in clips]
    studio.tempo(120)
    studio.land(slots[0], 1)
    studio.land(slots[1], 1, voice=2)
    cue(studio, slots[2], 1, 2)
    studio.render(3 * BEAT)
    voices, main = studio.render(300)
    wires = wire(studio.player, RATE)
    wires["channels"] = 10
    output = np.full((300, 10), np.nan, np.float32)
    write(wires, studio.player.state, output.ctypes.data, 300)
    rows = np.concatenate([main, voices[0], voices[1], studio.output.cue, np.zeros((2, 300))])
    np.testing.assert_array_equal(output.T, rows)
