"""What the terminal says while riffosc plays: plain words, and only news."""

import click

from riffosc.actions import Why
from riffosc.app import App
from riffosc.clips import Slot
from riffosc.engine import Engine
from riffosc.params import Store, Value
from riffosc.playback.player import News, NewsKind


class Narrator:
    """Tells a musician what happens: which clip is painted, where it lies, how to steer."""

    def __init__(self, *, demo: bool) -> None:
        self._demo = demo
        self._app: App | None = None
        self._output = ""  # where sound goes, as last told
        self._heard: set[str] = set()  # voices that have sounded
        self._steps: dict[str, int] = {}  # of a voice that evolves, since a player changed something
        self._told: tuple[str, int] | None = None  # the last voice and quarter

    def start(self, app: App) -> None:
        self._app = app
        self.listen(app.store, app.engine)
        click.echo(f"riffosc listens for OSC on port {app.osc.port}.")
        if app.page:
            click.echo(f"All there is to turn, to look up and to try: {app.page}")
        self._audio(app.engine.player.output_name)
        self._renderer(str(app.store.get("/riff/renderer")))

    def listen(self, store: Store, engine: Engine) -> None:
        store.listen(self._hear)
        engine.observe.append(self._landed)

    def _hear(self, address: str, value: Value) -> None:
        name = address.rsplit("/", 1)[1]
        voice = address.split("/")[2]
        match name:
            case "loading":
                self._loading(str(value))
            case "renderer":
                self._renderer(str(value))
            case "audio":
                self._audio(str(value))
            case "progress":
                self._progress(voice, float(value))
            case "clip":
                self._clip(voice, str(value))

    def _renderer(self, state: str) -> None:
        click.echo("The renderer is ready." if state == "ready" else f"The renderer is {state} ...")

    @staticmethod
    def _loading(words: str) -> None:
        """What is loaded, and of what is fetched each tenth."""
        if words and (" % fetched" not in words or "0 % fetched" in words):
            click.echo(f"Loading {words}")

    def _audio(self, output: str) -> None:
        if output != self._output:
            self._output = output
            click.echo(SILENT if output == "none" else f"Sound goes to {output}.")

    def _landed(self, news: News, slot: Slot | None) -> None:
        if news.kind is NewsKind.LANDED and slot and not news.cue:
            walks = slot.job.why is Why.EVOLVE
            self._steps[str(news.voice)] = self._steps.get(str(news.voice), 0) + 1 if walks else 0

    def _clip(self, voice: str, name: str) -> None:
        """What a player asked for, and of a voice that evolves, the first step."""
        self._heard.add(voice)
        steps = self._steps.get(voice, 0)
        if steps < 2:
            click.echo(f"voice {voice} plays {name}{', and evolves from loop to loop' if steps else ''}")
        self._steer()

    def _progress(self, voice: str, part: float) -> None:
        """At every quarter of a voice's first clip: until then there is nothing to hear."""
        if voice in self._heard:
            return
        quarter = int(part * 4)
        if quarter and part * 4 - quarter < 0.5 and (voice, quarter) != self._told:
            self._told = (voice, quarter)
            click.echo(f"voice {voice}: {25 * quarter} % painted")

    def _steer(self) -> None:
        """Once the first seed sounds, the demo hands it to the model and says how to go on, if nobody steers yet."""
        if not self._demo or self._app is None:
            return
        self._demo = False
        if self._app.store.get("/riff/1/prompt"):
            return
        click.echo(HOW_TO_STEER.format(port=self._app.osc.port))
        for name, value in HANDOVER.items():
            self._app.store.set(f"/riff/1/{name}", value)


HANDOVER: dict[str, Value] = {
    "prompt": "house drums and synth bass with electric piano chords",
    "denoising": 0.75,
    "evolve": 0.25,
}
SILENT = "No sound comes out (no JACK server and no sound card, or none wanted): loops go to the folder, in time."
HOW_TO_STEER = """
That was a seed picture. From here on the model paints over it, loop by loop. To steer, in another terminal:
  oscsend localhost {port} /riff/1/prompt s "funk slap bass and drums"
  oscsend localhost {port} /riff/2/prompt s "jazz piano solo"
  oscsend localhost {port} /riff/tempo f 110
Ctrl-C ends it.
"""
