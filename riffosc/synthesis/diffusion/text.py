"""Words to embeddings, with weights, of any length.

As published with diffusers (community pipeline lpw_stable_diffusion, the one Riffusion took): each embedding is
multiplied by the weight of its token, then all of them so that their mean is what it was. More than 75 tokens are
read in chunks, each with a beginning and an end of its own.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import torch
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from riffosc.synthesis.prompt import Spans, parse_prompt

Prompts = Sequence[tuple[str, float]]
REMEMBERED = 64  # prompts; a walk between two asks for both with every clip


class TextEncoder:
    """A tokenizer and a text encoder, and the prompts they have read last."""

    def __init__(self, tokenizer: CLIPTokenizer, encoder: CLIPTextModel) -> None:
        self._tokenizer, self._encoder = tokenizer, encoder
        self.room: int = encoder.config.max_position_embeddings - 2  # tokens a chunk, without its beginning and end
        self._encoded = lru_cache(REMEMBERED)(self._encode)

    def pair(self, prompts: Prompts, negative: str) -> Tensor:
        """Prompts by their shares, and what to keep away from, in as many chunks as the longest: (2, tokens, width)."""
        wanted = [(parse_prompt(text), share) for text, share in prompts if share]
        away = parse_prompt(negative)
        chunks = self.chunks((*(spans for spans, _ in wanted), away))
        towards = torch.stack([self._encoded(spans, chunks) * share for spans, share in wanted]).sum(0)
        return torch.stack([towards, self._encoded(away, chunks)])

    def chunks(self, prompts: Iterable[Spans]) -> int:
        longest = max((len(self._tokens(spans)[0]) for spans in prompts), default=0)
        return max(1, -(-longest // self.room))

    def forget(self) -> None:
        """The encoder's weights have changed."""
        self._encoded.cache_clear()

    def _tokens(self, spans: Spans) -> tuple[list[int], list[float]]:
        numbers: list[int] = []
        weights: list[float] = []
        for words, weight in spans:
            found = self._tokenizer(words, verbose=False).input_ids[1:-1]
            numbers += found
            weights += [weight] * len(found)
        return numbers, weights

    @torch.inference_mode()
    def _encode(self, spans: Spans, chunks: int) -> Tensor:
        numbers, weights = self._tokens(spans)
        device = self._encoder.device
        rows = torch.tensor([self._row(numbers, chunk, chunks) for chunk in range(chunks)], device=device)
        embeddings: Tensor = self._encoder(rows)[0].float().flatten(0, 1)
        if all(weight == 1 for weight in weights):
            return embeddings
        by_place = [weight for chunk in range(chunks) for weight in self._weights(weights, chunk)]
        weighted = embeddings * torch.tensor(by_place, device=device)[:, None]
        kept: Tensor = weighted * (embeddings.mean() / weighted.mean())
        return kept

    def _row(self, numbers: list[int], chunk: int, chunks: int) -> list[int]:
        first, last, padding = (
            self._tokenizer.bos_token_id,
            self._tokenizer.eos_token_id,
            self._tokenizer.pad_token_id,
        )
        inside = numbers[chunk * self.room : (chunk + 1) * self.room]
        row = [first, *inside, last]
        return row + [padding] * (self.room + 2 - len(row))

    def _weights(self, weights: list[float], chunk: int) -> list[float]:
        inside = weights[chunk * self.room : (chunk + 1) * self.room]
        return [1.0, *inside, *[1.0] * (self.room + 1 - len(inside))]
