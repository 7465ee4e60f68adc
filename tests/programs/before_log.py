"""Log with several libraries before a crash: python before_log.py; prints what the handlers wrote, as ever."""

import copy
import logging
import logging.handlers
import pickle
import queue
import sys
import warnings
import weakref


class Thing:
    """A foreign argument, whose code must not run."""

    def __repr__(self):
        raise AssertionError("never called")

    __str__ = __repr__


class CustomLogger(logging.Logger):
    """A logger with a method of its own."""

    def handle(self, record):
        record.name = f"custom.{record.name}"
        super().handle(record)


def record_factory(*args, **options):
    record = logging.LogRecord(*args, **options)
    record.extra = "by the factory"
    return record


def log_much():
    logging.basicConfig(stream=sys.stdout, level=logging.DEBUG, format="%(levelname)s %(message)s")
    logging.getLogger().handlers[0].setLevel(logging.INFO)
    log = logging.getLogger("shop")
    log.info("formatted %d", 5)
    log.debug("plain %s %.1f %r", "text", 0.5, None)
    thing = Thing()
    log.debug("foreign %s %s", thing, [1])
    log.debug("error %s", ValueError("bad date"))
    log.debug("named %(a)s %(password)s", {"a": 1, "password": "mellon-9Zq"})
    log.debug("wrong %d", "text")
    log.debug("long %s", "x" * 10_000)
    logging.getLogger("shop.quiet").setLevel(logging.ERROR)
    logging.getLogger("shop.quiet").warning("not enabled")
    logging.setLoggerClass(CustomLogger)
    logging.getLogger("mine").warning("of a subclass")
    logging.setLogRecordFactory(record_factory)
    log.warning("with a factory")
    listener = queue.Queue()
    log.addHandler(logging.handlers.QueueHandler(listener))
    log.info("queued %s", "once")
    assert "queued once" == listener.get().getMessage()
    assert pickle.loads(pickle.dumps(log)) is log
    assert copy.copy(log) is log
    try:
        raise KeyError("price")
    except KeyError:
        log.exception("caught")
    warnings.warn("deprecated thing", FutureWarning, stacklevel=1)
    reference = weakref.ref(thing)
    del thing
    assert reference() is None, "an argument is kept alive"


log_much()
text = None
text.strip()
