"""A small sentence encoder: what a prompt means, as a whole and word by word, for words no caption ever said.

It comes ready made in `text.safetensors` beside a model's weights and is not trained with them: pieces of words
(`wordpiece.py`) have vectors in 8 bits, and a few layers of attention let them know one another. It was distilled
from a large one by `riffosc/training/distil_text.py`; whose, and on what terms, is in the file's metadata.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from riffosc.synthesis.failing import ModelError
from riffosc.synthesis.model.tensors import UNFIT, read_tensors, write_tensors
from riffosc.synthesis.model.text import STOP_WORDS
from riffosc.synthesis.model.wordpiece import WordPiece, split

FILE = "text.safetensors"  # its name in a model's folder
FORMAT = "riffosc-text-1"
MOST_PIECES = 64  # of a prompt; what comes after is left out
TURN = 1000.0  # the slowest rotation of places goes round in about this many pieces
ROUND = 16
WORDLESS = 0  # owner of a piece that belongs to no word: marks, "and", "with"


@dataclass(frozen=True, slots=True)
class Reading:
    """A prompt in numbers: which pieces, how much each counts (1 is plain), and to which word (from 1) it belongs."""

    pieces: Tensor  # (pieces,) long
    counts: Tensor  # (pieces,) float
    owners: Tensor  # (pieces,) long


@dataclass(frozen=True, slots=True)
class EncoderSizes:
    """Everything that decides an encoder's shape."""

    pieces: int
    table: int = 128  # width of a piece's own vector
    width: int = 192
    layers: int = 2
    heads: int = 4
    hidden: int = 384


class Reader:
    """Weighted words to a Reading of so many words at most."""

    def __init__(self, pieces: Sequence[str], most_words: int = MOST_PIECES) -> None:
        self.wordpiece, self.most_words = WordPiece(pieces), most_words

    def __call__(self, words: Sequence[tuple[str, float]]) -> Reading:
        """Spans and their weights; what weighs nothing is not there, and stop words are no words of their own."""
        pieces: list[tuple[int, float, int]] = []
        owner = 0
        for word, weight in ((word, weight) for text, weight in words if weight > 0 for word in split(text)):
            means = word.isalnum() and word not in STOP_WORDS
            owner += means
            numbers = self.wordpiece.numbers(word)
            if owner > self.most_words or len(pieces) + len(numbers) > MOST_PIECES:
                break
            pieces += [(number, weight, owner if means else WORDLESS) for number in numbers]
        return _reading(pieces if any(owner for *_, owner in pieces) else [])


def _reading(pieces: list[tuple[int, float, int]]) -> Reading:
    rows, counts, owners = zip(*pieces, strict=True) if pieces else ((), (), ())
    return Reading(
        torch.tensor(rows, dtype=torch.long),
        torch.tensor(counts, dtype=torch.float32),
        torch.tensor(owners, dtype=torch.long),
    )


def padded(readings: Sequence[Reading]) -> Reading:
    """Several prompts as one batch (batch, pieces); padding counts nothing."""
    columns = (
        [each.pieces for each in readings],
        [each.counts for each in readings],
        [each.owners for each in readings],
    )
    return Reading(*(nn.utils.rnn.pad_sequence(column, batch_first=True) for column in columns))


class Layer(nn.Module):
    """Attention, then a hidden layer, each added to what comes in."""

    def __init__(self, sizes: EncoderSizes) -> None:
        super().__init__()
        width, self.heads = sizes.width, sizes.heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.up = nn.Linear(width, sizes.hidden)
        self.down = nn.Linear(sizes.hidden, width, bias=False)

    def forward(self, x: Tensor, bias: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
        """x (batch, pieces, width), bias (batch, 1, 1, pieces) on how much each piece is attended to."""
        q, k, v = self.qkv(_unit(x)).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        q, k = _rotated(q, turn), _rotated(k, turn)
        attended = (q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5 + bias).softmax(-1) @ v
        x = x + self.out(attended.transpose(1, 2).flatten(2))
        y: Tensor = x + self.down(F.gelu(self.up(_unit(x))))
        return y


def _unit(x: Tensor) -> Tensor:
    return F.rms_norm(x, (x.shape[-1],), eps=1e-6)


def _turns(pieces: int, size: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines (pieces, size // 2) of places (RoFormer, arXiv 2104.09864)."""
    slower = TURN ** -(torch.arange(size // 2) / (size // 2))
    angles = torch.arange(pieces)[:, None] * slower
    return angles.cos(), angles.sin()


def _rotated(x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    a, b = x.chunk(2, -1)
    return torch.cat([a * turn[0] - b * turn[1], a * turn[1] + b * turn[0]], -1)


class SentenceEncoder(nn.Module):
    """Readings to text: (batch, 1 + words, width + 1).

    The first row is the whole prompt, the others its words: vectors of root mean square 1, times how much each
    counts, and last this count. So the sum of two texts by their shares is the text of both, and padding is zeros.
    The whole counts 1, and is zeros where nothing is said.
    """

    def __init__(self, sizes: EncoderSizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.table = nn.Embedding(sizes.pieces, sizes.table)
        self.enter = nn.Linear(sizes.table, sizes.width, bias=False)
        self.layers = nn.ModuleList([Layer(sizes) for _ in range(sizes.layers)])
        self.leave = nn.Linear(sizes.width, sizes.width)
        self.matter = nn.Linear(sizes.width, 1)  # how much a piece matters to the whole

    def forward(self, reading: Reading) -> Tensor:
        batch, pieces = reading.pieces.shape
        if pieces == 0:
            return torch.cat([torch.zeros(batch, 1, self.sizes.width), torch.ones(batch, 1, 1)], 2)
        each, whole = self.vectors(reading)
        belongs = (
            F.one_hot(reading.owners)[..., 1:].to(each.dtype) * reading.counts[..., None]
        )  # (batch, pieces, words)
        words = _unit(belongs.transpose(1, 2) @ each)
        counts = (belongs.sum(1) / (belongs > 0).sum(1).clamp(min=1))[..., None]
        said = (reading.counts.sum(1) > 0).to(each.dtype)[:, None]
        first = torch.cat([_unit(whole) * said, torch.ones(batch, 1)], 1)[:, None]
        return torch.cat([first, torch.cat([words * counts, counts], 2)], 1)

    def vectors(self, reading: Reading) -> tuple[Tensor, Tensor]:
        """Of each piece (batch, pieces, width), and of the whole (batch, width), of any length."""
        x = self.enter(self.table(reading.pieces))
        bias = reading.counts.clamp(min=1e-30).log()
        turn = _turns(x.shape[1], self.sizes.width // self.sizes.heads)
        for layer in self.layers:
            x = layer(x, bias[:, None, None], turn)
        share = (self.matter(_unit(x))[..., 0] + bias).softmax(-1)
        each = self.leave(_unit(x))
        return each, (share[..., None] * each).sum(1)


class Sentences:
    """A text encoder and its reader: prompts in, text of always the same shape out."""

    def __init__(self, path: Path, most_words: int) -> None:
        """Raises ModelError for a file that cannot be used."""
        self.path = path
        self.encoder, pieces = load_encoder(path)
        self.most_words, self.width = most_words, self.encoder.sizes.width
        self._read = Reader(pieces, most_words)
        self.whole_words = frozenset(pieces)  # common words: those that are cut into several pieces are not here

    @torch.no_grad()
    def text(self, prompts: Sequence[Sequence[tuple[str, float]]]) -> Tensor:
        """Prompts as spans with weights to (prompts, 1 + most words, width + 1)."""
        text: Tensor = self.encoder(padded([self._read(words) for words in prompts]))
        return F.pad(text, (0, 0, 0, 1 + self.most_words - text.shape[1]))

    def copy_to(self, folder: Path) -> None:
        """The file into a model's folder, whole or not at all."""
        target = folder / FILE
        if target.resolve() != self.path.resolve():
            aside = shutil.copyfile(self.path, target.with_suffix(".part"))
            aside.replace(target)


def in_round_numbers(text: Tensor, beside: int = 0) -> Tensor:
    """Text (batch, rows, width + 1) with no more rows than some prompt needs, made up to a multiple of 16 with what is
    `beside` it: a processor's library makes ready anew for every size that it meets, which takes longer than a clip."""
    used = 1 + int((text[..., -1] > 0).any(0).nonzero().max())
    return nn.functional.pad(text[:, :used], (0, 0, 0, -(used + beside) % ROUND))


def save_encoder(path: Path, encoder: SentenceEncoder, pieces: Sequence[str], about: dict[str, str]) -> None:
    """The file: matrices in 8 bits with a scale for each row, the rest in 16; `about` goes into the metadata."""
    tensors = {"pieces": torch.frombuffer(bytearray("\n".join(pieces).encode()), dtype=torch.uint8)}
    for name, tensor in encoder.state_dict().items():
        if tensor.ndim == 2:
            tensors[name], tensors[f"{name}.scale"] = _in_8_bits(tensor)
        else:
            tensors[name] = tensor.half()
    write_tensors(path, tensors, {**about, "format": FORMAT, "heads": str(encoder.sizes.heads)})


def _in_8_bits(tensor: Tensor) -> tuple[Tensor, Tensor]:
    """Whole numbers -127..127, and what they are multiplied by (rows, 1)."""
    scale = (tensor.abs().amax(1, keepdim=True) / 127).clamp(min=1e-6).half()
    return (tensor / scale.float()).round().clamp(-127, 127).to(torch.int8), scale


def load_encoder(path: Path) -> tuple[SentenceEncoder, tuple[str, ...]]:
    """An encoder, frozen, and its vocabulary. Raises ModelError, in words."""
    stored, about = read_tensors(path)
    if about.get("format") != FORMAT:
        raise ModelError(f"{path} is not a text encoder of the format {FORMAT}.")
    try:
        pieces = tuple(stored.pop("pieces").numpy().tobytes().decode().split("\n"))
        encoder = SentenceEncoder(_sizes(stored, int(about["heads"])))
        encoder.load_state_dict({name: _in_full(stored, name) for name in stored if not name.endswith(".scale")})
    except UNFIT as error:
        raise ModelError(f"{path} is damaged: {error}") from None
    return encoder.eval().requires_grad_(False), pieces


def _in_full(stored: dict[str, Tensor], name: str) -> Tensor:
    scale = stored.get(f"{name}.scale")
    return stored[name].float() if scale is None else stored[name].float() * scale.float()


def _sizes(stored: dict[str, Tensor], heads: int) -> EncoderSizes:
    """What the shapes of the tensors say."""
    (pieces, table), (width, _) = stored["table.weight"].shape, stored["enter.weight"].shape
    layers = len([name for name in stored if name.endswith(".qkv.weight")])
    return EncoderSizes(pieces, table, width, layers, heads, len(stored["layers.0.up.weight"]))
