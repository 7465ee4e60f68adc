"""A program that logs, or that catches exceptions, and ends well."""

import io
import logging
import os
import sys

if "BENCH_HOOK" in os.environ:
    __import__(os.environ["BENCH_HOOK"])


def logged(count):
    logging.basicConfig(level=logging.INFO, stream=io.StringIO())
    logger = logging.getLogger("shop")
    for number in range(count):
        logger.info("order %d of %s", number, "Ada")


def caught(count):
    known = {}
    for number in range(count):
        try:
            known[number]
        except KeyError:
            pass


globals()[sys.argv[1]](int(sys.argv[2]))
