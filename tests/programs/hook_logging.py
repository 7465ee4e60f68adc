"""The application catches and logs; the same line fails again and again, another one once, and one ends it all."""

import logging

logging.basicConfig(format="%(levelname)s %(message)s")
log = logging.getLogger("shop")


def work(item):
    ratio = 1 / item
    return ratio


def serve(request):
    try:
        work(request)
    except ZeroDivisionError:
        log.exception("request failed")


for request in [0] * 20:
    serve(request)
try:
    {}["missing"]
except KeyError:
    log.warning("below the level", exc_info=True)
log.error("no exception at all")
try:
    int("x")
except ValueError:
    log.exception("logged and raised")
    raise
