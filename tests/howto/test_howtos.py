"""Each how-to page does what it says: its files are written, its commands run, its output printed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from crashing import ROOT, run_process
from howto import pages
from howto.deployments import command as command_of
from howto.deployments import environment, is_deployment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crashing import Crasher

DOCS = ROOT / "docs"
RUN = sorted([*DOCS.glob("howto/*.md"), DOCS / "tutorial.md"])
RUN.remove(DOCS / "howto" / "index.md")
PORT = "8000"  # of the servers on the pages


@pytest.fixture
def environ(crash: Crasher, python: Path) -> dict[str, str]:
    """The environment of a user: a shell with Python and tibidi on its path, and no setting."""
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    unset = dict.fromkeys(("TIBIDI_ENABLE", "TIBIDI_DIR", "TIBIDI_KEY_FILE"))
    return crash.environment({"PATH": path, "NO_COLOR": "1", "PAGER": "cat", **unset})


@pytest.fixture
def background() -> Iterator[list[subprocess.Popen[bytes]]]:
    """The processes in the background, which are ended after the test."""
    running: list[subprocess.Popen[bytes]] = []
    yield running
    for process in running:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.stem)
def test_page(page: Path, crash: Crasher, environ: dict[str, str], background: list[subprocess.Popen[bytes]]) -> None:
    """Every command of the page prints what the page says that it prints."""
    for name in pages.needs(page):
        pytest.importorskip(name, reason=f"{page.name} needs {name}")
    port = free_port()
    for block in pages.blocks(page):
        if isinstance(block, pages.File):
            target = crash.work / block.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
            if is_deployment(block.path):
                environ.update(environment(block.path, block.text))
                run_process(["sh", "-c", command_of(block.path, block.text)], env=environ, cwd=crash.work)
            continue
        command = block.command.replace(PORT, port)
        if command.endswith("&"):
            shell = ["sh", "-c", command[:-1]]
            background.append(
                subprocess.Popen(
                    shell, cwd=crash.work, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            )  # fmt: skip
            continue
        typed = "".join(f"{line}\n" for line in block.typed)
        _, stdout, stderr = run_process(["sh", "-c", command], env=environ, cwd=crash.work, stdin=typed)
        output = (stderr + stdout).replace(port, PORT)

        assert [] == pages.missing(block.printed, output), f"$ {command}\n{output}"


def free_port() -> str:
    """Return the number of a port that nothing listens on."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return str(server.getsockname()[1])
