"""The notes that a clip is to be painted of: what each player plays, token by token, and on what.

As in "Multi-instrument music synthesis with spectrogram diffusion" (Hawthorne et al., arXiv 2206.05408) the network is
told notes and paints their sound; here they come as a piano roll of each player, which is circular like all else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from riffosc.composing.loop import ROLES, Note, Part
from riffosc.synthesis.failing import ModelError

PITCHES = range(24, 96)  # MIDI numbers; what lies beyond is moved by octaves
DRUMS = range(35, 82)  # of General MIDI's drum map
ROWS = len(PITCHES) + len(DRUMS)
ROLL = 3 * ROWS  # a note begins, how late in its token it does, it sounds
NOBODY = 0  # the number of no sound
FORCE, FORCE_DEVIATION = 0.6, 0.2  # how hard parts of the corpus are played


@dataclass(frozen=True, slots=True)
class Player:
    """One part as numbers."""

    sound: int  # 1 and up, a place in the plan's sounds
    manner: Tensor  # (roles + 1 + effects,): what role, how hard, which effects
    notes: Tensor  # (notes, 4): start and length in beats, row, velocity 0..1


@dataclass(frozen=True, slots=True)
class Band:
    """The players of a batch of clips."""

    clip: Tensor  # (players,) in which clip of the batch each plays
    seat: Tensor  # (players,) each one's place among those of its clip
    sound: Tensor  # (players,)
    manner: Tensor  # (players, manner)
    roll: Tensor  # (players, tokens, ROLL)
    seats: int  # places in each clip

    def seen(self, rows: Sequence[int], starts: Sequence[int], width: int) -> "Band":
        """The band of a single clip, as these clips of a batch see it: each from its token on, `width` of them."""
        players, tokens = self.roll.shape[:2]
        at = (torch.tensor(starts)[:, None] + torch.arange(width)) % tokens
        return Band(
            torch.tensor(rows).repeat_interleave(players),
            self.seat.repeat(len(rows)),
            self.sound.repeat(len(rows)),
            self.manner.repeat(len(rows), 1),
            self.roll[:, at].transpose(0, 1).flatten(0, 1),
            self.seats,
        )


class Names:
    """Sounds and effects by number."""

    def __init__(self, sounds: Sequence[str], effects: Sequence[str]) -> None:
        self._sounds = {name: number for number, name in enumerate(sounds, NOBODY + 1)}
        self._effects = tuple(effects)

    def player(self, part: Part) -> Player:
        """Raises ModelError for a sound that the network was never told of."""
        if part.instrument not in self._sounds:
            raise ModelError(f"The model does not know the sound {part.instrument}: it is of another version.")
        manner = [float(part.role == role) for role in ROLES] + [(part.force - FORCE) / FORCE_DEVIATION]
        manner += [float(effect in part.effects) for effect in self._effects]
        notes = [(note.start_beat, note.length_beats, row(note, part.role), note.velocity / 127) for note in part.notes]
        return Player(self._sounds[part.instrument], torch.tensor(manner), torch.tensor(notes).reshape(-1, 4))


def manner_size(effects: int) -> int:
    return len(ROLES) + 1 + effects


def row(note: Note, role: str) -> int:
    """Of the piano roll: pitches from the lowest, then drums."""
    if role == "drums":
        return len(PITCHES) + min(max(note.pitch, DRUMS[0]), DRUMS[-1]) - DRUMS[0]
    pitch = note.pitch
    while pitch < PITCHES[0]:
        pitch += 12
    while pitch > PITCHES[-1]:
        pitch -= 12
    return pitch - PITCHES[0]


def band(clips: Sequence[Sequence[Player]], beats: int, per_beat: int, seats: int = 0) -> Band | None:
    """The players of clips of `beats` beats; None where nobody plays in any."""
    seated = [(clip, seat, one) for clip, players in enumerate(clips) for seat, one in enumerate(players)]
    if not seated:
        return None
    which, seat, players = zip(*seated, strict=True)
    return Band(
        torch.tensor(which),
        torch.tensor(seat),
        torch.tensor([player.sound for player in players]),
        torch.stack([player.manner for player in players]),
        rolls([player.notes for player in players], beats * per_beat, per_beat),
        max(seats, 1 + max(seat)),
    )


def rolls(notes: Sequence[Tensor], tokens: int, per_beat: int) -> Tensor:
    """Notes (notes, 4) of each player as (players, tokens, ROLL); what lasts past the end goes on at the beginning."""
    whose = torch.repeat_interleave(torch.arange(len(notes)), torch.tensor([len(each) for each in notes]))
    start, length, place, velocity = torch.cat(list(notes)).double().unbind(1)
    place, exact = place.long(), start * per_beat
    first = (exact + 1e-3).floor()
    late = (exact - first).clamp(min=0)
    last = torch.maximum((exact + length.clamp(max=tokens / per_beat) * per_beat - 1e-3).ceil(), first + 1)
    begins, wraps = (first.long() % tokens), last.long() > tokens
    roll = torch.zeros(len(notes), tokens + 1, 3, ROWS)
    for mark, value in enumerate((velocity, velocity * late, velocity)):
        roll.index_put_((whose, begins, torch.full_like(begins, mark), place), value.float(), accumulate=True)
    ends = torch.where(wraps, last.long() - tokens, last.long())
    sounding = torch.full_like(ends, 2)
    roll.index_put_((whose, ends, sounding, place), -velocity.float(), accumulate=True)
    again = velocity.float() * wraps
    roll.index_put_((whose, torch.zeros_like(ends), sounding, place), again, accumulate=True)
    roll[:, :, 2] = roll[:, :, 2].cumsum(1)
    return roll[:, :tokens].flatten(2)


@dataclass(frozen=True, slots=True)
class Played:
    """A band as the blocks take it."""

    tokens: Tensor  # (batch, seats, width), one for each player
    bias: Tensor  # (batch, seats): 0, or minus infinity where nobody sits
    notes: Tensor  # (batch, tokens, width), to be added to the clip's tokens
    summary: Tensor  # (batch, told), of all that play


class Players(nn.Module):
    """Each player's roll, coloured by its sound and manner (FiLM, arXiv 1709.07871), summed over the players.

    What a clip sounds like as a whole, how bright and how loud, is told by a sum over the players, too.
    """

    def __init__(self, sounds: int, effects: int, width: int, told: int) -> None:
        super().__init__()
        self.sound = nn.Embedding(NOBODY + 1 + sounds, width)
        self.manner = nn.Linear(manner_size(effects), width, bias=False)
        self.notes = nn.Linear(ROLL, width, bias=False)
        self.colour = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width, bias=False)
        self.voice, self.together = nn.Linear(width, told), nn.Linear(told, told, bias=False)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.together.weight)

    def forward(self, band: Band, batch: int) -> Played:
        who = self.sound(band.sound) + self.manner(band.manner)
        gain, shift = self.colour(who)[:, None].chunk(2, -1)
        heard = self.out(F.silu(self.notes(band.roll) * (1 + gain) + shift))
        notes = heard.new_zeros(batch, *heard.shape[1:]).index_add(0, band.clip, heard)
        tokens = who.new_zeros(batch, band.seats, who.shape[-1]).index_put((band.clip, band.seat), who)
        bias = torch.full((batch, band.seats), -torch.inf)
        bias[band.clip, band.seat] = 0.0
        each = F.silu(self.voice(who))
        summary = self.together(each.new_zeros(batch, each.shape[-1]).index_add(0, band.clip, each))
        return Played(tokens, bias, notes, summary)
