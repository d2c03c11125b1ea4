"""What is said of a model to the musician: how far it is, and what is wrong with it."""

from collections.abc import Callable

Tell = Callable[[str], None]


class ModelError(ValueError):
    """A model that cannot be used, in one sentence."""


def lacks_memory(error: Exception) -> bool:
    """Whether it was for want of memory; the processor's allocator has no kind of error to itself."""
    named = type(error).__name__ == "OutOfMemoryError" or isinstance(error, MemoryError)
    return named or (isinstance(error, RuntimeError) and "alloc" in str(error) and "memory" in str(error))
