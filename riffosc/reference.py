"""Every command that riffosc takes, whichever part of it answers."""

from riffosc import commands, modulation, quantise, slots, snapshots
from riffosc.commands import CommandDoc
from riffosc.midi.commands import DOCS


def every_command() -> list[CommandDoc]:
    parts = (commands, quantise, slots, snapshots, modulation)
    named = [doc for part in parts for doc in vars(part).values() if isinstance(doc, CommandDoc)]
    found = {doc.address: doc for doc in (*commands.COMMANDS, *named, *DOCS)}
    return list(found.values())
