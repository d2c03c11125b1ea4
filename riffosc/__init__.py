"""riffosc: a neural loop instrument without a screen of its own."""

__version__ = "0.1.0"
