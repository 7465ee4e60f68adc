"""Ten programs whose crash is innocent: `show` alone has the line that explains it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from crashing import Crasher

HAS_MONITORING = sys.version_info >= (3, 12)  # before, no interpreter tells of exceptions that are caught

# name -> whether it takes sys.monitoring, the program, and the line that explains its crash
CAUSES = {
    "swallowed_key_error": (
        True,
        """
prices = {"apple": 3}
def price(name):
    try:
        return prices[name]
    except KeyError:
        return None
print(sum(price(name) for name in ["apple", "pear"]))
""",
        "shop.py:5 in price: KeyError: pear",
    ),
    "parse_logged_at_debug": (
        False,
        """
import logging
logging.basicConfig(level=logging.DEBUG)
logging.getLogger().handlers[0].setLevel(logging.WARNING)
log = logging.getLogger("shop")
def parse(text):
    if not text.isdigit():
        log.debug("no number: %r", text)
        return None
    return int(text)
print(parse("12") + parse("1O"))
""",
        "DEBUG   shop, shop.py:8: no number: '1O'",
    ),
    "warning": (
        False,
        """
import warnings
def rates(currency=None):
    if currency is None:
        warnings.warn("rates() without a currency is empty from 2.0 on", FutureWarning)
    return {}
print(rates()["EUR"])
""",
        "FutureWarning('rates() without a currency is empty from 2.0 on')",
    ),
    "descriptor_leak": (
        False,
        """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300))
files = []
while True:
    files.append(open("prices.csv", "a"))
""",
        " of them of prices.csv",
    ),
    "retry_loop": (
        True,
        """
import socket
def fetch():
    for attempt in range(5):
        try:
            return socket.create_connection(("127.0.0.1", 1), timeout=5)
        except OSError:
            pass
fetch().sendall(b"")
""",
        "shop.py:6 in fetch, 5 times, raised at socket.py:",
    ),
    "suppressed": (
        True,
        """
import contextlib
settings = {}
with contextlib.suppress(FileNotFoundError):
    settings["port"] = open("shop.conf").read()
print(settings["port"])
""",
        "shop.py:5 in <module>: FileNotFoundError: 2, No such file or directory",
    ),
    "thread": (
        False,
        """
import logging, threading
logging.basicConfig(level=logging.INFO, filename="shop.log")
found = []
def work():
    try:
        found.append(1 / 0)
    except ArithmeticError as error:
        logging.getLogger("worker").info("skipped: %s", error)
thread = threading.Thread(target=work, name="worker-1")
thread.start()
thread.join()
print(found[0])
""",
        "INFO    worker, shop.py:9 in worker-1: skipped: division by zero",
    ),
    "return_in_finally": (
        True,
        """
def load():
    rows = None
    try:
        rows = [int(text) for text in "1 2 x".split()]
    finally:
        return rows
print(len(load()))
""",
        "shop.py:5 in load: ValueError: invalid literal for int() with base 10: 'x'",
    ),
    "json_fallback": (
        True,
        """
import json
def parse(text):
    try:
        return json.loads(text)
    except ValueError:
        return {}
print(parse("{'port': 1}")["port"])
""",
        "JSONDecodeError: Expecting property name enclosed in double quotes",
    ),
    "optional_import": (
        True,
        """
try:
    import fast_json_of_the_shop as json
except ImportError:
    json = None
print(json.dumps([]))
""",
        "shop.py:3 in <module>: ModuleNotFoundError: No module named 'fast_json_of_the_shop'",
    ),
}


@pytest.mark.parametrize("name", CAUSES)
def test_show_explains(crash: Crasher, name: str) -> None:
    """The line of the cause is in what `show` prints."""
    needs_monitoring, code, expected = CAUSES[name]
    if needs_monitoring and not HAS_MONITORING:
        pytest.skip("Python tells of exceptions that are caught from 3.12 on")
    program = crash.work / "shop.py"
    program.write_text(code, encoding="utf-8")
    crashed = crash.run(program.name, cwd=crash.work)
    shown = crash.run("-m", "tibidi", "show", "--plain", env={"COLUMNS": "200"}, cwd=crash.work)

    assert 1 == crashed.status
    assert 1 == shown.stdout.count(expected), shown.stdout
