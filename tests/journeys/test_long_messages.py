"""A message as long as the data that it quotes does not bury the crash."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crashing import Crasher

LENGTH = 50_000


def test_long_messages(crash: Crasher) -> None:
    """The beginning of a message is shown, with how much more there is; all of it by `show --all`."""
    (crash.work / "app.py").write_text(f"raise ValueError('row ' + 'y' * {LENGTH})\n", encoding="utf-8")
    dump = str(crash.run("app.py").dump)

    for command in (["tibidi", "info"], ["tibidi", "show", "--plain"], ["tbdebug", "-c", "q"]):
        shown = crash.run("-m", *command, dump).stdout
        told = max(shown.splitlines(), key=len)
        assert "ValueError: row yyy" in told, command
        assert len(told) < 2_100, command
        assert "… +480" in told, command
    assert "y" * LENGTH in crash.run("-m", "tibidi", "show", "--all", "--plain", dump).stdout
