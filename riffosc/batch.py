"""One file after another: what becomes what, what went wrong, and how far it is."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

Progress = Callable[[float], None]


class BatchError(ValueError):
    """Files that cannot be converted as asked, in words for the musician."""


@dataclass(frozen=True, slots=True)
class Job:
    source: Path
    target: Path


def jobs(sources: Sequence[Path], out: Path | None, suffix: str, kinds: frozenset[str], recursive: bool) -> list[Job]:
    """What becomes what. A folder gives its files of these kinds; without `out` each stays where it is.

    Raises BatchError, in words, where several files would become one.
    """
    if out is None or out.is_dir() or not out.suffix:
        return _beside(
            ((out or root, root, path) for source in sources for root, path in _files(source, kinds, recursive)), suffix
        )
    if len(sources) != 1 or sources[0].is_dir():
        raise BatchError(f"--out must name a folder for more than one file, not {out}")
    return [Job(sources[0], out)]


def _beside(found: Iterable[tuple[Path, Path, Path]], suffix: str) -> list[Job]:
    """Targets like their sources, with another ending; a second of the same name keeps its own ending before it."""
    made: dict[Path, Job] = {}
    for folder, root, path in found:
        like = folder / path.relative_to(root)
        target = like.with_suffix(suffix)
        if target in made:
            target = like.with_name(like.name + suffix)
        made.setdefault(target, Job(path, target))
    return list(made.values())


def _files(source: Path, kinds: frozenset[str], recursive: bool) -> Iterator[tuple[Path, Path]]:
    """Files and the folder each was looked for in. A folder without any stands for itself: it will be complained of."""
    if not source.is_dir():
        yield source.parent, source
        return
    inside = sorted(source.rglob("*") if recursive else source.iterdir())
    found = [path for path in inside if path.suffix.lower() in kinds and path.name[0] != "." and path.is_file()]
    yield from ((source, path) for path in found or [source])


def run(todo: list[Job], force: bool, convert: Callable[[Job, Progress], list[str]]) -> dict[Path, str]:
    """Convert all, saying what comes of each; why each of those failed that did."""
    failed: dict[Path, str] = {}
    taken: set[Path] = set()
    with _progress(len(todo)) as started:
        for job in todo:
            try:
                progress = started(job.source.name)
                _prepare(job, taken, force)
                first, *notes = convert(job, progress)
            except (ValueError, OSError, MemoryError) as error:
                failed[job.source] = words_of(error, job.source)
                if len(todo) > 1:
                    click.echo(failed[job.source], err=True)
            else:
                click.echo("\n".join((first, *(f"  {note}" for note in notes))))
    return failed


def words_of(error: Exception, source: Path) -> str:
    """One sentence that names the file."""
    if isinstance(error, MemoryError):
        words = "it needs more memory than there is"
    else:
        words = str(getattr(error, "strerror", None) or error)
    return words if source.name and source.name in words else f"{source}: {words}"


def _prepare(job: Job, taken: set[Path], force: bool) -> None:
    """Raises BatchError where there is nothing to convert or a file would be lost."""
    if job.source.is_dir():
        raise BatchError("there is nothing to convert in this folder itself; --recursive looks into those inside")
    target = job.target.resolve()
    if target == job.source.resolve():
        raise BatchError("it would be replaced by what is made of it; --out says where else")
    if target in taken:
        raise BatchError(f"another file became {job.target} already")
    if target.exists() and not force:
        raise BatchError(f"{job.target} is there already; --force replaces it")
    taken.add(target)
    target.parent.mkdir(parents=True, exist_ok=True)


@contextmanager
def _progress(files: int) -> Iterator[Callable[[str], Progress]]:
    """A bar on the terminal, if there is one: how many files are done, and how far this one is."""
    from rich.console import Console
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    bars = Bars(console=console, transient=True, redirect_stdout=sys.stdout.isatty(), disable=not console.is_terminal)
    with bars:
        task = bars.add_task("", total=files, completed=-1)
        done = -1

        def started(name: str) -> Progress:
            nonlocal done
            done += 1
            begun = done
            bars.update(task, description=name.replace("[", r"\["), completed=begun)
            return lambda part: bars.update(task, completed=begun + part)

        yield started
