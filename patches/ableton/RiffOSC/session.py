"""Where a clip goes: into the spare one of two slots of its voice's track, warped, looped, named, and launched."""

import re

import Live

TEMPO_OFF = 1e-4  # of the tempo: a hundredth of a percent


def land(song, clip):
    """Put a clip in place of the older of two. It is launched if one of them plays, or if it is the first of all."""
    pair = _pair(_track(song, clip.bank), clip.bank)
    there = [slot.clip for slot in pair if slot.has_clip]
    goes_on = any(each.is_playing or each.is_triggered for each in there)
    spare = min((slot for slot in pair if not (slot.has_clip and slot.clip.is_playing)), key=_age)
    if spare.has_clip:
        spare.delete_clip()
    spare.create_audio_clip(clip.path)
    _dress(spare.clip, clip)
    if goes_on or (song.is_playing and not there):
        spare.fire()  # Live waits for its launch quantisation


def _track(song, bank):
    """The audio track that is called by the bank, with or without more words; made where there is none."""
    for track in song.tracks:
        if track.name.split(" ")[0] == bank and track.has_audio_input and not track.is_foldable:
            return track
    track = song.create_audio_track(-1)  # after the last
    track.name = bank
    return track


def _pair(track, bank):
    """Two slots that hold clips of ours or nothing, clips first. A clip that was renamed is the player's."""
    ours = [slot for slot in track.clip_slots if slot.has_clip and _ours(slot.clip, bank)]
    free = [slot for slot in track.clip_slots if not slot.has_clip]
    pair = (ours + free)[:2]
    if len(pair) < 2:
        raise RuntimeError(f"The track {track.name} needs two free slots.")
    if not hasattr(pair[0], "create_audio_clip"):
        raise RuntimeError("Live 12.0.5 or later is needed.")
    return pair


def _age(slot):
    """What waits to be launched gives way first, then nothing, then the older."""
    if not slot.has_clip:
        return 1, 0
    return (0, 0) if slot.clip.is_triggered else (2, int(slot.clip.name.split(" ")[1]))


def _ours(there, bank):
    return re.match(bank + r" \d+( |$)", there.name)


def _dress(made, clip):
    made.name = f"{clip.bank} {clip.index} {clip.prompt}".rstrip()
    if not made.warping:  # what is set again is analysed again
        made.warping = True
    _straighten(made, clip)
    made.looping = True
    made.loop_start = made.start_marker = 0.0
    made.loop_end = made.end_marker = clip.beats
    made.legato = True  # it goes on where the other is, as in riffosc


def _straighten(made, clip):
    """Where Live took the tempo for another, a marker at the end says how many beats there are.

    The last marker is a hidden one that says the tempo of what comes after the one before it.
    """
    before, last = made.warp_markers[-2:]
    tempo = 60 * (last.beat_time - before.beat_time) / (last.sample_time - before.sample_time)
    if len(made.warp_markers) == 2 and abs(tempo / clip.tempo - 1) < TEMPO_OFF:
        return
    for marker in made.warp_markers[1:-1]:
        made.remove_warp_marker(marker.beat_time)
    end_s = 60 * clip.beats / clip.tempo
    made.add_warp_marker(Live.Clip.WarpMarker(sample_time=end_s, beat_time=clip.beats))
