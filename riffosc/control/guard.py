"""Who may ask over HTTP. Any page that a browser shows can reach this computer's ports; few have business here.

A page of another site is told apart by two headers that it cannot forge: `Host`, the name that the browser
believes it talks to (DNS rebinding gives a stranger's name our address), and `Origin`, the site that the page is
from. Programs that are no browsers send no `Origin`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from riffosc.control.networks import Networks

LOCAL = ("127.0.0.1", "localhost", "[::1]")
PUBLIC = ("/strudel.json", "/clips/")  # what the pages of other sites may read, too: beginnings of paths

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?")


@dataclass(frozen=True, slots=True)
class Request:
    """What decides whether it is answered."""

    path: str
    source: str  # address of who asks
    reached: tuple[str, int]  # our address and port that were asked
    headers: Mapping[str, str]  # names in lower case
    changes: bool = False  # whether it can do more than read


class Guard:
    """`names` are ours besides those of every computer: what `--bind` says. The pages of `sites` may do everything."""

    def __init__(self, networks: Networks, names: Iterable[str] = (), sites: Iterable[str] = ()) -> None:
        self._allow = networks.allow
        self._sites = {site.lower().rstrip("/") for site in sites}
        self._names = {*LOCAL, *(bracketed(name.lower()) for name in names)}

    def refusal(self, request: Request) -> str:
        """Why it is not answered, in words; empty if it is."""
        if not self._allow(request.source):
            return f"{request.source} is not in a network that --allow names"
        host = request.headers.get("host", "").lower()
        if not self._ours(host, *request.reached):
            return "this is not the name of a riffosc"
        origin = request.headers.get("origin")
        if origin is None or origin.lower() in {f"http://{host}", *self._sites}:
            return ""
        if request.path.startswith(PUBLIC) and not request.changes:
            return ""
        return "the pages of other sites may not look in here"

    def _ours(self, host: str, address: str, port: int) -> bool:
        found = _HOST.fullmatch(host)
        return bool(found and found[1] in {*self._names, bracketed(address)} and int(found[2] or port) == port)


def bracketed(address: str) -> str:
    """As an address stands in a URL."""
    return f"[{address}]" if ":" in address and not address.startswith("[") else address
