"""Where compiled code is kept, and for how long."""

import os
import time
from pathlib import Path

from riffosc.machine_code import KEPT_S, forget_unused


def test_what_nobody_used_for_a_month_is_taken_away(tmp_path: Path) -> None:
    names = {"now": "0" * 16, "recent": "1" * 16, "old": "2" * 16, "theirs": "notes", "longer": "3" * 17}
    folders = {what: tmp_path / name for what, name in names.items()}
    for folder in folders.values():
        folder.mkdir()
        (folder / "code.nbc").write_bytes(b"code")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "song").touch()
    (tmp_path / ("4" * 16)).symlink_to(elsewhere)
    for what, folder in folders.items():
        days = 29 if what == "recent" else 31
        os.utime(folder, (time.time() - days * 86400, time.time() - days * 86400))
    forget_unused(folders["now"])
    assert {path.name for path in tmp_path.iterdir()} >= {names[what] for what in ("now", "recent", "theirs", "longer")}
    assert not folders["old"].exists()
    assert (elsewhere / "song").exists(), "a link is not followed"
    assert KEPT_S == 30 * 86400
