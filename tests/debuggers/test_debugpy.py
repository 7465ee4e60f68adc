"""debugpy, which VS Code and other IDEs use."""

from __future__ import annotations

import json
import re
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import crashing
import pytest
from debuggers.dap import SECONDS, Client, free_port

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from debuggers.conftest import Shop

pytest.importorskip("debugpy", reason="debugpy is not installed on this interpreter")

ATTACH = {"request": "attach", "justMyCode": False}


class Session:
    """A dump in debugpy, stopped in its innermost frame."""

    def __init__(self, client: Client, process: subprocess.Popen[bytes]) -> None:
        self.client = client
        self.process = process
        self.thread = client.event("stopped")["threadId"]
        self.frames = client.stack(self.thread)


@contextmanager
def opened(shop: Shop) -> Iterator[Session]:
    """Run `python -m debugpy --listen … --wait-for-client -m tbdebug DUMP` with an IDE attached."""
    port = free_port()
    command = [str(shop.python), "-Xfrozen_modules=off", "-m", "debugpy"]
    command += ["--listen", f"127.0.0.1:{port}", "--wait-for-client", *shop.command()[1:]]
    with shop.running(*command) as process, Client(port) as client:
        client.begin(ATTACH, ["uncaught"])
        yield Session(client, process)


@pytest.fixture
def session(shop: Shop) -> Iterator[Session]:
    """The dump in debugpy."""
    with opened(shop) as session:
        yield session


@pytest.mark.shows("debugpy", "stackTrace: only frames of the application, right lines")
def test_stack(session: Session, shop: Shop) -> None:
    """The stack has only frames of the application."""
    assert [
        ("total", shop.line("raise LookupError")),
        ("main", shop.line("print(total")),
        ("<module>", shop.line("    main()")),
    ] == [(frame["name"], frame["line"]) for frame in session.frames]


@pytest.mark.shows("debugpy", "source: the captured text, where a different local file has the name")
def test_source(session: Session, shop: Shop) -> None:
    """The IDE gets a copy of the captured text, not the different local file."""
    path = Path(session.frames[0]["source"]["path"])

    assert shop.program != path
    assert shop.program.name == path.name
    assert "def total(cart" in path.read_text(encoding="utf-8")


@pytest.mark.shows("debugpy", "source: the captured text, where the file is gone")
def test_source_of_a_gone_file(shop: Shop) -> None:
    """If the file is missing, the debugger itself serves the captured text."""
    shop.program.unlink()
    with opened(shop) as session:
        source = session.frames[0]["source"]
        assert str(shop.program) == source["path"]
        assert source["sourceReference"] > 0

        answer = session.client.request("source", source=source, sourceReference=source["sourceReference"])
        assert "def total(cart" in answer["content"]


@pytest.mark.shows("debugpy", "scopes, variables, evaluate, setVariable")
def test_variables(session: Session) -> None:
    """The variables of each frame are shown, and can be evaluated and set."""
    reference, variables = session.client.frame_variables(session.frames[0])
    expected = {"subtotal": "4.5", "größe": "2", "names": "('apple', 'plum')", "tax": "0.5"}
    assert expected == {name: variables[name]["value"] for name in expected}

    cart = session.client.variables(variables["cart"]["variablesReference"])
    assert "'ann'" == cart["owner"]["value"]

    frame_id = session.frames[0]["id"]
    assert "9.0" == session.client.request("evaluate", expression="subtotal * 2", frameId=frame_id)["result"]

    session.client.request("setVariable", variablesReference=reference, name="subtotal", value="99")
    assert "99" == session.client.request("evaluate", expression="subtotal", frameId=frame_id)["result"]


@pytest.mark.shows("debugpy", "threads: the whole process by name, stacks and variables of each")
def test_threads(session: Session, shop: Shop) -> None:
    """The thread list shows the crashed program's threads by name, with their stacks and variables."""
    threads = {thread["name"]: thread["id"] for thread in session.client.request("threads")["threads"]}
    assert "MainThread (crashed)" in threads
    assert "stock keeper" in threads
    assert "tbdebug" in threads  # its main thread
    assert "MainThread" not in threads

    # A stop in one thread suspends all; each gets there at its next line.
    end = time.monotonic() + SECONDS
    keeping = None
    while keeping is None and time.monotonic() < end:
        time.sleep(0.1)
        frames = session.client.stack(threads["stock keeper"])
        keeping = next((frame for frame in frames if frame["name"] == "keep_stock"), None)
    assert keeping
    assert shop.line("closing.wait()") == keeping["line"]
    assert "'deliveries'" == session.client.frame_variables(keeping)[1]["waiting_for"]["value"]


@pytest.mark.shows("debugpy", "continue: the uncaught exception, exceptionInfo")
def test_exception(session: Session) -> None:
    """After the breakpoint debugpy stops at the exception, with type and message; then the status is 0."""
    session.client.request("continue", threadId=session.thread)
    stopped = session.client.event("stopped")
    assert "exception" == stopped["reason"]

    information = session.client.request("exceptionInfo", threadId=stopped["threadId"])
    assert information["exceptionId"].endswith("LookupError")
    assert "no price for 'plum', 2 ordered" == information["description"]
    assert "total" == session.client.stack(stopped["threadId"])[0]["name"]

    session.client.request("continue", threadId=session.thread)
    session.client.event("terminated")
    assert 0 == session.process.wait(30)


@pytest.mark.shows("debugpy", "by PYTHONBREAKPOINT=debugpy.breakpoint, after debugpy.listen")
def test_chosen(shop: Shop) -> None:
    """PYTHONBREAKPOINT=debugpy.breakpoint with a client stops at the same place."""
    port = free_port()
    program = f"import debugpy, runpy; debugpy.listen(('127.0.0.1', {port})); debugpy.wait_for_client(); "
    program += f"import sys; sys.argv = ['tbdebug', '--live', {str(shop.dump)!r}]; "
    program += "runpy.run_module('tbdebug', run_name='__main__')"
    command = (str(shop.python), "-Xfrozen_modules=off", "-c", program)
    with shop.running(*command, PYTHONBREAKPOINT="debugpy.breakpoint") as process, Client(port) as client:
        client.begin(ATTACH, [])
        thread = client.event("stopped")["threadId"]
        frames = client.stack(thread)

        assert ["price", "total", "main", "<module>"] == [frame["name"] for frame in frames]
        assert "4.5" == client.frame_variables(frames[1])[1]["subtotal"]["value"]
        client.request("continue", threadId=thread)
        assert 0 == process.wait(30)


@pytest.mark.shows("debugpy", "launch.json of docs/vscode.md")
def test_launch_configuration(shop: Shop) -> None:
    """The configuration that docs/vscode.md gives starts tbdebug and stops at the crash."""
    text = (crashing.ROOT / "docs" / "vscode.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    configuration = next(each for each in json.loads(example)["configurations"] if each["request"] == "launch")
    # What VS Code fills in: the answer to its question, the interpreter, the folder; a terminal is its own affair.
    filled = {"args": [str(shop.dump)], "python": [str(shop.python)], "cwd": str(shop.program.parent)}
    port = free_port()
    adapter = (str(shop.python), "-m", "debugpy.adapter", "--host", "127.0.0.1", "--port", str(port))
    with shop.running(*adapter), Client(port) as client:
        client.begin({**configuration, **filled, "console": "internalConsole"}, ["uncaught"])
        thread = client.event("stopped")["threadId"]

        assert ["price", "total", "main", "<module>"] == [frame["name"] for frame in client.stack(thread)]
        client.request("disconnect", terminateDebuggee=True)
