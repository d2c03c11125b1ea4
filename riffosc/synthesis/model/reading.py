"""Prompts to a wish that the composer can fulfil: what is said by name counts, and what is not is believed or drawn.

Names come from `said.py`, beliefs from `heads.py`. Whatever is left to chance is drawn from the seed, each decision
by a number of its own, so that a prompt that is walked to another changes one decision after the other.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from riffosc.composing.genres import GENRES, Genre
from riffosc.composing.loop import ROLES
from riffosc.composing.sounds import BY_ROLE
from riffosc.composing.wish import STYLES, Wish
from riffosc.synthesis.failing import ModelError
from riffosc.synthesis.model.heads import (
    FILE,
    NOT_SAID,
    Belief,
    Heads,
    Shares,
    family_of,
    features,
    load_heads,
    mixed,
    sharpened,
)
from riffosc.synthesis.model.said import Claim, Said, listen
from riffosc.synthesis.model.sentence import Sentences
from riffosc.synthesis.prompt import parse_prompt

BAND = ("drums", "bass", "chords", "lead")
TONAL = ("chords", "lead")  # either may be played by the other's instruments
PLEASANT = ("bossa nova", "dub techno", "funk", "house", "lo-fi hip hop", "reggae", "soul", "synthwave", "trip hop")
SMALL_BANDS = ("drums+bass+chords", "+".join(BAND), "bass+chords+lead")
KNOWN_SOUNDS = frozenset(f"{role}/{name}" for role, sounds in BY_ROLE.items() for name in sounds)
HALF = 0.5  # what weighs less than this may be left out
SHARP, TOLD = 2.0, 3.0  # shares are raised to this power where one is so many times its usual
FAMILY_SHARE, FAMILY_LIFT = 0.4, 2.0  # that one family of sounds needs to be what was meant
ONE_PART = 0.5  # share of single parts from which unknown words are taken for an instrument
MANNER = 0.2  # share from which a manner of playing counts as told
USUAL_SOUND, USUAL_STYLE = 4.0, 4.0  # times as likely, of several that fit, is what the genre plays
FORCE = {"soft": 0.2, "loud": 0.88}
DENSITY = {"sparse": 0.75, "slow": 1.0, "fast": 2.5, "busy": 3.0}  # onsets a beat
SIDE, SURE = 1.0, 0.6  # how far the belief in a mode is to be from what is usual, in logits, and from even
FULL = 3  # parts at least of what is asked for by its genre alone
SUITS = 4.0  # times as likely, where none is told, is a genre that uses what was named


@dataclass(frozen=True, slots=True)
class Heard:
    """One prompt: how much it counts (all sum to 1), what it says by name, and what it probably means."""

    share: float
    said: Said
    belief: Belief
    rest: Belief | None  # in the words that no table has, by themselves

    @property
    def alone(self) -> bool:
        return bool(self.said.of("alone"))

    @property
    def roles_denied(self) -> set[str]:
        return {role for claim in self.said.of("role", denied=True) for role in claim.names}


class Dice:
    """Chances by name: the same name and seed, the same number."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def chance(self, name: str) -> float:
        return float(np.random.default_rng((self._seed, zlib.crc32(name.encode()))).random())

    def pick(self, name: str, shares: Mapping[str, float]) -> str:
        """A label by its share; labels are taken in order, so that a little more of one moves few draws."""
        left = self.chance(name) * sum(shares.values())
        for label, share in shares.items():
            left -= share
            if left < 0:
                return label
        return max(shares, key=lambda label: shares[label])


class Reader:
    """Reads prompts for the composer."""

    def __init__(self, heads: Heads, sentences: Sentences) -> None:
        self.heads, self._sentences = heads, sentences

    @classmethod
    def load(cls, path: Path, sentences: Sentences) -> "Reader":
        """Raises ModelError, in words."""
        heads = load_heads(path)
        if len(heads.mean) != 2 * sentences.width:
            raise ModelError(f"{path} was made for another text encoder than {sentences.path}.")
        return cls(heads, sentences)

    def copy_to(self, folder: Path) -> None:
        """What is needed to load it, into a model's folder."""
        self.heads.save(folder / FILE)

    def belief(self, text: str) -> Belief:
        """What a prompt probably means, names and unknown words alike."""
        return self._heard(text, 1.0).belief

    def wish(self, prompts: Sequence[tuple[str, float]], seed: int, negative: str = "") -> Wish:
        """What is asked for by prompts, each of which has a weight: several are played together.

        A prompt whose share of the weights is below a half takes part by chance, by twice its share. What `negative`
        names is kept away from.
        """
        dice, total = Dice(seed), sum(weight for _, weight in prompts if weight > 0)
        heard = [self._heard(text, weight / total) for text, weight in prompts if weight > 0 and _says_something(text)]
        heard = _taking_part(heard, dice)
        if not heard:
            return _pleasant(dice)
        away = [replace(claim, denied=True) for claim in listen(parse_prompt(negative)).claims]
        first = replace(heard[0], said=replace(heard[0].said, claims=(*heard[0].said.claims, *away)))
        return Understanding([first, *heard[1:]], dice).wish()

    def _heard(self, text: str, share: float) -> Heard:
        said = listen(parse_prompt(text), self._sentences.whole_words)
        rest = self._believed([(word, 1.0) for word in said.unknown]) if said.unknown else None
        return Heard(share, said, self._believed(said.text), rest)

    def _believed(self, spans: Sequence[tuple[str, float]]) -> Belief:
        return self.heads.belief(self.heads(features(self._sentences.text([spans])))[0])


def _says_something(text: str) -> bool:
    return any(weight > 0 and any(map(str.isalnum, words)) for words, weight in parse_prompt(text))


def _taking_part(heard: Sequence[Heard], dice: Dice) -> list[Heard]:
    most = max((one.share for one in heard), default=0.0)
    return [one for i, one in enumerate(heard) if one.share in (most,) or dice.chance(f"prompt {i}") < one.share / HALF]


def _pleasant(dice: Dice) -> Wish:
    """For no words at all: a small band."""
    genre = dice.pick("genre", dict.fromkeys(PLEASANT, 1.0))
    return Wish(genre=genre, roles=tuple(dice.pick("roles", dict.fromkeys(SMALL_BANDS, 1.0)).split("+")))


def sounds_of(claims: Iterable[Claim]) -> set[str]:
    """The names without their roles."""
    return {name.split("/")[1] for claim in claims for name in claim.names}


class Understanding:
    """Prompts that are played together, on their way to one wish."""

    def __init__(self, heard: Sequence[Heard], dice: Dice) -> None:
        self._heard, self._dice = heard, dice
        self._claims = [claim for one in heard for claim in one.said.claims]
        self._placed: dict[str, list[Claim]] = {}  # by role: the sounds that were named for it
        self._no_sounds = sounds_of(claim for claim in self._claims if claim.kind == "sound" and claim.denied)

    def wish(self) -> Wish:
        roles = self._roles()
        genre = self._genre()
        wish = Wish(genre=genre, roles=roles)
        if instruments := self._instruments(roles, GENRES[genre]):
            wish["instruments"] = instruments
        if styles := self._styles(roles, GENRES[genre]):
            wish["styles"] = styles
        self._tell_effects(wish)
        self._tell_manner(wish, GENRES[genre])
        return wish

    def _of(self, kind: str) -> list[Claim]:
        """What is claimed, without what is denied; what weighs little may be left out."""
        return [claim for claim in self._claims if claim.kind == kind and not claim.denied and self._counts(claim)]

    def _counts(self, claim: Claim) -> bool:
        return claim.weight >= HALF or self._dice.chance(f"{claim.kind} {claim.names[0]}") < claim.weight / HALF

    # who plays

    def _roles(self) -> tuple[str, ...]:
        found = {role for one in self._heard for role in self._roles_of(one)}
        return tuple(role for role in ROLES if role in found)

    def _roles_of(self, one: Heard) -> set[str]:
        denied = {role for each in self._heard for role in each.roles_denied}
        named = self._named(one) - denied
        if one.said.of("band") and not any(claim.names[0] != "solo" for claim in one.said.of("alone")):
            return (named | set(BAND)) - denied or set(BAND)
        if not named:
            return self._believed_roles(one, denied)
        if one.rest and not one.alone and _is_one_part(one.rest):
            return named | {self._unknown_part(one.rest, denied)}
        return named

    def _believed_roles(self, one: Heard, denied: set[str]) -> set[str]:
        """Drawn from what the heads believe: a band, but for who asks for one part."""
        drums = {name for claim in one.said.of("style") for name in claim.names if name.startswith("drums/")}
        needed = {"drums"} if drums and not denied & {"drums"} else set()
        fitting = {
            label: share
            for label, share in one.belief.shares["roles"].items()
            if needed <= set(label.split("+")) and not denied & set(label.split("+"))
        }
        if one.alone:
            fitting = {label: share for label, share in fitting.items() if "+" not in label} or fitting
        if not fitting:
            return set(ROLES) - denied or {"chords"}
        if one.rest and _is_one_part(one.rest) and not needed:
            return {self._unknown_part(one.rest, denied)}
        if not one.alone:
            fitting = {label: share for label, share in fitting.items() if label.count("+") >= FULL - 1} or fitting
        return set(self._dice.pick("roles", fitting).split("+"))

    def _unknown_part(self, belief: Belief, denied: set[str]) -> str:
        """The role of what is probably one instrument, by its family, which is noted."""
        sounds = belief.shares["sound"]
        able = [each for each in sounds if each in KNOWN_SOUNDS and each.split("/")[0] not in denied]
        families = {family_of(each): belief.shares["family"].get(family_of(each), 0.0) for each in able}
        family = self._dice.pick("family", sharpened(families, SHARP))
        role = self._dice.pick("part", _by_role({each: sounds[each] for each in able if family_of(each) == family}))
        meant = tuple(each for each in able if family_of(each) == family and each.startswith(f"{role}/"))
        if belief.lift("family", family) >= FAMILY_LIFT:
            self._placed.setdefault(role, []).append(Claim("sound", meant))
        return role

    def _named(self, one: Heard) -> set[str]:
        """The roles that this prompt names, by themselves or by their sounds, which are noted."""
        roles: set[str] = set()
        sounds: list[tuple[Claim, str]] = []
        for segment in dict.fromkeys(claim.segment for claim in one.said.claims):
            mine = [c for c in one.said.claims if c.segment == segment and not c.denied and self._counts(c)]
            bound, free = _bound(mine)
            sounds += bound
            roles |= free
        roles |= {role for _, role in sounds if role}
        for sound, role in sorted(sounds, key=lambda each: (not each[1], len(_natives(each[0])))):
            placed = role or self._place(one, sound, roles)
            if placed:
                roles.add(placed)
                self._placed.setdefault(placed, []).append(sound)
        return roles

    def _place(self, one: Heard, sound: Claim, taken: set[str]) -> str:
        """A role for a sound: one of its own that is free; of chords and lead, the other where both want the same."""
        natives = _natives(sound)
        free = [role for role in natives if role not in taken and role not in one.roles_denied]
        if not free and set(natives) <= set(TONAL):
            free = [role for role in TONAL if role not in taken and role not in one.roles_denied]
        if not free:
            return natives[0] if natives[0] not in TONAL and natives[0] not in one.roles_denied else ""
        marginal = {
            role: sum(s for label, s in one.belief.shares["roles"].items() if role in label.split("+")) for role in free
        }
        return self._dice.pick("place", marginal)

    # what is played

    def _genre(self) -> str:
        denied = {name for claim in self._claims if claim.kind == "genre" and claim.denied for name in claim.names}
        told = [found for one in self._heard if (found := self._genre_told(one))]
        shares = mixed(told or [(one.belief.shares["genre"], one.share) for one in self._heard])
        if not any(one.said.of("genre") for one in self._heard):
            shares = {name: share * self._suits(name) for name, share in shares.items() if name in GENRES}
        allowed = {name: share for name, share in shares.items() if name in GENRES and name not in denied and share > 0}
        return self._dice.pick(
            "genre", allowed or {name: 1.0 for name in GENRES if name not in denied} or {PLEASANT[0]: 1.0}
        )

    def _suits(self, name: str) -> float:
        """How many times as likely it is for what was named; one that is never in four is for who asks for it."""
        genre, factor = GENRES[name], float(GENRES[name].four > 0)
        for role, claims in self._placed.items():
            named = sounds_of(claims)
            factor *= SUITS if named & set(played_in(genre, role)) else 1.0
        styles = {style for claim in self._of("style") for style in claim.names}
        return factor * (SUITS if styles & set(_styles_in(genre)) else 1.0)

    def _genre_told(self, one: Heard) -> tuple[Shares, float] | None:
        """By name, or where belief is well above what is usual."""
        named = [claim for claim in one.said.of("genre") if self._counts(claim)]
        if named:
            shares = [(dict.fromkeys(claim.names, 1 / len(claim.names)), claim.weight) for claim in named]
            return mixed(shares), one.share
        best = one.belief.likeliest("genre")
        if not one.said.unknown or one.belief.lift("genre", best) < TOLD:
            return None
        return sharpened(one.belief.shares["genre"], SHARP), one.share

    def _instruments(self, roles: Iterable[str], genre: Genre) -> dict[str, str]:
        found = {}
        for role in roles:
            shares = self._named_sounds(role) or self._believed_sounds(role) or self._undenied_sounds(role, genre)
            if shares:
                usual = played_in(genre, role)
                weighed = {name: share * (USUAL_SOUND if name in usual else 1) for name, share in shares.items()}
                found[role] = self._dice.pick(f"sound {role}", weighed)
        return found

    def _named_sounds(self, role: str) -> Shares:
        """Names that were said for this role; each prompt's as much as it counts, and by what it believes."""
        shares: Shares = {}
        for claim in self._placed.get(role, ()):
            native = [name.split("/")[1] for name in claim.names if name.startswith(f"{role}/")]
            for name in native or list(dict.fromkeys(name.split("/")[1] for name in claim.names)):
                if name not in self._no_sounds:
                    shares[name] = shares.get(name, 0.0) + claim.weight * self._chance_of(role, name)
        return shares

    def _chance_of(self, role: str, name: str) -> float:
        return sum(one.share * one.belief.shares["sound"].get(f"{role}/{name}", 0.0) for one in self._heard) + 1e-3

    def _believed_sounds(self, role: str) -> Shares:
        """The likeliest family's, where unknown words speak for one."""
        unknown = [(one.rest, one.share) for one in self._heard if one.rest and _is_one_part(one.rest)]
        if not unknown:
            return {}
        sounds = _within(mixed([(belief.shares["sound"], share) for belief, share in unknown]), role)
        now = _families_in(mixed([(belief.shares["family"], share) for belief, share in unknown]), role)
        usual = _families_in(unknown[0][0].usual["family"], role)
        best = max(now, key=lambda name: now[name])
        if now[best] < FAMILY_SHARE or now[best] < FAMILY_LIFT * usual[best]:
            return {}
        chosen = {name: share for name, share in sounds.items() if family_of(f"{role}/{name}") == best}
        return {name: share for name, share in chosen.items() if name not in self._no_sounds}

    def _undenied_sounds(self, role: str, genre: Genre) -> Shares:
        """What the genre plays but for what is denied, if it matters."""
        usual = played_in(genre, role)
        if not self._no_sounds & set(usual):
            return {}
        kept = [name for name in usual if name not in self._no_sounds]
        return dict.fromkeys(kept or sorted(set(BY_ROLE[role]) - self._no_sounds), 1.0)

    def _styles(self, roles: Iterable[str], genre: Genre) -> dict[str, str]:
        usual = {"drums": genre.grooves, "bass": genre.bass_styles, "chords": genre.chord_styles, "lead": ()}
        found = {}
        for role in roles:
            named = [name.split("/")[1] for c in self._of("style") for name in c.names if name.startswith(f"{role}/")]
            shares = {name: USUAL_STYLE if name in usual[role] else 1.0 for name in named if name in STYLES[role]}
            if shares:
                found[role] = self._dice.pick(f"style {role}", shares)
        return found

    def _tell_effects(self, wish: Wish) -> None:
        named = {name for claim in self._of("effect") for name in claim.names}
        denied = {name for c in self._claims if c.kind == "effect" and c.denied for name in c.names}
        if named - denied:
            wish["effects"] = tuple(sorted(named - denied))
        elif denied or self._of("dry"):
            wish["effects"] = ()

    # how it is played

    def _tell_manner(self, wish: Wish, genre: Genre) -> None:
        for claim in self._of("scale"):
            wish["scale"] = claim.names[0]
        if swings := [claim.names[0] for claim in self._of("swing")]:
            wish["swing"] = self._swing(genre) if swings[-1] == "swung" else "straight"
        if mode := self._mode(genre):
            wish["mode"] = mode
        if force := self._manner("force"):
            wish["force"] = FORCE[force]
        if density := self._manner("density") or self._manner("pace"):
            wish["density"] = DENSITY[density]

    def _swing(self, genre: Genre) -> str:
        if genre.swing or genre.shuffle:
            return "eighths" if genre.swing else "sixteenths"
        shares = mixed([(one.belief.shares["swing"], one.share) for one in self._heard])
        return self._dice.pick("swing", {name: shares[name] for name in ("eighths", "sixteenths")})

    def _mode(self, genre: Genre) -> str:
        """By name; else by belief, where unknown words make it another than the genre's."""
        if modes := [claim.names[0] for claim in self._of("mode")]:
            return modes[-1]
        unknown = [one for one in self._heard if one.said.unknown]
        if not unknown:
            return ""
        minor = mixed([(one.belief.shares["mode"], one.share) for one in unknown])["minor"]
        usual = genre.minor if self._of("genre") else unknown[0].belief.usual["mode"]["minor"]
        apart = _logit(minor) - _logit(usual)
        if abs(apart) < SIDE or max(minor, 1 - minor) < SURE or (apart > 0) != (minor > 1 / 2):
            return ""
        return "minor" if minor > 1 / 2 else "major"

    def _manner(self, kind: str) -> str:
        unknown = [one for one in self._heard if one.said.unknown]
        if not unknown:
            return ""
        shares = mixed([(one.belief.shares[kind], one.share) for one in unknown])
        best = max((label for label in shares if label != NOT_SAID), key=lambda label: shares[label])
        return best if shares[best] >= MANNER else ""


def played_in(genre: Genre, role: str) -> tuple[str, ...]:
    """The sounds that are usual there."""
    usual = {"drums": genre.kits, "bass": genre.basses, "chords": genre.harmonies, "lead": genre.leads}
    return usual.get(role, genre.textures)


def _natives(sound: Claim) -> list[str]:
    """The roles in which these sounds are listed."""
    return list(dict.fromkeys(name.split("/")[0] for name in sound.names))


def _bound(claims: Sequence[Claim]) -> tuple[list[tuple[Claim, str]], set[str]]:
    """Of what is said together: sounds, each with the role that it was given or none, and the roles left over.

    "piano chords" are one part; so is "organ pad", and "harpsichord melody". "piano bass drums" are three.
    """
    sounds = [claim for claim in claims if claim.kind == "sound"]
    ways = {claim.at for claim in claims if claim.kind == "style"}
    tonal = [claim for claim in sounds if set(_natives(claim)) <= set(TONAL)]
    roles = [(name, claim.at) for claim in claims if claim.kind == "role" for name in claim.names]
    for pad in [claim for claim in tonal if claim.at in ways]:
        if len(tonal) > 1:
            sounds.remove(pad)
            tonal.remove(pad)
            roles.append(("chords", pad.at))
    given, free = {}, set()
    for role, at in roles:
        able = [claim for claim in sounds if role in _natives(claim) or (role in TONAL and claim in tonal)]
        able = [claim for claim in able if claim.at not in given]
        before = [claim for claim in able if claim.at < at]
        if able:
            given[(before[-1] if before else able[0]).at] = role
        elif not any(role in (given.get(claim.at), *_natives(claim)) for claim in sounds):
            free.add(role)
    if not sounds and not roles:
        free |= {name for claim in claims if claim.kind == "maybe" for name in claim.names}
    for alone in (claim for claim in claims if claim.kind == "alone" and claim.names[0] == "solo"):
        for claim in tonal:
            if claim.at < alone.at and "lead" in _natives(claim):
                given.setdefault(claim.at, "lead")
    return [(claim, given.get(claim.at, "")) for claim in sounds], free


def _within(shares: Mapping[str, float], role: str) -> Shares:
    """Chances of one role's sounds, as shares of 1, by the names alone."""
    mine = {label.split("/")[1]: share for label, share in shares.items() if label.startswith(f"{role}/")}
    return sharpened({name: share for name, share in mine.items() if name in BY_ROLE[role]}, 1.0)


def _families_in(shares: Mapping[str, float], role: str) -> Shares:
    """Shares of the families that one role has."""
    mine = dict.fromkeys((family_of(f"{role}/{name}") for name in BY_ROLE[role]), 0.0)
    return sharpened({family: shares.get(family, 0.0) + 1e-6 for family in mine}, 1.0)


def _by_role(sounds: Mapping[str, float]) -> Shares:
    found: Shares = {}
    for sound, share in sounds.items():
        role = sound.split("/")[0]
        found[role] = found.get(role, 0.0) + share
    return found


def _is_one_part(belief: Belief) -> bool:
    """Whether an instrument is meant, and not a genre or a mood."""
    return sum(share for label, share in belief.shares["roles"].items() if "+" not in label) > ONE_PART


def _styles_in(genre: Genre) -> list[str]:
    return [
        *(f"drums/{style}" for style in genre.grooves),
        *(f"bass/{style}" for style in genre.bass_styles),
        *(f"chords/{style}" for style in genre.chord_styles),
    ]


def _logit(share: float) -> float:
    share = min(max(share, 1e-3), 1 - 1e-3)
    return float(np.log(share / (1 - share)))
