"""Clips for Strudel: a map that names each by a URL of its own, and the sounds themselves, for the pages of any site.

The map is what Strudel's `samples()` takes. A sound stays in Strudel for as long as its page does, and in a browser
longer: so no URL ever means two clips, and only the map is asked for anew each time.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from riffosc.control.offers import Loops

MAP = "/strudel.json"
CLIPS = "/clips/"
NEWEST = 64  # of a voice in the map
SHARED = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
SOUND = {
    **SHARED,
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Length, Content-Range",
    "Cache-Control": "public, max-age=31536000, immutable",
}
PREFLIGHT = {
    **SHARED,
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Range",
    "Access-Control-Allow-Private-Network": "true",
    "Access-Control-Max-Age": "600",
}
NO_FOLDER = "there are no clips to be had; start riffosc with --folder"


def routes(loops: Loops | None, headers: Mapping[str, str]) -> list[Route]:
    """The map and the clips; `headers` are those that every answer has, unless ours say otherwise."""
    shelf = _Shelf(loops, headers)
    methods = ["GET", "OPTIONS"]
    return [Route(MAP, shelf.map, methods=methods), Route(CLIPS + "{bank}/{name}", shelf.clip, methods=methods)]


def sample_map(banks: Mapping[str, Iterable[Path]], base: str) -> dict[str, str | list[str]]:
    """Bank to URLs below `base`, the newest clip first: `s("riff1")` is it, `n(1)` the one before."""
    named = {bank: [url for path in paths if (url := _url(bank, path))] for bank, paths in banks.items()}
    return {"_base": base, **{bank: urls for bank, urls in named.items() if urls}}


def _url(bank: str, path: Path) -> str:
    """With the time of writing, for a folder may be emptied and its numbers begin again. Empty if it has gone."""
    try:
        return f"{bank}/{quote(path.name)}?{path.stat().st_mtime_ns:x}"
    except FileNotFoundError:
        return ""


class _Shelf:
    """The endpoints; Starlette calls them in threads of its own, for disks take their time."""

    def __init__(self, loops: Loops | None, headers: Mapping[str, str]) -> None:
        self._loops = loops
        self._headers = headers

    def map(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return self._preflight()
        if self._loops is None:
            return PlainTextResponse(NO_FOLDER, 404, {**self._headers, **SHARED})
        base = f"http://{request.headers['host']}{CLIPS}"
        return JSONResponse(sample_map(self._loops.newest(NEWEST), base), headers={**self._headers, **SHARED})

    def clip(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return self._preflight()
        named = request.path_params
        path = self._loops.loop(named["bank"], named["name"]) if self._loops else None
        if path is None:
            return PlainTextResponse("no such clip", 404, {**self._headers, **SHARED})
        return FileResponse(path, media_type="audio/wav", headers={**self._headers, **SOUND})

    def _preflight(self) -> Response:
        """A browser asks whether its page may ask, when that is not of this computer."""
        return Response(None, 204, {**self._headers, **PREFLIGHT})
