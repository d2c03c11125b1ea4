"""Two single-producer, single-consumer rings: commands to the audio thread, news from it.

A cursor counts records for ever; a record's place is its number modulo the ring's length.
"""

from typing import Any

from riffosc.playback.compiled import audio, entry, fence
from riffosc.playback.readers import place
from riffosc.playback.state import DROPPED, HEAD, NOTHING, TAIL


@entry
def waiting(cursor: Any) -> int:
    """Any thread (the consumer). How many records may be read."""
    count = int(cursor[HEAD] - cursor[TAIL])
    fence()
    return count


@entry
def room(cursor: Any, size: int) -> int:
    """Any thread (the producer). How many records may be written."""
    count = int(size - (cursor[HEAD] - cursor[TAIL]))
    fence()
    return count


@entry
def publish(cursor: Any, count: int) -> None:
    """Any thread (the producer). The records written are there to be read."""
    fence()
    cursor[HEAD] += count


@entry
def consume(cursor: Any, count: int) -> None:
    """Any thread (the consumer). The records read may be written over."""
    fence()
    cursor[TAIL] += count


@audio
def tell_lead(state: Any, number: int, kind: int, beat: float, frame: int) -> None:
    """Audio thread. News of what a voice's lead does on `frame`."""
    lead = state.readers[number, 0]
    sounds = lead.slot != NOTHING
    reading = (place(lead, frame) if sounds else 0.0, lead.rate if sounds else 1.0)
    _post(state, (number, kind + 0, lead.slot, frame), beat, reading)


@audio
def tell_want(state: Any, number: int, kind: int) -> None:
    """Audio thread. News of the landing that waited."""
    voice = state.voices[number]
    _post(state, (number, kind + 0, voice.want_slot, voice.want_frame), voice.want_beat, (0.0, 1.0))


@audio
def tell_line(state: Any, kind: int, frame: int) -> None:
    """Audio thread. News of the timeline in force, as of `frame`."""
    engine = state.engine
    beat = engine.beat + (frame / engine.samplerate - engine.seconds) * engine.tempo / 60
    _post(state, (-1, kind + 0, NOTHING, frame), beat, (0.0, 1.0))


@audio
def _post(state: Any, ints: tuple[int, int, int, int], beat: float, reading: tuple[float, float]) -> None:
    """Audio thread. One piece of news, counted as dropped if nobody reads them."""
    size = state.engine.news
    if room(state.news_cursor, size) < 1:
        state.news_cursor[DROPPED] += 1
        return
    item = state.news[state.news_cursor[HEAD] % size]
    item.voice, item.kind, item.slot, item.frame = ints
    item.beat = beat
    item.position, item.rate = reading
    item.tempo = state.engine.tempo
    publish(state.news_cursor, 1)
