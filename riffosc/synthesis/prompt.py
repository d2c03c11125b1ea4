"""Weighted prompts: `(loud drums:1.3)`, `(x)` for 1.1, `[x]` for 1 / 1.1, nested ones multiply, `\\(` is a bracket.

The notation is the one that Riffusion took over from Stable Diffusion's users.
"""

import re
from dataclasses import dataclass

STEP = 1.1
MOST = 10.0  # of a weight, up or down: far more than is of use, and no number overflows
TOKEN = re.compile(r"\\[()\[\]\\]|[(\[]|:\s*[+-]?\d*\.?\d+\s*\)|[)\]]|[^\\()\[\]:]+|.", re.DOTALL)
Spans = tuple[tuple[str, float], ...]


@dataclass(slots=True)
class _Piece:
    text: str
    weight: float = 1.0


def parse_prompt(prompt: str) -> Spans:
    """Text and its weight, in order. A bracket without its partner is passed over: a typo must not stop music."""
    pieces: list[_Piece] = []
    round_from: list[int] = []
    square_from: list[int] = []
    for token in TOKEN.findall(prompt):
        if token == "(":
            round_from.append(len(pieces))
        elif token == "[":
            square_from.append(len(pieces))
        elif token.endswith(")") and token[0] in ":)" and round_from:
            weight = float(token[1:-1]) if token[0] == ":" else STEP
            _multiply(pieces[round_from.pop() :], weight)
        elif token == "]" and square_from:
            _multiply(pieces[square_from.pop() :], 1 / STEP)
        elif token not in (")", "]"):
            pieces.append(_Piece(token.removeprefix("\\") if len(token) > 1 else token))
    return _joined(pieces)


def _multiply(pieces: list[_Piece], weight: float) -> None:
    for piece in pieces:
        piece.weight = min(max(piece.weight * weight, -MOST), MOST)


def _joined(pieces: list[_Piece]) -> Spans:
    spans: list[tuple[str, float]] = []
    for piece in pieces:
        if spans and spans[-1][1] == piece.weight:
            spans[-1] = (spans[-1][0] + piece.text, piece.weight)
        else:
            spans.append((piece.text, piece.weight))
    return tuple((text.strip(), weight) for text, weight in spans if text.strip())
