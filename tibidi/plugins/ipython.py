"""The extension for IPython and Jupyter, `%load_ext tibidi`: %tbdebug and %tbshow."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from IPython.core.magic import Magics, line_magic, magics_class
from IPython.display import display

from tibidi import commands
from tibidi.commands import show, tbdebug
from tibidi.loader import load, open_dump
from tibidi.revive.banner import banner
from tibidi.revive.importing import extend_path
from tibidi.revive.revived import RevivedDump


def load_ipython_extension(shell: Any) -> None:
    """Add the magics to a shell of IPython; called by `%load_ext tibidi`."""
    shell.register_magics(DumpMagics)


@magics_class
class DumpMagics(Magics):
    """The magics; they take the arguments of the commands."""

    shell: Any

    @line_magic
    def tbdebug(self, line: str) -> None:
        """Open a dump in the debugger: %tbdebug [--live | --inert] [--exception N] [DUMP].

        A notebook has no terminal: there `%debug` and `%tb` work on the crash afterwards.
        """
        self._run(self._revive if hasattr(self.shell, "kernel") else tbdebug.main, line)

    @line_magic
    def tbshow(self, line: str) -> None:
        """Show a dump, in a notebook as a page: %tbshow [DUMP]."""
        self._run(self._show if hasattr(self.shell, "kernel") else show.main, line)

    def _run(self, command: Callable[[Sequence[str]], int], line: str) -> None:
        with suppress(SystemExit):  # after --help
            commands.run(command, shlex.split(line), "tibidi")

    def _revive(self, argv: Sequence[str]) -> int:
        options = commands.parse(tbdebug.parser(), argv)
        revived = RevivedDump(open_dump(options.dump, options.trust, extend_path))
        number = revived.first_shown(options.exception)
        revived.set_last_exception(number)
        self.shell.InteractiveTB.tb = None  # of the last cell that failed; without it %debug takes sys.last_traceback
        print("\n".join(banner(revived, number)))
        print("%debug opens it, %tb prints the traceback")
        return 0

    def _show(self, argv: Sequence[str]) -> int:
        if argv[1:]:
            return show.main(["--plain", *argv])
        display(load(argv[0] if argv else None, trust=False))  # type: ignore[no-untyped-call]
        return 0
