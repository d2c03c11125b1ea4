"""The command line. Each command imports what it needs when it runs: `riffosc --help` loads no torch."""

import asyncio
import json
import logging
import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from riffosc import __version__, studio
from riffosc.models import models
from riffosc.report import report
from riffosc.surfaces.command import surface
from riffosc.threads import wait_patiently


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, invoke_without_command=True
)
@click.version_option(__version__, prog_name="riffosc")
@click.option("-v", "--verbose", is_flag=True, help="Say more about what happens.")
@click.pass_context
def main(context: click.Context, verbose: bool) -> None:
    """A neural loop instrument: bar-exact loops painted by a diffusion model, steered by OSC."""
    level = logging.DEBUG if verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("numba").setLevel(logging.WARNING)
    wait_patiently()
    if context.invoked_subcommand is None:
        if "NSM_URL" in os.environ:  # session managers start programs by their bare name
            context.invoke(run)
        else:
            click.echo(context.get_help())


INVERTERS = ("riffosc", "torchaudio")
OUTPUTS = ("auto", "jack", "portaudio", "none")


def player_options(command: Any) -> Any:
    """What `run` and `demo` have in common."""
    for option in reversed(
        (
            click.option(
                "--audio", default="auto", show_default=True, type=click.Choice(OUTPUTS), help="Where to play."
            ),
            click.option("--device", metavar="NAME", help="Sound card for PortAudio; see `riffosc devices`."),
            click.option(
                "--channels",
                default=2,
                show_default=True,
                type=click.IntRange(2, 64),
                help="Of the sound card: 2 for the mix; from 3 on voice by voice, then the cue.",
            ),
            click.option("--no-audio", is_flag=True, help="Play nothing; the folder is all there is."),
            click.option(
                "--connect",
                multiple=True,
                metavar="PORTS",
                help="JACK ports for the main mix (pattern); midi_out=DEVICE: MIDI clock to it.",
            ),
            click.option(
                "--midi", multiple=True, metavar="MAP", help="MIDI map: its name or file; see `riffosc midi list`."
            ),
            click.option("--no-midi", is_flag=True, help="Listen to no controllers, nor to MIDI clock."),
            click.option("--bind", default="127.0.0.1", show_default=True, help="Address to listen on."),
            click.option(
                "--port", default=7433, show_default=True, help="UDP port of OSC, TCP port of the page and OSCQuery."
            ),
            click.option("--allow", multiple=True, metavar="NETWORK", help="Listen to this network only: 10.0.0.0/8."),
            click.option(
                "--announce/--no-announce",
                default=None,
                help="By Zeroconf, so that others find it; if not said, with --bind to a network.",
            ),
            click.option("--no-web", is_flag=True, help="No page and no OSCQuery."),
            click.option(
                "--strudel",
                multiple=True,
                is_flag=False,
                flag_value="https://strudel.cc",
                metavar="[SITE]",
                help="Be the bridge for Strudel's .osc(), from strudel.cc or another site.",
            ),
            click.option(
                "--tidal",
                metavar="HOST:PORT",
                default="127.0.0.1:6010",
                show_default=True,
                help="Where TidalCycles is told of each clip in the folder; empty for nobody.",
            ),
            click.option("--keep", metavar="N|SIZE", help="Keep so many clips or bytes (100, 2GB, 100,2GB)."),
            click.option(
                "--state", type=click.Path(file_okay=False, path_type=Path), help="Slots and snapshots lie here."
            ),
            click.option(
                "--model", default="embedded", show_default=True, help="The model that paints; see `riffosc models`."
            ),
            click.option("--voices", default=8, show_default=True, type=click.IntRange(1, 64)),
            click.option(
                "--set", "settings", multiple=True, metavar="ADDRESS=VALUE", help="A parameter to start with."
            ),
        )
    ):
        command = option(command)
    return command


@main.command()
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Write each clip here as WAV.")
@player_options
def run(folder: Path | None, **options: Any) -> None:
    """Listen to OSC, paint and play. Silent until a prompt comes."""
    _play(folder, options, {})


@main.command()
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=Path("loops"), show_default=True,
    help="Write each clip here as WAV.",
)  # fmt: skip
@player_options
def demo(folder: Path, **options: Any) -> None:
    """Play at once: a seed picture first, then what the model makes of it."""
    _play(folder, options, DEMO)


DEMO: dict[str, Any] = {
    "/riff/tempo": 124.0,
    "/riff/1/seed_image": "house",
    "/riff/1/denoising": 0.0,
}


def _play(folder: Path | None, options: dict[str, Any], settings: dict[str, Any]) -> None:
    from riffosc.app import Options
    from riffosc.daemon import run
    from riffosc.folder import FolderError, Keep, KeepError
    from riffosc.narrator import Narrator
    from riffosc.params import ParamError

    try:
        wanted = Options(
            folder=folder,
            keep=Keep.parse(options["keep"]) if options["keep"] else None,
            state=options["state"],
            audio="none" if options["no_audio"] else options["audio"],
            device=options["device"],
            channels=options["channels"],
            connect=options["connect"],
            midi=None if options["no_midi"] else options["midi"],
            bind=options["bind"],
            port=options["port"],
            allow=options["allow"],
            web=not options["no_web"],
            strudel=options["strudel"] or None,
            tidal=options["tidal"],
            announce=options["announce"],
            model=options["model"],
            voices=options["voices"],
            settings={**settings, **_pairs(options["settings"])},
        )
        asyncio.run(run(wanted, Narrator(demo=bool(settings)).start))
    except (KeepError, FolderError, ParamError, OSError) as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        pass  # where signals have no handlers, Ctrl-C ends it this way


def _pairs(settings: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for setting in settings:
        address, equals, value = setting.partition("=")
        if not equals:
            raise click.BadParameter(f"{setting!r} is not ADDRESS=VALUE", param_hint="--set")
        pairs[address if address.startswith("/") else f"/riff/{address}"] = value
    return pairs


@main.command()
@click.argument("prompt", default="")
@click.option("--bars", default=2, show_default=True, type=click.IntRange(1, 512), help="Of the loop.")
@click.option("--quantum", default=4, show_default=True, help="Beats in a bar, 3 or 4.")
@click.option("--tempo", default=120.0, show_default=True, help="Beats per minute.")
@click.option("--seed", default=0, show_default=True, help="Number of the noise.")
@click.option("--key", default="", help="Such as Am, F# or Ebm.")
@click.option("--seed-image", default="", help="A shipped seed's name, or the file of a picture or a sound.")
@click.option("--denoising", default=0.75, show_default=True, help="Distance from the seed image.")
@click.option("--mask", default="", help="Where the seed image is painted over: beats 5-8, above 2 kHz, a picture.")
@click.option("--negative", default="", help="What to keep away from.")
@click.option("--guidance", default=2.5, show_default=True, help="How strictly the prompt is followed.")
@click.option("--steps", default=5, show_default=True, help="Denoising steps.")
@click.option("--samplerate", default=44100, show_default=True, type=click.IntRange(8000, 192000))
@click.option("--model", default="embedded", show_default=True, help="The model that paints; see `riffosc models`.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("riff.wav"), show_default=True)
@click.option("--vae", default="", help="Another autoencoder for the model; see `riffosc models`.")
@click.option("--lora", default="", help="LoRA files on top of it, each with its strength: a.safetensors 0.8, b 1.")
@click.option("--scheduler", default="", help="As diffusers calls it; the model's own if none is named.")
@click.option(
    "--inverter", default="riffosc", show_default=True, type=click.Choice(INVERTERS),
    help="From picture to sound; torchaudio's is Riffusion's: slower, with a seam.",
)  # fmt: skip
def render(out: Path, samplerate: int, inverter: str, **wishes: Any) -> None:
    """Paint one loop into a WAV file, and its picture beside it."""
    from riffosc.offline import render_to_file
    from riffosc.params import ParamError

    try:
        clip = render_to_file(out, samplerate, wishes, inverter)
    except (ParamError, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    request = clip.request
    click.echo(f"{out}: {request.frames} frames, {request.beats} beats at {request.tempo:g} bpm")


@main.group()
def image() -> None:
    """Pictures of sound: perform them, paint them from sound, see what is in them."""


PRESETS = ("riffusion", "riffusion-20k", "riffosc")


def image_options(command: Any) -> Any:
    """What `to-audio` and `to-image` have in common."""
    for option in reversed(
        (
            click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path)),
            click.option(
                "--out", type=click.Path(path_type=Path), help="File, or folder for several; if not said, beside each."
            ),
            click.option("-r", "--recursive", is_flag=True, help="Folders inside folders, too."),
            click.option("--force", is_flag=True, help="Replace files that are there."),
            click.option("--tempo", type=studio.Decimal(20, 300), help="Beats per minute; makes whole bars."),
            click.option("--bars", type=click.IntRange(1, 1024), help="Exactly so many."),
            click.option("--beats", type=click.IntRange(1, 4096), help="Exactly so many."),
            click.option("--quantum", type=click.IntRange(1, 16), help="Beats in a bar; 4, or as the file says."),
            click.option("--stereo/--mono", default=None, help="If not said, as the file is."),
            click.option(
                "--level",
                "level_db",
                default=0.0,
                metavar="DB",
                type=studio.Decimal(-120, 120),
                help="Louder, or below 0 softer.",
            ),
        )
    ):
        command = option(command)
    return command


@image.command("to-audio")
@image_options
@click.option("--seconds", type=float, help="Exactly so long.")
@click.option("--frames", type=int, help="Exactly so many.")
@click.option("--settings", default=PRESETS[0], show_default=True, type=click.Choice(PRESETS),
              help="Of pictures that say nothing of themselves.")  # fmt: skip
@click.option("--samplerate", default=44100, show_default=True, type=click.IntRange(8000, 192000))
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of the phases to start from.")
@click.option(
    "--inverter", default=INVERTERS[0], show_default=True, type=click.Choice(INVERTERS),
    help="What finds the phases: ours, or torchaudio's, as in Riffusion, to compare.",
)  # fmt: skip
@click.option("--format", "ending", default="wav", show_default=True, help="Such as flac, ogg or mp3.")
def image_to_audio(files: tuple[Path, ...], ending: str, **wishes: Any) -> None:
    """Perform pictures, or folders of them: Riffusion's, riffosc's, or any drawing.

    Loud is dark, low is at the bottom, time goes to the right. A picture's own settings count; one without is read
    as Riffusion's, 10 ms a column. Levels are absolute: nothing is normalised.
    """
    from riffosc.convert import picture_to_sound
    from riffosc.images import SUFFIXES

    _convert(files, f".{ending.lstrip('.')}", SUFFIXES, picture_to_sound, wishes)


@image.command("to-image")
@image_options
@click.option("--settings", default=PRESETS[0], show_default=True, type=click.Choice(PRESETS))
def image_to_image(files: tuple[Path, ...], **wishes: Any) -> None:
    """Paint sounds, or folders of them, with the settings inside the pictures.

    A sound is taken as a loop: whole bars with --tempo, --bars or --beats, or if it is a WAV that says its beats.
    """
    from riffosc.convert import sound_to_picture
    from riffosc.sounds import SUFFIXES

    _convert(files, ".png", SUFFIXES, sound_to_picture, wishes)


def _convert(files: tuple[Path, ...], suffix: str, kinds: frozenset[str], convert: Any, wishes: dict[str, Any]) -> None:
    from riffosc import batch
    from riffosc.convert import wishes_from

    out, recursive, force = (wishes.pop(name) for name in ("out", "recursive", "force"))
    try:
        wanted = wishes_from(wishes)
        todo = batch.jobs(files, out, suffix, kinds, recursive)
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    failed = batch.run(todo, force, lambda job, progress: convert(job, wanted, progress))
    if failed:
        names = ", ".join(map(str, failed))
        words = f"{len(failed)} of {len(todo)} failed: {names}"
        raise click.ClickException(words if len(todo) > 1 else next(iter(failed.values())))


@image.command("info")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-r", "--recursive", is_flag=True, help="Folders inside folders, too.")
@click.option("--settings", default=PRESETS[0], type=click.Choice(PRESETS), help="Of pictures that have none.")
@click.option("--json", "as_json", is_flag=True, help="For programs: a list with an entry for each.")
def image_info(files: tuple[Path, ...], recursive: bool, settings: str, as_json: bool) -> None:
    """Say what pictures hold: size, length, beats, settings, what is missing or foreign, how loud they are."""
    from riffosc import batch
    from riffosc.convert import describe, in_words
    from riffosc.images import SUFFIXES

    found, failed = [], []
    for job in batch.jobs(files, None, "", SUFFIXES, recursive):
        try:
            found.append(describe(job.source, settings))
        except (ValueError, OSError, MemoryError) as error:
            failed.append(batch.words_of(error, job.source))
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        for facts in found:
            click.echo("\n  ".join(in_words(facts)))
    if failed:
        raise click.ClickException("\n".join(failed))


@main.command()
@click.option("--markdown", "form", flag_value="markdown", help="As tables; the README has those of the parameters.")
@click.option("--json", "form", flag_value="json", help="For programs.")
def params(form: str | None) -> None:
    """List every parameter and every command."""
    from riffosc import table
    from riffosc.params import PARAMS
    from riffosc.reference import every_command

    docs = every_command()
    match form:
        case "json":
            click.echo(json.dumps(table.records(PARAMS, docs), indent=2, ensure_ascii=False))
        case "markdown":
            click.echo(f"{table.markdown()}\n\n{table.commands_markdown(docs)}")
        case _:
            click.echo(f"{table.text()}\n\n{table.commands_text(docs)}")


@main.command()
def devices() -> None:
    """List where sound can go, and MIDI can come from."""
    from riffosc.devices import describe
    from riffosc.midi.console import port_lines

    click.echo("\n".join((describe(), *port_lines())))


@main.command()
def doctor() -> None:
    """Look at this machine and say what is missing."""
    from riffosc.doctor import examine

    findings = examine()
    for finding in findings:
        click.echo(f"{'ok ' if finding.ok else '-- '} {finding.what}: {finding.words}")


@main.command()
@click.argument("home", required=False, default="")
@click.option("--install", "installs", is_flag=True, help="Put the patch where its program looks for it (ableton).")
@click.option("--library", type=click.Path(path_type=Path), help="Live's User Library, where it is not in its place.")
def patches(home: str, installs: bool, library: Path | None) -> None:
    """Where the patches for other environments lie: `riffosc patches tidal`."""
    from riffosc.homes import HomeError, install
    from riffosc.resources import patches_dir

    homes = sorted(path.name for path in patches_dir().iterdir() if path.is_dir())
    if home and home not in homes:
        raise click.ClickException(f"there are {', '.join(homes)}, and no {home}")
    try:
        click.echo(install(home, library) if installs else patches_dir() / home)
    except HomeError as error:
        raise click.ClickException(str(error)) from error


@main.group()
def midi() -> None:
    """Controllers: what is there, what it sends, what it steers."""


JACK_OPTION = click.option("--jack", is_flag=True, help="Look at JACK's MIDI ports instead of the system's.")


@midi.command("list")
@JACK_OPTION
def midi_list(jack: bool) -> None:
    """Say which ports and maps there are, and what is wrong with a map."""
    from riffosc.midi.console import listing

    for line in listing(jack):
        click.echo(line)


@midi.command("monitor")
@JACK_OPTION
def midi_monitor(jack: bool) -> None:
    """Show what controllers send, in the words of a map, until Ctrl-C."""
    from riffosc.midi.console import events

    with suppress(KeyboardInterrupt):
        for line in events(jack):
            click.echo(line)


@midi.command("learn")
@click.argument("address")
@click.argument("values", nargs=-1)
@click.option("--port", default=7433, show_default=True, help="OSC port of the riffosc that runs.")
@JACK_OPTION
def midi_learn(address: str, values: tuple[str, ...], port: int, jack: bool) -> None:
    """Bind the next control that is moved to ADDRESS, of a riffosc that runs or for the next one.

    Turn an endless knob clockwise first. VALUES are the texts or numbers that a control is to choose from.
    """
    from riffosc.midi.console import learn
    from riffosc.params import ParamError

    address = address if address.startswith("/") else f"/riff/1/{address}"
    click.echo(f"Move the control for {address} (Ctrl-C: none) ...")
    try:
        click.echo(learn(address, values, port, jack))
    except (ParamError, OSError) as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo("nothing was learned")


class LazyGroup(click.Group):
    """A group whose commands are the `main` of modules, imported when they are asked for, not to list them."""

    def __init__(self, *args: Any, modules: dict[str, tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._modules:
            return None
        command: click.Command = import_module(self._modules[cmd_name][0]).main
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in self._modules.items()])


TRAINING = {
    "corpus": ("riffosc.training.corpus", "Compose loops of many genres and play them into a folder to learn from."),
    "from": ("riffosc.training.own", "Make a folder of your own loops into one to learn from."),
    "fit": ("riffosc.training.fit", "Train a model on such a folder, or write the model that a run has learned."),
    "evaluate": ("riffosc.training.evaluate", "Measure a model: is it on the grid, in key, and does it heed words?"),
    "text": ("riffosc.training.distil_text", "Make the small file that knows what words mean from a large model."),
    "reading": ("riffosc.training.reading_fit", "Make the small file by which prompts are read from such a folder."),
    "seeds": ("riffosc.training.seeds", "Make the shipped seed pictures again."),
}


@main.group(cls=LazyGroup, modules=TRAINING)
def train() -> None:
    """Make a corpus, train the model, see how good it is (needs the `train` extra)."""


@main.group()
def bench() -> None:
    """Measure this machine. Each bench prints a table; --json FILE writes it, too."""


@bench.command("clip")
@click.option("--repeat", default=5, show_default=True, help="Clips to take the median of.")
@click.option("--steps", default=5, show_default=True)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the figures here.")
def bench_clip(repeat: int, steps: int, json_file: Path | None) -> None:
    """Seconds to make a clip with the embedded model, part by part, and six voices'; their ratio to its length."""
    from riffosc.bench.clip import measure_clip

    report(measure_clip(repeat, steps), json_file)


@bench.command("codec")
@click.option("--device", default="cpu", show_default=True, type=click.Choice(("cpu", "cuda")))
@click.option(
    "--pictures", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of pictures to take instead of loops that FluidSynth plays.",
)  # fmt: skip
@click.option("--each", default=8, show_default=True, help="Loops of drums, bass, tonal and mixed music, each.")
@click.option("--at-most", default=8, show_default=True, help="Clips at a time, and bars.")
@click.option("--seams", default=200, show_default=True, help="Loops whose seam is looked at.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the figures here.")
def bench_codec(device: str, pictures: Path | None, json_file: Path | None, **scope: int) -> None:
    """From picture to sound, by riffosc and by torchaudio: seconds, error, level and seam, on the same pictures.

    What begins with embedded_ is with the embedded model's pictures, the rest with Riffusion's.
    """
    from riffosc.bench.codec import Scope, measure_codec

    try:
        report(measure_codec(device, pictures, Scope(**scope)), json_file)
    except ValueError as error:
        raise click.ClickException(str(error)) from error


@bench.command("pipeline")
@click.option(
    "--size", type=click.Choice(("full", "small", "tiny")),
    help="Of the model: Stable Diffusion 1.5's, a tenth, less; full on a GPU, small without one.",
)  # fmt: skip
@click.option("--at-most", type=click.IntRange(1, 8), help="Voices at a time; 8 on a GPU, 2 without one.")
@click.option("--repeat", default=3, show_default=True, type=click.IntRange(1), help="Times, for the median.")
@click.option("--columns", default=512, show_default=True, type=click.IntRange(64, 2048), help="10 ms each.")
@click.option(
    "--way", default="chosen", show_default=True, type=click.Choice(("chosen", "written", "recorded", "compiled")),
    help="How a GPU is kept busy.",
)  # fmt: skip
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the figures here.")
def bench_pipeline(json_file: Path | None, **scope: Any) -> None:
    """Riffusion's recipe in plain diffusers and torchaudio, beside riffosc with the same random weights.

    Seconds a clip, and of each its parts; memory at its highest; how many times faster than the recipe. What has been
    measured is printed as it comes, and written when you stop it, too.
    """
    from riffosc.bench.pipeline import print_pipeline

    try:
        print_pipeline({name: value for name, value in scope.items() if value is not None}, json_file, click.echo)
    except ValueError as error:
        raise click.ClickException(str(error)) from error


@bench.command("endurance")
@click.option("--minutes", default=60.0, show_default=True, help="How long to play.")
@click.option("--every", "every_s", default=60.0, metavar="SECONDS", show_default=True, help="Change what paints.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the figures here.")
def bench_endurance(minutes: float, every_s: float, json_file: Path | None) -> None:
    """Play for long, silently, with changes of model, LoRA and scheduler: memory, late clips, missed boundaries."""
    from riffosc.bench.endurance import print_endurance

    print_endurance(minutes, every_s, json_file, click.echo)


@bench.command("audio")
@click.option("--seconds", default=60.0, show_default=True, help="How long to play.")
@click.option("--period", default=256, show_default=True, help="Frames in a block of the JACK server.")
@click.option("--no-realtime", is_flag=True, help="Start the server without realtime scheduling.")
@click.option("--model", default="embedded", show_default=True, help="The model that paints; see `riffosc models`.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the figures here.")
def bench_audio(seconds: float, period: int, no_realtime: bool, model: str, json_file: Path | None) -> None:
    """Play under load through a JACK server of its own and check the recording sample for sample."""
    from riffosc.bench.session import measure_session

    report(measure_session(seconds, period, realtime=not no_realtime, model=model), json_file)


@bench.command("clock")
@click.option("--seconds", default=30.0, show_default=True, help="How long each clock is watched.")
@click.option("--boundaries", metavar="SECONDS", type=float, help="Record the whole of riffosc with each, instead.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the figures here.")
def bench_clock(seconds: float, boundaries: float | None, json_file: Path | None) -> None:
    """Follow MIDI clock with 2 ms of jitter, JACK's transport, Link and Tidal: how far off are beat and tempo."""
    if boundaries is None:
        from riffosc.bench.clock import measure_clocks

        report(measure_clocks(seconds), json_file)
    else:
        from riffosc.bench.boundaries import measure_boundaries

        report(measure_boundaries(boundaries), json_file)


@bench.command("osc")
@click.option("--rate", default=1000.0, show_default=True, help="Messages a second.")
@click.option("--seconds", default=10.0, show_default=True, help="How long, at rest and again while painting.")
@click.option("--flood", default=0.0, metavar="SECONDS", help="Then 20,000 messages a second for so long.")
@click.option("--audio", default="jack", show_default=True, type=click.Choice(("jack", "none")), help="Where to play.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the figures here.")
def bench_osc(rate: float, seconds: float, flood: float, audio: str, json_file: Path | None) -> None:
    """Time from an OSC message to the state that a subscriber sees, at rest and while the renderer works."""
    from riffosc.bench.osc import measure_osc

    report(measure_osc(rate, seconds, flood, audio=audio), json_file)


main.add_command(models)
for command in (studio.restyle, studio.batch, studio.sample, studio.stems, surface):
    main.add_command(command)


if __name__ == "__main__":
    sys.exit(main())
