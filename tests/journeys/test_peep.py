"""`python -m tbpeep`: a dump in peepshow, in a pseudo-terminal."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import pytest
from debuggers.terminal import Terminal

if TYPE_CHECKING:
    from crashing import Crasher

pytestmark = pytest.mark.ends

needs_peepshow = pytest.mark.skipif(
    importlib.util.find_spec("peepshow") is None, reason="peepshow is not installed on this interpreter"
)


@needs_peepshow
def test_explores_the_dump(crash: Crasher) -> None:
    """In a terminal tbpeep shows the dump in peepshow, values of frames can be reached, quitting gives status 0."""
    crash("divide.py", "5", "0")
    environ = crash.environment({"TIBIDI_ENABLE": None, "TERM": "xterm"})
    with Terminal([str(crash.python), "-m", "tbpeep"], environ, crash.work) as terminal:
        assert "tibidi.dump.Dump" in terminal.wait_for("MRO")
        terminal.wait_for("> ")
        terminal.press("!dump['exceptions'][-1][-1]['x'] + 1\r")
        terminal.wait_for("\n6\n")
        terminal.press("q\r")

        assert 0 == terminal.status()


@needs_peepshow
def test_needs_a_terminal(crash: Crasher) -> None:
    """Without a terminal tbpeep says what to do instead, with status 2."""
    crash("divide.py", "5", "0")
    ended = crash.run("-m", "tbpeep", env={"TIBIDI_ENABLE": None})

    assert (2, "") == (ended.status, ended.stdout)
    assert "needs a terminal" in ended.stderr
    assert "python -m tibidi show" in ended.stderr


def test_not_installed(crash: Crasher) -> None:
    """Where peepshow is not installed one line says how to install it, with status 2."""
    crash("divide.py", "5", "0")
    hide = "import sys; sys.modules['peepshow'] = None; import tbpeep; sys.argv[0] = 'tbpeep'; sys.exit(tbpeep.main())"
    ended = crash.run("-c", hide, env={"TIBIDI_ENABLE": None})

    assert (2, "") == (ended.status, ended.stdout)
    assert 1 == ended.stderr.count("\n")
    assert "pip install peepshow==0.3.0" in ended.stderr
