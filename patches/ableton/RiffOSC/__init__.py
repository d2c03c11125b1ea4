"""riffosc in Ableton Live 12.0.5 and later: a remote script that lands each voice's clips in two slots by turns.

Live calls `update_display` ten times a second on its main thread. All is done there, and nothing waits.
"""

from _Framework.ControlSurface import ControlSurface

from .ear import Ear
from .session import land


def create_instance(c_instance):
    """What Live asks of a remote script."""
    return RiffOSC(c_instance)


class RiffOSC(ControlSurface):
    def __init__(self, c_instance):
        super().__init__(c_instance)
        self._ear = Ear()

    def update_display(self):
        super().update_display()
        for clip in self._ear.clips():
            try:
                land(self.song(), clip)
            except Exception as error:  # whatever Live refuses: the player hears of it, and the next clip may fit
                self.show_message(f"riffosc: {clip.bank} {clip.index} did not land. {error}")

    def disconnect(self):
        self._ear.close()
        super().disconnect()
