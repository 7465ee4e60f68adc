"""Log what an order raises, twice, then end by the next one, at the same place with the same addresses, perhaps."""

import logging

log = logging.getLogger(__name__)


def call(order):
    return order["customer"]


def main():
    for order in ({"id": 1}, {"id": 2}):
        try:
            call(order)
        except KeyError:
            log.exception("order %s failed", order["id"])
    call({"id": 3})


main()
