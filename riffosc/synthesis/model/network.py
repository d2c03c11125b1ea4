"""The denoiser: a transformer over the tokens of a loop, exactly circular in time.

After Peebles and Xie, "Scalable diffusion models with transformers" (arXiv 2212.09748), with one modulation
shared by all blocks (PixArt-alpha, arXiv 2310.00426), text tokens joined to the sequence, and places as
rotations (RoFormer, arXiv 2104.09864) whose frequencies go a whole number of times into the beat, the bar or
the loop. Since beat and bar are all that is said of a token's absolute place, moving the input by whole bars
moves the output by as much, and the last token is the neighbour of the first.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from riffosc.synthesis.model.players import Band, Played, Players

PLACE_BEAT = (1, 2, 3, 4, 6, 8)  # turns of the absolute features in a beat
PLACE_BAR = (1, 2, 3, 4, 6)  # and in a bar
TURN_LOOP = (0, 1, 2, 3, 4, 5, 6, 7, 8)  # turns of the rotations in the loop
TURN_BAR = (1, 2, 3, 4, 6, 8, 12)  # and in a bar; the rest of a head is turns in a beat
TIME_FEATURES = 64
SCORE_FEATURES = 23


@dataclass(frozen=True, slots=True)
class Sizes:
    """Everything that decides a network's shape."""

    dims: int = 192
    width: int = 256
    blocks: int = 8
    heads: int = 4
    hidden: int = 704
    told: int = 512  # width of what time, score and the sum of all words are brought to
    text_tokens: int = 16
    text_width: int = 256
    text_buckets: int = 4096
    tokens_per_beat: int = 16
    sentences: bool = False  # text comes from a sentence encoder: a row for the whole, and each row ends with its count
    sounds: int = 0  # that players may have; none where the network is not told notes
    effects: int = 0


@dataclass(frozen=True, slots=True)
class Meter:
    """How many tokens make a bar, and how many bars the loop."""

    bars: int
    quantum: int

    @property
    def beats(self) -> int:
        return self.bars * self.quantum


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the network is told of each clip of a batch."""

    text: Tensor  # (batch, text tokens, text width), or from a sentence encoder (batch, 1 + words, text width + 1)
    score: Tensor  # (batch, SCORE_FEATURES), of `score_features`
    key: Tensor  # (batch, 2), root 0..12 and mode 0..2; the last of each is unknown
    band: Band | Played | None = None  # who plays what, where that is settled


def _turns(tokens: Tensor, period: float, counts: tuple[int, ...]) -> Tensor:
    """Angles (tokens, counts) that come round `count` times in `period` tokens."""
    return tokens[:, None] / period * torch.tensor(counts, dtype=torch.float64) * (2 * math.pi)


def places(meter: Meter, per_beat: int) -> Tensor:
    """Where each token lies in its beat and bar: (tokens, features)."""
    at = torch.arange(meter.beats * per_beat, dtype=torch.float64)
    bar = meter.quantum * per_beat
    angles = torch.cat([_turns(at % per_beat, per_beat, PLACE_BEAT), _turns(at % bar, bar, PLACE_BAR)], 1)
    return torch.cat([angles.sin(), angles.cos()], 1).float()


def rotations(meter: Meter, per_beat: int, pairs: int, text_tokens: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines (tokens, pairs), text tokens first.

    Text is not turned, and zeros hide it where pairs turn with the loop: else a token's place in the loop would
    show in how it attends to the text.
    """
    at = torch.arange(meter.beats * per_beat, dtype=torch.float64)
    bar = meter.quantum * per_beat
    beat = tuple(1 + i % 16 for i in range(pairs - len(TURN_LOOP) - len(TURN_BAR)))
    loop = _turns(at, len(at), TURN_LOOP)
    angles = torch.cat([loop, _turns(at, bar, TURN_BAR), _turns(at, per_beat, beat)], 1)
    still = torch.tensor([turns == 0 for turns in TURN_LOOP] + [True] * (pairs - len(TURN_LOOP)))
    cosine = torch.cat([still.float().expand(text_tokens, pairs), angles.cos().float()])
    sine = torch.cat([torch.zeros(text_tokens, pairs), angles.sin().float()])
    return cosine, sine


def fourier(value: Tensor, features: int) -> Tensor:
    """(batch,) to (batch, features): sines and cosines of 1, 2, 4, ... quarter turns."""
    powers = 2.0 ** torch.arange(features // 2, dtype=torch.float32)
    angles = value.float()[:, None] * powers * (math.pi / 2)
    return torch.cat([angles.sin(), angles.cos()], 1)


def time_features(time: Tensor) -> Tensor:
    """Flow time 0..1, (batch,) to (batch, TIME_FEATURES): frequencies from a quarter turn to sixteen."""
    powers = torch.logspace(0, 6, TIME_FEATURES // 2, base=2)
    angles = time.float()[:, None] * powers * (math.pi / 2)
    return torch.cat([angles.sin(), angles.cos()], 1)


def score_features(tempo: Tensor, meter: Meter) -> Tensor:
    """(batch,) beats a minute to (batch, SCORE_FEATURES)."""
    octaves = torch.log2(tempo / 120)
    bars = torch.full_like(octaves, math.log2(meter.bars))
    quantum = torch.full_like(octaves, (meter.quantum - 4) / 2)
    told = [fourier(octaves / 2, 12), fourier(bars / 2, 4), fourier(quantum / 2, 4)]
    plain = torch.stack([octaves, bars, quantum], 1)
    return torch.cat([*told, plain], 1)


def unit(x: Tensor) -> Tensor:
    """Root mean square 1 over the last axis."""
    return F.rms_norm(x, (x.shape[-1],))


def rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Turns pairs of (batch, heads, tokens, size); cosine and sine are (tokens, size // 2)."""
    a, b = x.chunk(2, -1)
    return torch.cat([a * cosine - b * sine, a * sine + b * cosine], -1)


def attention(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None = None) -> Tensor:
    """Plain softmax attention, (batch, heads, tokens, size); the bias is added to the scores of each key.

    At a few hundred tokens the processor does this in less than half the time of torch's fused one.
    """
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    return (scores if bias is None else scores + bias).softmax(-1).to(v.dtype) @ v


@dataclass(frozen=True, slots=True)
class Heard:
    """Text as the blocks take it."""

    tokens: Tensor  # (batch, tokens, width)
    summary: Tensor  # (batch, told)
    bias: Tensor | None = None  # (batch, tokens): the logarithm of how much each counts; None where all count 1

    def with_players(self, played: Played) -> "Heard":
        bias = self.tokens.new_zeros(self.tokens.shape[:2]) if self.bias is None else self.bias
        tokens, bias = torch.cat([self.tokens, played.tokens], 1), torch.cat([bias, played.bias], 1)
        return Heard(tokens, self.summary + played.summary, bias)


class Block(nn.Module):
    """Attention, then a gated hidden layer (SwiGLU, arXiv 2002.05202), each shifted, scaled and gated."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        width, self.heads = sizes.width, sizes.heads
        self.offset = nn.Parameter(torch.zeros(6, width))  # to the shared modulation
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.up = nn.Linear(width, 2 * sizes.hidden, bias=False)
        self.down = nn.Linear(sizes.hidden, width, bias=False)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.down.weight)

    def forward(self, x: Tensor, shared: Tensor, turn: tuple[Tensor, Tensor], bias: Tensor | None) -> Tensor:
        """x (batch, tokens, width); shared (batch, 6, width); bias (batch, 1, 1, tokens)."""
        shift1, scale1, gate1, shift2, scale2, gate2 = (shared + self.offset)[:, :, None].unbind(1)
        x = x + (1 + gate1) * self.attend(unit(x) * (1 + scale1) + shift1, turn, bias)
        gated, hidden = self.up(unit(x) * (1 + scale2) + shift2).chunk(2, -1)
        y: Tensor = x + (1 + gate2) * self.down(F.silu(gated) * hidden)
        return y

    def attend(self, x: Tensor, turn: tuple[Tensor, Tensor], bias: Tensor | None) -> Tensor:
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        q, k = rotate(unit(q), *turn), rotate(unit(k), *turn)
        attended: Tensor = self.out(attention(q, k, v, bias).transpose(1, 2).flatten(2))
        return attended


class Denoiser(nn.Module):
    """Noisy latents, time and conditions to the flow's velocity, noise - clip."""

    deviation: Tensor

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        width = sizes.width
        self.register_buffer("deviation", torch.ones(sizes.dims))  # of each dimension of clean latents
        self.enter = nn.Linear(sizes.dims, width)
        self.place = nn.Linear(2 * (len(PLACE_BEAT) + len(PLACE_BAR)), width)
        self.read = nn.Linear(sizes.text_width, width)
        self.root, self.mode = nn.Embedding(13, sizes.told), nn.Embedding(3, sizes.told)
        self.tell = nn.Linear(TIME_FEATURES + SCORE_FEATURES, sizes.told)
        if sizes.sentences:
            self.whole = nn.Parameter(torch.zeros(width))  # tells the whole prompt's token from those of words
        else:
            self.padding = nn.Parameter(torch.zeros(sizes.text_width))  # about what the text encoder gives for none
        self.summary = nn.Linear(sizes.text_width, sizes.told, bias=False)
        if sizes.sounds:
            self.players = Players(sizes.sounds, sizes.effects, width, sizes.told)
        self.modulate = nn.Linear(sizes.told, 6 * width)
        self.blocks = nn.ModuleList([Block(sizes) for _ in range(sizes.blocks)])
        self.final = nn.Linear(sizes.told, 2 * width)
        self.leave = nn.Linear(width, sizes.dims)
        for layer in (self.modulate, self.final, self.leave):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor, time: Tensor, told: Conditions, meter: Meter) -> Tensor:
        """x (batch, tokens, dims), time (batch,) with 1 for noise, to velocity (batch, tokens, dims).

        The best linear guess is made outside the network, which is left with a target of variance 1 in every
        dimension (Karras et al., arXiv 2206.00364, section 5, carried over to flow matching).
        """
        t, clean = time[:, None, None], self.deviation
        spread = ((1 - t) * clean) ** 2 + t**2  # the variance of x
        guess = x * ((t - (1 - t) * clean**2) / spread)
        inside = self.inner(x * spread.rsqrt(), time, told, meter)
        velocity: Tensor = guess + inside * (clean * spread.rsqrt())
        return velocity

    def inner(self, x: Tensor, time: Tensor, told: Conditions, meter: Meter) -> Tensor:
        heard, per_beat = self.hear(told.text), self.sizes.tokens_per_beat
        h = self.enter(x) + self.place(places(meter, per_beat))
        if told.band is not None:
            played = told.band if isinstance(told.band, Played) else self.players(told.band, len(x))
            heard, h = heard.with_players(played), h + played.notes
        shared, last = self.conditions(time, told, heard.summary)
        words = heard.tokens.shape[1]
        pairs = self.sizes.width // self.sizes.heads // 2
        turn = rotations(meter, per_beat, pairs, words)
        bias = None if heard.bias is None else F.pad(heard.bias, (0, h.shape[1]))[:, None, None]
        h = torch.cat([heard.tokens, h], 1)
        for block in self.blocks:
            h = block(h, shared, turn, bias)
        shift, scale = last[:, None].chunk(2, -1)
        left: Tensor = self.leave(unit(h[:, words:]) * (1 + scale) + shift).float()
        return left

    def hear(self, text: Tensor) -> Heard:
        if not self.sizes.sentences:
            said = (text - self.padding).sum(1) / 2  # a mean would drown few words in much padding
            return Heard(self.read(text), self.summary(said))
        vectors, counts = text[..., :-1], text[..., -1]
        words = unit(vectors[:, 1:])
        tokens = torch.cat([self.read(vectors[:, :1]) + self.whole, self.read(words)], 1)
        return Heard(tokens, self.summary(vectors[:, 0]), counts.log())

    def conditions(self, time: Tensor, told: Conditions, summary: Tensor) -> tuple[Tensor, Tensor]:
        """The modulation that all blocks share (batch, 6, width), and the last layer's (batch, 2 * width)."""
        c = self.tell(torch.cat([time_features(time), told.score], 1)) + summary
        c = F.silu(c + self.root(told.key[:, 0]) + self.mode(told.key[:, 1]))
        return self.modulate(c).unflatten(-1, (6, -1)), self.final(c)
