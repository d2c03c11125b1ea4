"""A clock for rendering to files: time passes when it is told to, so a clip is never late."""

from riffosc.timeline import Timeline


class OfflineClock:
    """The same line as the internal clock's; only what time it is differs."""

    source = "offline"

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.now = timeline.seconds

    def advance_to(self, beat: float) -> None:
        self.now = max(self.now, self.timeline.seconds_at(beat))
