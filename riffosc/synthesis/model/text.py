"""Words to text tokens: a vocabulary, hashed letters for words it never saw, and a small encoder."""

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

STOP_WORDS = frozenset(
    ("a", "an", "and", "at", "by", "for", "from", "in", "like", "my", "of", "on", "plus", "some", "the", "to", "with")
)
WORD = re.compile(r"[a-z0-9']+(?:[-#][a-z0-9']+)*|[^\W\d_a-z]+")
GRAMS = 12  # most letter groups a word is hashed to

WeightedWords = Sequence[tuple[str, float]]


def split_words(text: str) -> list[str]:
    """Lower-case words without stop words: "Drums and a Slap Bass" gives drums, slap, bass."""
    return [word for word in WORD.findall(text.lower()) if word not in STOP_WORDS]


def letter_groups(word: str) -> list[str]:
    """The 3 and 4 letters at each place, with the word's ends marked (fastText's way, arXiv 1607.04606)."""
    marked = f"<{word}>"
    return [marked[i : i + size] for size in (3, 4) for i in range(len(marked) - size + 1)][:GRAMS]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words with an embedding of their own (from 2 on) and how letters are hashed."""

    words: tuple[str, ...]
    buckets: int

    def rows(self) -> dict[str, int]:
        return {word: row for row, word in enumerate(self.words, 2)}


class Tokenizer:
    """Words to numbers: 0 is padding, 1 a word that is not in the vocabulary."""

    def __init__(self, vocabulary: Vocabulary, tokens: int) -> None:
        self.rows, self.buckets, self.tokens = vocabulary.rows(), vocabulary.buckets, tokens

    def weighted(self, words: WeightedWords) -> list[tuple[str, float]]:
        """At most `tokens` single words; of a longer prompt unknown words go first, then the end."""
        single = [(word, weight) for text, weight in words for word in split_words(text)]
        unknown = [i for i, (word, _) in enumerate(single) if word not in self.rows]
        dropped = set(unknown[: max(0, len(single) - self.tokens)])
        return [pair for i, pair in enumerate(single) if i not in dropped][: self.tokens]

    def numbers(self, words: Iterable[str]) -> tuple[Tensor, Tensor]:
        """Rows (tokens,) and letter groups (tokens, GRAMS), 0 where there is none."""
        rows = torch.zeros(self.tokens, dtype=torch.long)
        groups = torch.zeros(self.tokens, GRAMS, dtype=torch.long)
        for i, word in enumerate(words):
            rows[i] = self.rows.get(word, 1)
            for j, group in enumerate(letter_groups(word)):
                groups[i, j] = 1 + zlib.crc32(group.encode()) % (self.buckets - 1)
        return rows, groups


class TextEncoder(nn.Module):
    """Rows and letter groups to (batch, tokens, width); padding is a learned vector, and nothing is masked.

    So two prompts of different length can be mixed token by token. What words mean to each other is left to the
    denoiser's blocks, where they attend to one another as well as to the music: a transformer of the text's own,
    trained along, soon gave nearly the same vectors for all prompts.
    """

    def __init__(self, words: int, buckets: int, tokens: int, width: int) -> None:
        super().__init__()
        self.word = nn.Embedding(words, width)
        self.group = nn.EmbeddingBag(buckets, width, mode="mean", padding_idx=0)
        self.place = nn.Parameter(torch.zeros(tokens, width))
        self.norm = nn.LayerNorm(width)

    def forward(self, rows: Tensor, groups: Tensor) -> Tensor:
        letters = self.group(groups.flatten(0, 1)).unflatten(0, rows.shape)
        encoded: Tensor = self.norm(self.word(rows) + letters + self.place)
        return encoded


def weigh(encoded: Tensor, empty: Tensor, weights: Sequence[float]) -> Tensor:
    """Weights on encoded tokens (tokens, width): 1 leaves a token as it is, 0 makes it the empty prompt's.

    Scaling a token, as Riffusion does, would be undone by the denoiser's normalisation; going from the empty
    prompt through the token and beyond is not. Every token keeps the length it had.
    """
    factors = torch.ones(len(encoded), 1)
    factors[: len(weights), 0] = torch.tensor(list(weights), dtype=torch.float32)
    moved = torch.lerp(empty, encoded, factors)
    length = torch.linalg.vector_norm(encoded, dim=-1, keepdim=True)
    return torch.where(factors == 1, encoded, nn.functional.normalize(moved, dim=-1) * length)
