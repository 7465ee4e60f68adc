"""Application code that a dump calls may warn, and nobody sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tibidi

if TYPE_CHECKING:
    import crashing


def test_warnings_of_values(crash: crashing.Crasher) -> None:
    """Warnings that a dump provokes are not shown, and count as not shown; those of other threads are shown."""
    result = crash("warning_values.py")
    same, elsewhere, registered = result.stdout.split(maxsplit=2)
    during, afterwards = result.stderr.split("afterwards\n")

    assert {"elsewhere"} == {
        line.split("Warning: ")[1].split()[0] for line in during.splitlines() if "Warning: " in line
    }
    assert int(elsewhere) == during.count("RuntimeWarning: elsewhere") > 40
    assert ("True", "[]\n") == (same, registered)
    assert 1 == afterwards.count("UserWarning: from reduce")
    values = tibidi.load(result.dump, trust=False).exceptions[-1][-1]
    assert {"old": 1} == vars(values["stated"][0])


def test_every_name_that_a_module_lists(crash: crashing.Crasher) -> None:
    """A tool that gets all that modules list, as freezegun does, has no shell imported."""
    code = "import sys, tibidi; [getattr(tibidi, name) for name in dir(tibidi)]; "
    ended = crash.run("-c", code + "print('IPython' in sys.modules, 'tibidi.plugins' in sys.modules); 1 / 0")

    assert "False False\n" == ended.stdout
