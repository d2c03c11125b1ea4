"""The model that is shipped: a folder with model.json (what it is) and model.safetensors (its numbers).

Words reach it in one of two ways, which its sizes tell: by a vocabulary of its own (`text.py`), or by a sentence
encoder in a file of its own (`sentence.py`).
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from riffosc.clip import ClipRequest
from riffosc.picture import PictureSettings
from riffosc.synthesis.failing import ModelError
from riffosc.synthesis.model.arrangement import Arrangement, arrangement
from riffosc.synthesis.model.autoencoder import Autoencoder
from riffosc.synthesis.model.heads import FILE as READING
from riffosc.synthesis.model.keys import key_numbers
from riffosc.synthesis.model.network import Conditions, Denoiser, Meter, Sizes, score_features
from riffosc.synthesis.model.players import Band, Names, Played
from riffosc.synthesis.model.reading import Reader
from riffosc.synthesis.model.sentence import FILE, Sentences, in_round_numbers
from riffosc.synthesis.model.tensors import read_tensors, write_tensors
from riffosc.synthesis.model.text import TextEncoder, Tokenizer, Vocabulary, weigh
from riffosc.synthesis.sampler import beyond

FAMILY = "riffosc-loops-1"
SMALL = 1024  # tokens, of all clips or windows of a batch
WEIGHTS = Path(__file__).parent / "weights"  # of the model that is shipped


@dataclass(frozen=True, slots=True)
class Score:
    """What the model is told besides words."""

    bars: int
    quantum: int  # beats per bar
    tempo: float  # beats per minute
    key: str = ""  # "Am", "F#", "Ebm"; empty for the model's choice


@dataclass(frozen=True, slots=True)
class Plan:
    """All that model.json says."""

    sizes: Sizes
    picture: PictureSettings
    words: tuple[str, ...] = ()  # none where a sentence encoder is asked
    guidance: float = 1.0  # that is in its guesses, without a second one
    sounds: tuple[str, ...] = ()  # of players; none where the network is not told notes
    effects: tuple[str, ...] = ()

    @property
    def patch(self) -> int:
        """Columns a token."""
        return self.picture.columns_per_beat // self.sizes.tokens_per_beat

    def tokenizer(self) -> Tokenizer:
        vocabulary = Vocabulary(self.words, self.sizes.text_buckets)
        return Tokenizer(vocabulary, self.sizes.text_tokens)

    def names(self) -> Names:
        return Names(self.sounds, self.effects)

    def without_players(self) -> "Plan":
        """For a network that is told no notes."""
        return replace(self, sizes=replace(self.sizes, sounds=0, effects=0), sounds=(), effects=())

    def network(self) -> "Network":
        return Network(self)

    def autoencoder(self) -> Autoencoder:
        return Autoencoder(self.picture.bins, self.patch, self.sizes.dims)


class Network(nn.Module):
    """What is trained: the denoiser, and the text encoder unless it comes ready made."""

    encoder: TextEncoder

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        sizes = plan.sizes
        if not sizes.sentences:
            words = 2 + len(plan.words)
            self.encoder = TextEncoder(words, sizes.text_buckets, sizes.text_tokens, sizes.text_width)
        self.denoiser = Denoiser(sizes)

    def text(self, told: tuple[Tensor, ...]) -> Tensor:
        """What captions were read as: rows and letter groups, or a sentence encoder's text, which stays as it is."""
        text: Tensor = told[0] if self.denoiser.sizes.sentences else self.encoder(*told)
        return text


class EmbeddedModel:
    """Text to latents to pictures, on the processor, with no network and no other files."""

    def __init__(
        self,
        plan: Plan,
        network: Network,
        autoencoder: Autoencoder,
        sentences: Sentences | None = None,
        reader: Reader | None = None,
    ) -> None:
        self.plan, self.settings = plan, plan.picture
        self.network, self.autoencoder = network.eval(), autoencoder
        self.bfloat16 = fast_bfloat16()
        self.sentences, self.reader = sentences, reader
        self.tokenizer = plan.tokenizer()
        self.empty = self.text([])

    @classmethod
    def load(cls, folder: Path = WEIGHTS) -> "EmbeddedModel":
        plan = read_plan(folder / "model.json")
        network, autoencoder = plan.network(), plan.autoencoder()
        both = nn.ModuleDict({"network": network, "autoencoder": autoencoder})
        tensors, _ = read_tensors(folder / "model.safetensors")
        try:
            both.load_state_dict(tensors)
        except RuntimeError as error:
            raise ModelError(f"The weights in {folder} do not fit its model.json: {error}") from None
        sentences = read_sentences(plan, folder / FILE)
        return cls(plan, network, autoencoder, sentences, read_reader(plan, folder / READING, sentences))

    def save(self, folder: Path) -> None:
        """Writes the folder in float16; each file appears whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        both = nn.ModuleDict({"network": self.network, "autoencoder": self.autoencoder})
        tensors = {name: tensor.half().contiguous() for name, tensor in both.state_dict().items()}
        write_tensors(folder / "model.safetensors", tensors)
        if self.sentences is not None:
            self.sentences.copy_to(folder)
        if self.reader is not None:
            self.reader.copy_to(folder)
        write_plan(self.plan, folder / "model.json")

    @torch.no_grad()
    def text(self, words: Sequence[tuple[str, float]]) -> Tensor:
        """Weighted words to (text tokens, width), always as many; weight 1 is plain, no words are the empty prompt.

        Texts can be added up by shares: that is how prompts are blended.
        """
        if self.sentences is not None:
            return self.sentences.text([words])[0]
        single = self.tokenizer.weighted(words)
        encoded = self._encoded([word for word, _ in single])
        if not single:
            return encoded
        return weigh(encoded, self.empty, [weight for _, weight in single])

    @torch.no_grad()
    def _encoded(self, words: Sequence[str]) -> Tensor:
        rows, groups = self.tokenizer.numbers(words)
        encoded: Tensor = self.network.encoder(rows[None], groups[None])[0]
        return encoded

    def arrange(self, request: ClipRequest) -> Arrangement:
        """What is played, as the model reads the request."""
        return arrangement(request, self.reader, self.plan.names())

    def shape(self, beats: int) -> tuple[int, int]:
        """Tokens and dimensions of the latents of a loop."""
        return beats * self.plan.sizes.tokens_per_beat, self.plan.sizes.dims

    @torch.no_grad()
    def encode(self, values: Tensor) -> Tensor:
        """(channels, columns, bins) to (tokens, dims), of unit variance over the corpus."""
        return self.autoencoder.encode(values)

    @torch.no_grad()
    def decode(self, latents: Tensor) -> Tensor:
        """(tokens, dims) to (1, columns, bins), 0..1."""
        return self.autoencoder.decode(latents)

    @torch.no_grad()
    def played(self, band: Band, batch: int) -> Played:
        """A band as the network takes it, the same in every step."""
        with self._precision():
            played: Played = self.network.denoiser.players(band, batch)
        return played

    def _precision(self) -> torch.autocast:
        return torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16)

    @torch.no_grad()
    def velocity(self, x: Tensor, time: float, text: Tensor, score: Score, band: Played | None = None) -> Tensor:
        """Noise minus clip, as the network sees it: x (batch, tokens, dims), time 0..1 with 1 for noise,
        text (batch, text tokens, width), the band of as many clips."""
        batch, meter = len(x), Meter(score.bars, score.quantum)
        if self.plan.sizes.sentences:
            text = in_round_numbers(text, 0 if band is None else band.tokens.shape[1])
        told = Conditions(
            text,
            score_features(torch.full((batch,), score.tempo), meter),
            torch.tensor([key_numbers(score.key)] * batch),
            band,
        )
        with self._precision(), threads_for(x.shape[0] * x.shape[1]):
            velocity: Tensor = self.network.denoiser(x, torch.full((batch,), time), told, meter)
        return velocity.float()

    def lead(self, guesses: Tensor, guidance: float, x: Tensor, time: float) -> Tensor:
        """The velocity that guidance makes of two, (2, tokens, dims), for x (tokens, dims).

        Strong guidance makes clips loud before it makes them like their prompt: that part of it is left out (adaptive
        projected guidance, Sadat et al. 2024, arXiv 2410.02416, there for pictures with too much colour). A guidance
        that was taught has it in it.
        """
        if self.plan.guidance != 1:
            return beyond(guesses, guidance)
        towards, away = guesses
        change = (guidance - 1) * (towards - away)
        led: Tensor = towards + self.autoencoder.at_level(change, x - time * towards)
        return led


@contextmanager
def threads_for(tokens: int) -> Iterator[None]:
    """One thread for what is small: several would wait for each other longer than they work."""
    usual = torch.get_num_threads()
    torch.set_num_threads(1 if tokens <= SMALL else usual)
    try:
        yield
    finally:
        torch.set_num_threads(usual)


def fast_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 itself; elsewhere it is slower than float32."""
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def write_plan(plan: Plan, path: Path) -> None:
    body = {"family": FAMILY, **asdict(replace(plan, words=())), "words": list(plan.words)}
    aside = path.with_suffix(".json.part")
    aside.write_text(json.dumps(body, indent=1) + "\n")
    aside.replace(path)


def read_plan(path: Path) -> Plan:
    """The plan in a model.json, or a ModelError that says what is wrong with it."""
    try:
        body: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        raise ModelError(f"There is no model in {path.parent}: {path.name} is missing.") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read: {error}") from None
    if not isinstance(body, dict) or body.get("family") != FAMILY:
        raise ModelError(f"{path} is not of the family {FAMILY}.")
    try:
        return Plan(
            Sizes(**body["sizes"]),
            PictureSettings(**body["picture"]),
            tuple(body["words"]),
            float(body.get("guidance", 1)),
            tuple(body.get("sounds", ())),
            tuple(body.get("effects", ())),
        )
    except KeyError as error:
        raise ModelError(f"{path} does not say {error}.") from None
    except TypeError as error:
        raise ModelError(f"{path} does not fit this version of riffosc: {error}") from None


def read_sentences(plan: Plan, path: Path) -> Sentences | None:
    """The sentence encoder that a plan asks for, or a ModelError."""
    if not plan.sizes.sentences:
        return None
    sentences = Sentences(path, plan.sizes.text_tokens)
    if sentences.width != plan.sizes.text_width:
        raise ModelError(f"{path} gives {sentences.width} numbers a word, its model.json says {plan.sizes.text_width}.")
    return sentences


def read_reader(plan: Plan, path: Path, sentences: Sentences | None) -> Reader | None:
    """Who reads prompts for the composer, where a network is told notes. Raises ModelError."""
    if not plan.sounds or sentences is None:
        return None
    return Reader.load(path, sentences)
