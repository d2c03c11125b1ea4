"""Training the denoiser by flow matching (Lipman et al., arXiv 2210.02747), with a vocabulary of its own or told by a
sentence encoder.

`riffosc train fit --corpus DIR --run DIR --text text.safetensors`; see README.md beside this file.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import click
import torch
from torch import Generator, Tensor, nn

from riffosc.composing.effecting import EFFECTS
from riffosc.composing.sounds import BY_ROLE
from riffosc.picture import EMBEDDED
from riffosc.synthesis.failing import ModelError
from riffosc.synthesis.model.autoencoder import Autoencoder
from riffosc.synthesis.model.canvas import GUIDED_BELOW
from riffosc.synthesis.model.embedded import WEIGHTS, EmbeddedModel, Network, Plan, read_reader, read_sentences
from riffosc.synthesis.model.heads import FILE as READING
from riffosc.synthesis.model.keys import UNKNOWN_KEY
from riffosc.synthesis.model.network import Conditions, Sizes, score_features
from riffosc.synthesis.model.reading import Reader
from riffosc.synthesis.model.sentence import FILE, Sentences
from riffosc.synthesis.sampler import shifted
from riffosc.training.dataset import (
    Batch,
    Dataset,
    Spelled,
    Understood,
    encode_shard,
    fit_autoencoder,
    has_notes,
    vocabulary,
)
from riffosc.training.samples import write_samples

WARM_UP = 100  # steps
STEADY = 0.4  # share of the budget at the full rate; from there it falls in a line to nothing
PLAYERS = ".players."  # in the names of weights
LOG_EVERY = 50
CHECK_EVERY = 250


@dataclass(frozen=True, slots=True)
class FitOptions:
    """What a run is: where from, where to, how long, how fast."""

    corpus: Path
    run: Path  # checkpoints, log and cached latents
    minutes: float = 80.0
    steps: int | None = None  # instead of minutes
    tokens: int = 4096  # a batch
    rate: float = 1e-3  # of AdamW: embeddings, biases, first and last layers
    matrix_rate: float = 2.5e-3  # of Muon: the matrices inside the blocks
    average: float = 0.998  # of the weights, a step
    first_shards: int = 10  # the autoencoder is fitted on these
    save_minutes: float = 5.0
    sample_minutes: float = 15.0
    seed: int = 0
    text: Path | None = None  # a sentence encoder's file; without one a vocabulary is learned from the captions
    start: Path | None = None  # a model folder to go on from, instead of from nothing
    resume: bool = False
    guidance: float | None = None  # to be learned, so that one pass does
    compiled: bool = False  # the blocks, by torch.compile: a quarter faster, where there is a C++ compiler
    sizes: Sizes = field(default_factory=Sizes)
    report: Callable[[str], None] = click.echo

    @property
    def cache(self) -> Path:
        return self.run / "cache"

    @property
    def checkpoint(self) -> Path:
        return self.run / "checkpoint.pt"


@dataclass(frozen=True, slots=True)
class Teacher:
    """Whose guidance is learned (Meng et al., arXiv 2210.03142, section 3.1): a network that stays as it is.

    Guidance leads away from what is guessed for no prompt and no key. A network that was told how much, and one
    that taught itself by the average of its own weights, both took on much the same guidance whatever was asked.
    Where the sampler is not guided either, no guidance is taught.
    """

    network: Network
    taught: float  # guidance that is in its guesses
    guidance: float  # to be learned

    @torch.no_grad()
    def velocity(self, x: Tensor, time_of: Tensor, told: Conditions, batch: Batch, clip: Tensor) -> Tensor:
        """To learn, (batch, tokens, dims): a plain teacher's own guess, guided; else the clip's, with its guidance."""
        free = replace(
            told, text=self.network.text(batch.empty), key=torch.tensor(UNKNOWN_KEY).expand_as(told.key), band=None
        )
        guess, away = (self.network.denoiser(x, time_of, each, batch.meter).float() for each in (told, free))
        towards = (guess - away) / self.taught
        base = away + towards if self.taught == 1 else clip
        led: Tensor = base + (self.guidance - 1) * towards * (time_of < GUIDED_BELOW)[:, None, None]
        return led


def flow_loss(network: Network, batch: Batch, generator: Generator, teacher: Teacher | None = None) -> Tensor:
    """Mean square error of the velocity, at times spread as the sampler's are, from noise to none.

    They are shifted towards noise (Esser et al., arXiv 2403.03206, section 5.3.2): many tokens with a few strong
    dimensions show through much noise what is played, so only the noisiest times have a use for the words. What is
    seldom asked in training is guessed badly: a logit-normal distribution has few times near pure noise, where it is
    decided how loud a clip is.
    With a teacher, what guidance would make of that one's guesses is learned.
    """
    size = len(batch.latents)
    even = (torch.randperm(size, generator=generator) + torch.rand(size, generator=generator)) / size
    time_of = shifted(even)
    noise = torch.randn(batch.latents.shape, generator=generator)
    x = torch.lerp(batch.latents, noise, time_of[:, None, None])
    target = noise - batch.latents
    with torch.autocast("cpu", torch.bfloat16):
        told = Conditions(network.text(batch.told), score_features(batch.tempo, batch.meter), batch.key, batch.band)
        if teacher is not None:
            target = teacher.velocity(x, time_of, told, batch, target)
        velocity: Tensor = network.denoiser(x, time_of, told, batch.meter)
    return nn.functional.mse_loss(velocity.float(), target)


def optimizers(network: Network, options: FitOptions) -> list[torch.optim.Optimizer]:
    """Muon (Jordan et al. 2024) for the matrices inside the blocks, AdamW for all else."""
    denoiser = network.denoiser
    inner = [denoiser.blocks, *([denoiser.players.colour, denoiser.players.out] if denoiser.sizes.sounds else [])]
    matrices = [p for module in inner for name, p in module.named_parameters() if name.endswith("weight")]
    inside = {id(p) for p in matrices}
    others = [p for p in network.parameters() if id(p) not in inside]
    adam = torch.optim.AdamW(others, options.rate, betas=(0.9, 0.95), weight_decay=0.01)
    muon = torch.optim.Muon(matrices, options.matrix_rate, weight_decay=0.01, adjust_lr_fn="match_rms_adamw")
    return [adam, muon]


def fresh(plan: Plan, generator: Generator) -> Network:
    """A network with random weights of this generator's; what begins at zero or one stays so."""
    network = plan.network()
    for module in network.modules():
        if isinstance(module, nn.Linear):
            std = (3 * module.in_features) ** -0.5 if module.weight.any() else 0.0
            nn.init.normal_(module.weight, std=std, generator=generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.5, generator=generator)
    if plan.sizes.sounds:  # a roll is nearly empty: what it says would be lost among what is always there
        for layer in (network.denoiser.players.notes, network.denoiser.players.manner):
            nn.init.normal_(layer.weight, std=0.5, generator=generator)
    if not plan.sizes.sentences:
        nn.init.normal_(network.encoder.group.weight, std=1.0, generator=generator)
        nn.init.normal_(network.encoder.place, std=0.1, generator=generator)
        with torch.no_grad():
            network.denoiser.padding.copy_(network.encoder.norm(network.encoder.word.weight[0]))
    return network


class Trainer:
    """All that changes in the course of a run, and what a checkpoint holds."""

    def __init__(self, options: FitOptions, plan: Plan, autoencoder: Autoencoder, deviation: Tensor) -> None:
        self.options, self.plan = options, plan
        self.autoencoder, self.deviation = autoencoder, deviation
        self.generator = Generator().manual_seed(options.seed)
        self.network, self.averaged = fresh(plan, self.generator), plan.network()
        self.network.denoiser.deviation.copy_(deviation)
        self.averaged.load_state_dict(self.network.state_dict())
        self.teacher: Teacher | None = None
        self.optimizers = optimizers(self.network, options)
        self.sentences = read_sentences(plan, options.run / FILE)
        self.reader = read_reader(plan, options.run / READING, self.sentences)
        captioner = Understood(self.sentences) if self.sentences else Spelled(plan.tokenizer())
        self.dataset = Dataset(captioner, plan.names() if plan.sounds else None)
        self.shards: set[Path] = set()
        self.step, self.seconds = 0, 0.0
        if options.compiled:
            torch._dynamo.config.recompile_limit = 64  # a shape of each meter
            for block in self.network.denoiser.blocks:
                block.compile(dynamic=False)

    @property
    def progress(self) -> float:
        """0 at the start, 1 when the budget is spent."""
        if self.options.steps is not None:
            return self.step / self.options.steps
        return self.seconds / (60 * self.options.minutes)

    def take_in(self, most: int = 1000) -> None:
        """New shards of the corpus, if there are any."""
        found = sorted(set(self.options.corpus.glob("*.json")) - self.shards)[:most]
        for shard in found:
            for entry, latents in encode_shard(shard, self.options.cache, self.autoencoder):
                self.dataset.add(entry, latents)
        self.shards.update(found)

    def rate(self) -> float:
        """Of the full learning rate: warm-up, steady, then down to nothing in a line."""
        falling = (1 - self.progress) / (1 - STEADY)
        return max(0.0, min((self.step + 1) / WARM_UP, falling, 1.0))

    def train_step(self) -> float:
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = optimizer.defaults["lr"] * self.rate()
        batch = self.dataset.draw(self.generator, self.options.tokens)
        loss = flow_loss(self.network, batch, self.generator, self.teacher)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self._average()
        return float(loss.detach())

    @torch.no_grad()
    def _average(self) -> None:
        """Moving averages of the weights; at first over a tenth of the steps so far."""
        share = 1 - min(self.options.average, self.step / (self.step + 10))
        for averaged, current in zip(self.averaged.parameters(), self.network.parameters(), strict=True):
            averaged.lerp_(current, share)

    @torch.no_grad()
    def held_out_loss(self, most: int = 64) -> float:
        """Of the averaged weights on loops never trained on: the same noise and times whenever it is asked."""
        generator = Generator().manual_seed(0)
        losses, count = 0.0, 0
        for meter, items in self.dataset.held_out.items():
            batch = self.dataset.batch(meter, items[:most], generator)
            losses += float(flow_loss(self.averaged, batch, generator)) * len(batch.latents)
            count += len(batch.latents)
        return losses / max(1, count)

    def model(self) -> EmbeddedModel:
        return EmbeddedModel(self.plan, self.averaged, self.autoencoder, self.sentences, self.reader)

    def write_samples(self) -> None:
        folder = self.options.run / "samples" / f"{self.step:06}"
        write_samples(self.model(), self.dataset, folder)
        self.options.report(f"what it sounds like: {folder}")

    def save(self) -> None:
        """The checkpoint, whole or not at all."""
        state = {
            "words": self.plan.words,
            "sizes": asdict(self.plan.sizes),
            "sounds": self.plan.sounds,
            "effects": self.plan.effects,
            "autoencoder": self.autoencoder.state_dict(),
            "deviation": self.deviation,
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "guidance": self.plan.guidance,
            "teacher": self.teacher and (self.teacher.network.state_dict(), self.teacher.taught),
            "generator": self.generator.get_state(),
            "step": self.step,
            "seconds": self.seconds,
        }
        aside = self.options.checkpoint.with_suffix(".part")
        torch.save(state, aside)
        aside.replace(self.options.checkpoint)

    @classmethod
    def resumed(cls, options: FitOptions) -> "Trainer":
        """The run as its checkpoint left it."""
        state = torch.load(options.checkpoint, weights_only=False)
        plan = Plan(
            Sizes(**state["sizes"]), EMBEDDED, state["words"], state["guidance"], state["sounds"], state["effects"]
        )
        autoencoder = plan.autoencoder()
        autoencoder.load_state_dict(state["autoencoder"])
        trainer = cls(options, plan, autoencoder, state["deviation"])
        trainer.network.load_state_dict(state["network"])
        trainer.averaged.load_state_dict(state["averaged"])
        for optimizer, kept in zip(trainer.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept)
        if state["teacher"]:
            weights, taught = state["teacher"]
            trainer.teacher = Teacher(plan.network(), taught, plan.guidance)
            trainer.teacher.network.load_state_dict(weights)
        trainer.generator.set_state(state["generator"])
        trainer.step, trainer.seconds = state["step"], state["seconds"]
        return trainer


def begun(options: FitOptions) -> Trainer:
    """A new run: from a model that is there; else vocabulary from all captions there are, or a copy of the sentence
    encoder, and the autoencoder from the first shards."""
    shards = sorted(options.corpus.glob("*.json"))
    if not shards:
        raise FileNotFoundError(f"{options.corpus} holds no shards: run riffosc train corpus first.")
    if options.start is not None:
        return _going_on(options, EmbeddedModel.load(options.start), shards[0])
    plan = _told(options) if options.text else Plan(options.sizes, EMBEDDED, vocabulary(shards))
    autoencoder, deviation = fit_autoencoder(shards[: options.first_shards], options.cache, options.sizes)
    return Trainer(options, plan, autoencoder, deviation)


def _going_on(options: FitOptions, model: EmbeddedModel, shard: Path) -> Trainer:
    """A new run with the weights, words and autoencoder of a model.

    Of one's own loops nobody knows the notes: what is learned from them is to be painted from words alone.
    """
    if model.plan.picture != EMBEDDED:
        raise ModelError(f"The model in {options.start} has pictures of another kind: it cannot be trained on.")
    if model.sentences is not None:
        model.sentences.copy_to(options.run)
    if model.reader is not None:
        model.reader.copy_to(options.run)
    taught = model.plan.guidance
    if options.guidance and taught != 1:
        raise ModelError(f"The model in {options.start} has a guidance of {taught:g} already: train it without.")
    plan = replace(model.plan, guidance=options.guidance or taught)
    if not has_notes(shard):
        plan = plan.without_players()
    trainer = Trainer(options, plan, model.autoencoder, model.network.denoiser.deviation)
    weights = {
        name: weight for name, weight in model.network.state_dict().items() if plan.sounds or PLAYERS not in name
    }
    for network in (trainer.network, trainer.averaged):
        network.load_state_dict(weights)
    if plan.guidance != 1:
        trainer.teacher = Teacher(model.network, taught, plan.guidance)
    return trainer


def _told(options: FitOptions) -> Plan:
    """The plan of a network told by a sentence encoder, whose file goes along with the run.

    Where it lies beside the heads that read prompts for the composer, the network is told notes, too.
    """
    assert options.text is not None
    sentences = Sentences(options.text, options.sizes.text_tokens)
    sentences.copy_to(options.run)
    sizes = replace(options.sizes, sentences=True, text_width=sentences.width)
    if not (reading := options.text.parent / READING).exists():
        return Plan(sizes, EMBEDDED)
    Reader.load(reading, sentences).copy_to(options.run)
    sounds, effects = tuple(sorted({name for known in BY_ROLE.values() for name in known})), tuple(EFFECTS)
    sizes = replace(sizes, sounds=len(sounds), effects=len(effects))
    return Plan(sizes, EMBEDDED, sounds=sounds, effects=effects)


def fit(options: FitOptions) -> None:
    """Trains until the budget is spent; the run folder ends with a checkpoint and a log."""
    options.cache.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    trainer = Trainer.resumed(options) if options.resume else begun(options)
    trainer.take_in()
    options.report(f"{len(trainer.dataset)} loops, {len(trainer.plan.words) or 'all'} words")
    before, saved, sampled, losses = trainer.seconds, time.monotonic(), time.monotonic(), []
    while trainer.progress < 1:
        losses.append(trainer.train_step())
        trainer.seconds = before + time.monotonic() - began
        if trainer.step % LOG_EVERY == 0:
            _log(trainer, losses)
            losses = []
            trainer.take_in(1)
        if time.monotonic() - saved > 60 * options.save_minutes:
            trainer.save()
            saved = time.monotonic()
        if time.monotonic() - sampled > 60 * options.sample_minutes:
            trainer.write_samples()
            sampled = time.monotonic()
    trainer.save()
    trainer.write_samples()
    held_out = f"held-out loss {trainer.held_out_loss():.4f}" if trainer.dataset.held_out else "no loops held out"
    options.report(f"{trainer.step} steps, {held_out}")


def _log(trainer: Trainer, losses: list[float]) -> None:
    """A line for a person and one for a program."""
    line: dict[str, Any] = {"step": trainer.step, "minutes": round(trainer.seconds / 60, 2)}
    line["loss"] = round(sum(losses) / len(losses), 4)
    if trainer.step % CHECK_EVERY == 0 and trainer.dataset.held_out:
        line["held_out"] = round(trainer.held_out_loss(), 4)
    trainer.options.report("  ".join(f"{name} {value}" for name, value in line.items()))
    with (trainer.options.run / "log.jsonl").open("a") as file:
        file.write(json.dumps(line) + "\n")


def export(run: Path, folder: Path) -> None:
    """The averaged weights of a run's checkpoint as a model folder."""
    Trainer.resumed(FitOptions(run, run)).model().save(folder)


@click.command()
@click.option("--corpus", type=click.Path(path_type=Path), help="Folder of shards.")
@click.option("--run", type=click.Path(path_type=Path), required=True, help="Folder of the run.")
@click.option("--minutes", default=80.0, show_default=True, help="How long to train.")
@click.option("--steps", type=int, help="Steps, instead of minutes.")
@click.option("--threads", default=2, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--compiled", is_flag=True, help="A quarter faster; needs a C++ compiler.")
@click.option("--text", type=click.Path(path_type=Path, exists=True), help="A sentence encoder's file.")
@click.option(
    "--from", "start", metavar="FOLDER", type=click.Path(path_type=Path), help="Go on from a model; embedded: shipped."
)
@click.option("--guidance", type=click.FloatRange(1, 20, min_open=True),
              help="Teach it this guidance: then a step takes one pass instead of two.")  # fmt: skip
@click.option("--rate", "share", default=1.0, show_default=True, type=click.FloatRange(0, min_open=True),
              help="Share of the usual learning rate; 0.3 keeps more of what a model knew.")  # fmt: skip
@click.option("--resume", is_flag=True, help="Go on from the run's checkpoint.")
@click.option("--export", "folder", type=click.Path(path_type=Path), help="Only write the model here.")
def main(corpus: Path | None, run: Path, threads: int, share: float, folder: Path | None, **options: Any) -> None:
    """Train the embedded model, or write a run's model folder."""
    torch.set_num_threads(threads)
    if options["start"] == Path("embedded"):
        options["start"] = WEIGHTS
    try:
        if folder is not None:
            export(run, folder)
        elif corpus is None:
            raise click.UsageError("--corpus says what to learn from, or --export where to write the model")
        elif options["start"] and options["text"]:
            raise click.UsageError("a model has its own words: give --from or --text")
        elif options["guidance"] and not (options["start"] or options["resume"]):
            raise click.UsageError("--guidance teaches a model that can paint: give it --from")
        else:
            usual = FitOptions(corpus, run, **options)
            fit(replace(usual, rate=usual.rate * share, matrix_rate=usual.matrix_rate * share))
    except (FileNotFoundError, ModelError) as error:
        raise click.ClickException(str(error)) from error
