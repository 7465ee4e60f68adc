"""pdb, the debugger of `tbdebug` when none was chosen."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from crashing import run_process
from debuggers.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher
    from debuggers.conftest import Shop


def answers(shop: Shop, *lines: str, args: tuple[str, ...] = (), **environ: str) -> str:
    """Return the output of pdb for these lines from a pipe."""
    status, stdout, stderr = run_process(
        shop.command(*args),
        env={**shop.environ, **environ},
        cwd=shop.program.parent,
        stdin="\n".join([*lines, ""]),
    )

    assert (0, "") == (status, stderr)
    return stdout


@pytest.mark.shows("pdb", "opens at the crash, only frames of the application, source as captured")
def test_where(shop: Shop) -> None:
    """`where` shows the application's frames only, with the captured source, though the local file differs."""
    said = answers(shop, "where", "q")

    shown = said.split("(Pdb) ")[1]
    frames = [line for line in shown.splitlines() if "shop.py(" in line]
    assert [
        f"  {shop.program}({shop.line('    main()')})<module>()",
        f"  {shop.program}({shop.line('print(total')})main()",
        f"> {shop.program}({shop.line('raise LookupError')})total()",
    ] == frames
    assert "-> raise LookupError(" in shown
    assert '-> print(total(cart, "apple", "plum", hurry=True))' in shown
    assert "different" not in shown
    assert "tibidi" not in shown.replace(str(shop.program), "")


@pytest.mark.shows("pdb", "p, pp, args, up, down, ll, display, assignments")
def test_commands(shop: Shop) -> None:
    """The commands of pdb work on the captured values."""
    said = answers(
        shop,
        "p subtotal, größe, names",
        "args",
        "pp options",
        "ll",
        "up",
        "p cart.owner, cart.price('pear')",
        "down",
        "p with_tax(2)",
        "display subtotal",
        "subtotal = 99",
        "up",
        "down",
        "p subtotal",
    )

    assert "(4.5, 2, ('apple', 'plum'))" in said
    assert "tax = 0.5" in said
    assert "{'hurry': True}" in said
    assert f"{shop.line('def total'):>3}" in said
    assert "def with_tax(amount):" in said
    assert "('ann', 4)" in said
    assert "3.0" in said
    assert "(Pdb) 99" in said


UNBOUND = """
def pay(amount):
    if amount > 3:
        discount = 1
    rest = amount / 0
    return lambda: rest - discount
pay(1)
"""


def test_unbound_variable(crash: Crasher, tmp_path: Path) -> None:
    """Of a local variable that had no value at the crash pdb says so; of an unknown name, what it always says."""
    (tmp_path / "app.py").write_text(UNBOUND)
    dump = crash(tmp_path / "app.py").dump
    lines = ("p discount", "rest", "p [rest for _ in range(2)]", "p nobody", "rest = 3", "p rest", "up", "p rest", "q")

    said = crash.run("-m", "tbdebug", str(dump), stdin="\n".join(lines)).stdout.split("(Pdb) ")[1:]

    why = "pay() had not assigned it, or had deleted it"
    assert f"*** NameError: name 'discount' is not defined: {why}\n" == said[0]
    assert [f"*** NameError: name 'rest' is not defined: {why}\n"] * 2 == said[1:3]
    assert "*** NameError: name 'nobody' is not defined\n" == said[3]
    assert "3\n" == said[5]
    assert "*** NameError: name 'rest' is not defined\n" == said[7]


def test_comprehension(shop: Shop) -> None:
    """Where Python's pdb hides local variables from comprehensions, it says so, and not that they had no value."""
    said = answers(shop, "up", "p [cart.owner for _ in 'ab']").split("(Pdb) ")[2]

    hidden = "*** NameError: name 'cart' is not defined: before Python 3.13, comprehensions and lambdas of pdb"
    assert said.startswith("['ann', 'ann']" if sys.version_info >= (3, 13) else hidden)


PRICES = """
class Cart:
    def total(self):
        return self.price / 0
def total(cart):
    def rounded():
        return round(cart.total(), 2)
    return rounded()
"""


@pytest.mark.parametrize("how", ["--live", "--inert"])
def test_source(crash: Crasher, tmp_path: Path, how: str) -> None:
    """`source` prints functions and classes as they ran, also inert ones, and those of libraries by their module."""
    (tmp_path / "prices.py").write_text(PRICES)
    (tmp_path / "app.py").write_text(
        "import prices\ndef total():\n    pass\ncart = prices.Cart()\ncart.price = 3\nprices.total(cart)\n"
    )
    dump = crash(tmp_path / "app.py").dump
    (tmp_path / "prices.py").write_text("# a line more\n" + PRICES.replace("round", "floor").replace("/ 0", "/ 1"))
    lines = (
        "u", "u", "source rounded", "source Cart", "source total", "source nothing", "p 'go' 'on'",
        "source Cart.total" if how == "--live" else "", "q",
    )  # fmt: skip

    said = crash.run("-m", "tbdebug", how, str(dump), stdin="\n".join(lines)).stdout.split("(Pdb) ")[3:]

    assert "def rounded():" in said[0]
    assert "return round(cart.total(), 2)" in said[0]
    assert "return self.price / 0" in said[1]
    assert "def total(cart):" in said[2]
    assert ["*** NameError: name 'nothing' is not defined\n", "'goon'\n"] == said[3:5]
    assert how == "--inert" or "    def total(self):\n        return self.price / 0\n" == said[5]


def test_recursive_debugger(shop: Shop) -> None:
    """After `debug` the frames are those of the crash again."""
    said = answers(shop, "debug with_tax(2)", "q", "where", "p subtotal", "q").partition("LEAVING RECURSIVE DEBUGGER")[
        2
    ]

    assert "cmd.py" not in said
    assert "total()" in said
    assert "4.5\n" in said


def test_collector(shop: Shop) -> None:
    """The collector works, and knows what was loaded: `gc.get_referrers()` finds the owner of an object."""
    owner = "p not {id(cart), id(vars(cart))}.isdisjoint(map(id, gc.get_referrers(cart.prices)))"
    said = answers(shop, "up", "import gc", "gc.isenabled()", "gc.get_freeze_count()", owner)

    assert ["True", "0", "True"] == [answer.strip() for answer in said.split("(Pdb) ")[3:6]]


@pytest.mark.shows("pdb", "interact: an interpreter in the frame")
def test_interact(shop: Shop) -> None:
    """`interact` gives an interpreter with the variables of the frame."""
    status, stdout, _ = run_process(
        shop.command(),
        env=shop.environ,
        cwd=shop.program.parent,
        stdin="interact\nprint('interact', subtotal + 1, with_tax(2))\n",
    )

    assert 0 == status
    assert "interact 5.5 3.0" in stdout


@pytest.mark.shows("pdb", "exceptions: the chain, each with its frames")
def test_exceptions(shop: Shop) -> None:
    """`exceptions` lists the chain as pdb of 3.13 numbers it, and switches to one of them."""
    said = answers(shop, "exceptions", "exceptions 0", "where", "p name, self.owner")

    assert "    0 KeyError: 'plum'\n>   1 LookupError: no price for 'plum', 2 ordered\n" in said
    assert f"> {shop.program}({shop.line('return self.prices')})price()" in said
    assert "('plum', 'ann')" in said


@pytest.mark.shows("pdb", "threads: the stacks of all, with variables")
def test_threads(shop: Shop) -> None:
    """`threads` lists all threads and switches to one of them."""
    listed = answers(shop, "threads", "q").split("(Pdb) ")[1]
    number = next(line.split()[0] for line in listed.splitlines() if "stock keeper" in line)
    # The stack ends in threading's own frames, whose number differs between versions.
    said = answers(shop, f"threads {number}", "where", *["p locals().get('waiting_for')", "u"] * 4)

    assert "keep_stock()" in said
    assert "'deliveries'" in said


@pytest.mark.shows("pdb", "end of input, q and c leave quietly with status 0")
@pytest.mark.parametrize("line", ["q", "c", "exit", ""])
def test_leaving(shop: Shop, line: str) -> None:
    """Quitting, continuing and the end of input all end with status 0 and nothing on stderr."""
    said = answers(shop, *filter(None, [line]))

    assert "Traceback" not in said


@pytest.mark.shows("pdb", "in a terminal: completion, Ctrl-C returns to the prompt")
def test_terminal(shop: Shop) -> None:
    """In a terminal Tab completes names, Ctrl-C in a command returns to the prompt, q leaves with status 0."""
    environ = {**shop.environ, "TERM": "xterm"}
    with Terminal(shop.command(), environ, shop.program.parent) as terminal:
        terminal.wait_for("(Pdb) ")
        terminal.press("p subt\t\r")
        assert "4.5" in terminal.wait_for("(Pdb) ")
        terminal.press("import time; print('slee' + 'ping'); time.sleep(60)\r")
        terminal.wait_for("sleeping")
        terminal.press("\x03")
        terminal.wait_for("(Pdb) ")
        assert "4.5" in terminal.ask("p subtotal")
        terminal.press("q\r")

        assert 0 == terminal.status()


@pytest.mark.shows("pdb", "by PYTHONBREAKPOINT=pdb.set_trace, in a running frame")
def test_chosen(shop: Shop) -> None:
    """With PYTHONBREAKPOINT=pdb.set_trace the interpreter's pdb stops in the revived frame."""
    said = answers(shop, "where", "p subtotal", "up", "p cart.owner", "c", PYTHONBREAKPOINT="pdb.set_trace")

    assert f"({shop.line('raise LookupError')})total()" in said
    assert "4.5" in said
    assert "'ann'" in said
    assert "-> raise LookupError(" in said


@pytest.mark.shows("none", "PYTHONBREAKPOINT=0 says where and ends")
def test_zero(shop: Shop) -> None:
    """With PYTHONBREAKPOINT=0 tbdebug prints the place of the crash and ends."""
    said = answers(shop, PYTHONBREAKPOINT="0")

    assert "LookupError: no price for 'plum', 2 ordered" in said
    assert f"{shop.program}:{shop.line('raise LookupError')}" in said
    assert "(Pdb)" not in said


def test_unusable_breakpoint(shop: Shop) -> None:
    """A PYTHONBREAKPOINT that can't be imported is one line with a hint, and status 2."""
    environ = {**shop.environ, "PYTHONBREAKPOINT": "nosuchdebugger.set_trace"}
    status, stdout, stderr = run_process(shop.command(), env=environ, cwd=shop.program.parent)

    assert (2, "") == (status, stdout)
    assert 1 == stderr.count("\n")
    assert "nosuchdebugger" in stderr


def test_banner(shop: Shop) -> None:
    """The first lines have the exception, its place, Python, live or inert, and the differences on this machine."""
    said = answers(shop, "q")

    head = said.partition("(Pdb)")[0]
    assert head.startswith("LookupError: no price for 'plum', 2 ordered\n")
    assert f"{shop.program}:{shop.line('raise LookupError')} in total" in head
    assert "Python {}.{}.{}".format(*sys.version_info) in head
    assert "Values are live" in head
    assert f"Differs here: {shop.program}: line" in head


def test_help_lists_the_added_commands(shop: Shop) -> None:
    """All added commands are in `help`, each with a text."""
    names = ["exceptions", "threads", "tasks", "info", "omitted", "live", "inert", "where", "uu", "dd", "source"]
    said = answers(shop, "help", *(f"help {name}" for name in names))

    for name in names:
        assert 2 <= said.count(name), name
    assert "No help" not in said
    assert not {"step", "next", "run", "until"} & set(said.split("(Pdb)")[1].split())


def test_starts_in_the_root_cause(shop: Shop) -> None:
    """Without --exception the debugger opens at the innermost own frame of the root cause, and says so."""
    said = answers(shop, "p name", "p type($_exception)", args=("--live",))

    place = f"shop.py:{shop.line('return self.prices')} in price"
    assert said.startswith(f"LookupError, caused by KeyError at {place}\nKeyError: 'plum'\n")
    assert ["'plum'", "<class 'KeyError'>"] == [each.strip() for each in said.split("(Pdb) ")[1:3]]


def test_commands_from_the_command_line(shop: Shop) -> None:
    """`-c` runs commands before the first prompt; with -c q there is none."""
    said = answers(shop, args=("-c", "p subtotal", "-c", "q", "--exception", "1"))

    assert "4.5" in said
    assert "Traceback" not in said


def test_starts_in_the_asked_exception(shop: Shop) -> None:
    """`--exception N` starts in that exception, by its number in `exceptions`."""
    said = answers(shop, "p name", args=("--exception", "0"))

    assert "KeyError: 'plum'\n" in said.partition("(Pdb)")[0]
    assert "'plum'" in said.split("(Pdb) ")[1]


@pytest.mark.shows("pdb", "by PYTHONBREAKPOINT, in a terminal: Ctrl-C interrupts a command, not the session")
def test_interrupt_in_chosen_debugger(shop: Shop) -> None:
    """Ctrl-C, which arrives in the main thread, interrupts what the debugger runs in the crash thread."""
    environ = {**shop.environ, "TERM": "xterm", "PYTHONBREAKPOINT": "pdb.set_trace"}
    with Terminal(shop.command(), environ, shop.program.parent) as terminal:
        terminal.wait_for("(Pdb) ")
        terminal.press("print('spin' + 'ning'); exec('while True: pass')\r")
        terminal.wait_for("spinning")
        terminal.press("\x03")
        terminal.wait_for("(Pdb) ")
        assert "4.5" in terminal.ask("p subtotal")
        terminal.press("c\r")

        assert 0 == terminal.status()
