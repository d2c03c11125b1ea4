"""The reference for browsers: one page that is itself an OSCQuery client, and who gets it."""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path


@cache
def page() -> tuple[str, str]:
    """The page, and the policy by which nothing but its own script and style takes effect on it."""
    html = Path(__file__).with_name("page.html").read_text("utf-8")
    script, style = (_digest(html, tag) for tag in ("script", "style"))
    policy = (
        f"default-src 'none'; script-src '{script}'; style-src '{style}'; img-src data:; connect-src 'self' ws:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return html, policy


def _digest(html: str, tag: str) -> str:
    (inside,) = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
    return "sha256-" + b64encode(sha256(inside.encode()).digest()).decode()


def prefers_page(accept: str) -> bool:
    """Whether an Accept header asks for HTML rather than JSON; programs that take anything get JSON."""
    weights = {}
    for part in accept.split(","):
        kind, *parameters = (word.strip().lower() for word in part.split(";"))
        weights[kind] = next((_weight(one[2:]) for one in parameters if one.startswith("q=")), 1.0)
    html = weights.get("text/html", 0.0)
    return html > 0 and html >= weights.get("application/json", 0.0)


def _weight(words: str) -> float:
    try:
        return float(words)
    except ValueError:
        return 0.0
