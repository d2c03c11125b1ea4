"""What Riffusion had is held by tests that exist."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
CHECKLIST = (TESTS / "riffusion.md").read_text("utf-8")


def test_every_row_names_a_test_that_is_there() -> None:
    there = {
        node.name
        for path in TESTS.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    rows = [line for line in CHECKLIST.splitlines() if line.startswith("| ") and not line.startswith("| what")]
    assert len(rows) > 30
    for row in rows:
        named = re.findall(r"`(test_\w+)`", row)
        assert named, f"no test in {row}"
        assert set(named) <= there, f"{sorted(set(named) - there)} are nowhere"
