"""What happened before a crash is in its dump: the tail of the log."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING

import pytest

import tibidi

if TYPE_CHECKING:
    from crashing import Crash, Crasher

    from tibidi.history import LogRecord

pytestmark = pytest.mark.ends

DEFAULT = 100


def texts(crashed: Crash) -> list[str]:
    """Return the texts of the log in a dump."""
    return [record.text for record in tibidi.load(crashed.dump).log]


def test_log(crash: Crasher) -> None:
    """The dump has each record of an enabled logger as it was, also below the level of the handlers, and warnings."""
    crashed = crash("before_log.py")

    assert 1 == crashed.status
    assert [
        "formatted 5",
        "plain text 0.5 None",
        "foreign <Thing> <list>",
        "error ValueError('bad date')",
        "named 1 <redacted>",
        "wrong %d ('text',)",
        "long " + "x" * 1800 + " …",
        "of a subclass",
        "with a factory",
        "queued once",
        "caught [KeyError('price')]",
        "FutureWarning('deprecated thing')",
    ] == texts(crashed)
    assert "mellon" not in crashed.dump.read_bytes().decode("latin-1")


def test_template_that_does_not_fit(crash: Crasher) -> None:
    """A record that no text can be made of is told as it is, and the others are there."""
    code = "import logging\nlogging.basicConfig(level=0, handlers=[logging.NullHandler()])\n"
    crashed = crash.run("-c", code + "logging.info('%c', 1 << 30); logging.info('after')\n1 / 0")

    assert ["%c (1073741824,)", "after"] == texts(crashed)


def test_secrets_of_other_records(crash: Crasher) -> None:
    """What one record names as a secret is redacted in those before and after it."""
    code = """
import logging
logging.basicConfig(level=0, handlers=[logging.StreamHandler()])
def secret(text): return text + "x7Kp-9Wm2"
logging.info("about to use %s", secret("Zq-one"))
logging.info("connecting with password=%s", secret("Zq-one"))
logging.info("server refused %s", secret("Zq-one"))
logging.info("hello %(user)s (%(password)s)", {"user": "ada", "password": secret("Zq-two")})
logging.info("refused %s", secret("Zq-two"))
1 / 0"""

    assert [
        "about to use <redacted>",
        "connecting with password=<redacted>",
        "server refused <redacted>",
        "hello ada (<redacted>)",
        "refused <redacted>",
    ] == texts(crash.run("-c", code))


@pytest.mark.skipif(sys.version_info < (3, 12), reason="needs sys.monitoring (PEP 669)")
def test_secrets_of_swallowed_exceptions(crash: Crasher) -> None:
    """What the message of a swallowed exception names as a secret is redacted in the log and in other messages."""
    code = """
import logging
def secret(): return "Zq-three" + "x7Kp-9Wm2"
logging.warning("tried %s", secret())
try: raise ValueError("refused " + secret())
except ValueError: pass
try: raise KeyError("no user, password=" + secret())
except KeyError: pass
1 / 0"""
    crashed = crash.run("-c", code)
    messages = [each.message for each in tibidi.load(crashed.dump).swallowed]

    assert ["tried <redacted>"] == texts(crashed)
    assert ["refused <redacted>", "no user, password=<redacted>"] == messages[-2:]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="needs sys.monitoring (PEP 669)")
def test_secret_that_is_cut(crash: Crasher) -> None:
    """A text that is cut loses the word there: a part of a secret would not be recognized."""
    code = """
import logging
logging.getLogger().addHandler(logging.NullHandler())
api_key = "Zq-cut-x7Kp-9Wm2" * 3
logging.warning("y" * 100 + " %s", "x" * 1970 + " " + api_key)
logging.warning("y" * 1970 + " " + api_key)
try: raise ValueError("x" * 170 + " " + api_key)
except ValueError: pass
1 / 0"""
    crashed = crash.run("-c", code)
    messages = [each.message for each in tibidi.load(crashed.dump).swallowed]

    assert ["y" * 100 + " " + "x" * 1970 + " …", "y" * 1970 + " …"] == texts(crashed)
    assert "x" * 170 + " …" == messages[-1]


def test_arguments_of_classes_that_cannot_be_hashed(crash: Crasher) -> None:
    """An argument may be of a class that cannot be hashed."""
    code = """
import logging
class Meta(type):
    def __eq__(cls, other): return cls is other
class Thing(metaclass=Meta): pass
logging.getLogger().addHandler(logging.NullHandler())
logging.warning("one %s %d", Thing(), 2)
1 / 0"""

    assert ["one <Thing> 2"] == texts(crash.run("-c", code))


def test_log_is_unchanged(crash: Crasher) -> None:
    """What handlers print is the same with and without tibidi, call stacks and places included."""
    with_it, without = (crash("before_log.py", env={"TIBIDI_ENABLE": on}) for on in ("1", None))

    assert without.stdout == with_it.stdout
    assert without.stderr == with_it.stderr.partition("Traceback dumped into")[0]


def test_fields(crash: Crasher) -> None:
    """A record has its time, level, logger, place, function and thread."""
    first: LogRecord = tibidi.load(crash("before_log.py").dump).log[0]

    assert ("INFO", "shop", "log_much", "MainThread") == (first.level, first.logger, first.name, first.thread)
    assert first.file.endswith("before_log.py")
    assert "+00:00" == first.time[-6:]


@pytest.mark.parametrize(("setting", "expected"), [("3", 3), ("off", 0), ("many", DEFAULT)])
def test_number_of_records(crash: Crasher, tmp_path: object, setting: str, expected: int) -> None:
    """TIBIDI_LOG_TAIL says how many records there are; a wrong value is reported, and the default holds."""
    code = "import logging\nfor i in range(200): logging.warning('turn %d', i)\n1/0"
    crashed = crash.run("-c", code, env={"TIBIDI_LOG_TAIL": setting})

    assert [f"turn {number}" for number in range(200 - expected, 200)] == texts(crashed)
    assert (setting == "many") == ("TIBIDI_LOG_TAIL='many' is ignored" in crashed.stderr)


def test_loguru(crash: Crasher) -> None:
    """loguru: a record once for all handlers, with what is bound, also below the level of one of them."""
    pytest.importorskip("loguru")
    code = """from loguru import logger
import sys
logger.add(sys.stdout, level="ERROR")
for i in range(2): logger.bind(user=7, token="hunter2-Secret99").debug("same")
logger.info("hello {}", 5)
1/0"""
    crashed = crash.run("-c", code)
    log = tibidi.load(crashed.dump).log

    assert ["same user=7 token='<redacted>'"] * 2 + ["hello 5"] == [record.text for record in log]
    assert ("INFO", "__main__", "<string>", 5) == (log[2].level, log[2].logger, log[2].file, log[2].line)


def test_structlog(crash: Crasher) -> None:
    """structlog: an event with its values, once, also where it goes to logging."""
    pytest.importorskip("structlog")
    code = """import logging, structlog
structlog.get_logger().bind(user=7).info("ordered", items=[1])
structlog.configure(
    logger_factory=structlog.stdlib.LoggerFactory(),
    processors=[structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
)
logging.basicConfig(level=logging.INFO)
structlog.get_logger("shop").info("paid", amount=3)
1/0"""
    crashed = crash.run("-c", code)
    log = tibidi.load(crashed.dump).log

    assert ["ordered user=7 items=<list>", "{'amount': 3, 'event': 'paid'}"] == [record.text for record in log]
    assert ("INFO", "__main__", 2) == (log[0].level, log[0].logger, log[0].line)


@pytest.mark.parametrize("level", ["", "ERROR"])
def test_hooks_look_like_the_libraries(crash: Crasher, level: str) -> None:
    """The stack of a handler or a processor has the functions of its library only; pickle finds them by name."""
    pytest.importorskip("loguru")
    pytest.importorskip("structlog")
    code = """import logging, pickle, sys, warnings
import loguru, structlog
def show(*args, **_):
    frame = sys._getframe(1)
    while frame:
        print(frame.f_globals["__name__"], frame.f_code.co_name)
        frame = frame.f_back
    return args[-1]
logging.Handler.emit = warnings.showwarning = show
logging.getLogger().addHandler(logging.Handler())
logging.error("one")
loguru.logger.remove()
loguru.logger.add(show, format="{message}")
loguru.logger.error("two")
logger = structlog.BoundLogger(structlog.PrintLogger(), [show, structlog.processors.JSONRenderer()], {})
logger.error("three")
warnings.warn("four")
print(pickle.loads(pickle.dumps(logger.error)), pickle.loads(pickle.dumps(logging.Logger.callHandlers)))"""
    off, on = (crash.run("-c", code, env={"TIBIDI_ENABLE": enable, "TIBIDI_LOGGING": level}).stdout for enable in "01")
    expected, actual = (set(re.sub("0x[0-9a-f]+", "", text).splitlines()) for text in (off, on))

    assert expected == actual
    assert "BoundLoggerBase._proxy_to_logger" in off


def test_shown(crash: Crasher) -> None:
    """`show`, `info`, the page, JSON and the debugger have the log."""
    crash("before_log.py")
    shown = crash.run("-m", "tibidi", "show", "--plain", env={"COLUMNS": "120"}).stdout
    page = crash.work / "page.html"
    crash.run("-m", "tibidi", "show", "--html", str(page))
    typed = crash.run("-m", "tbdebug", "--inert", "-c", "log", "-c", "q").stdout
    record = json.loads(crash.run("-m", "tibidi", "show", "--json").stdout)["log"][0]

    assert "log, the last 12 records\n" in shown
    assert all("formatted 5" in text for text in (shown, typed, page.read_text(encoding="utf-8"), record["text"]))
    assert "12 log records" in crash.run("-m", "tibidi", "info").stdout
