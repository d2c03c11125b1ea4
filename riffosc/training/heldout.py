"""Wordings that no caption has, kept for evaluation; a test holds that training never sees them."""

WORDINGS: dict[str, tuple[str, ...]] = {  # {what} is an instrument, {genre}, {key} "f minor", {swung} "shuffled"
    "role": ("please give me nothing but {what}", "{what} unaccompanied", "could i have {genre} {what}"),
    "instrument": (
        "someone playing {what}",
        "i want to hear a {what}",
        "{what} performance, {genre} flavour",
        "unaccompanied {what}",
    ),
    "genre": ("something like {genre}", "make it sound {genre}", "an excerpt that belongs to {genre}"),
    "key": ("{what} tuned to {key}", "someone playing {what}, {key} please", "unaccompanied {what}, tonality {key}"),
    "swing": ("something like {swung} {genre}, {what} please", "i want to hear {what}, make it {swung}"),
}
PHRASES = (  # of these wordings, of which captions have none
    "please",
    "unaccompanied",
    "someone",
    "i want",
    "could i",
    "something like",
    "make it",
    "excerpt",
    "tuned to",
    "tonality",
    "performance",
    "flavour",
    "belongs",
)
