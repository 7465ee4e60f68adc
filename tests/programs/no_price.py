"""Dump a ValueError whose cause is a KeyError, and print the path of the dump."""

import tibidi


def price(sku):
    prices = {"a": 1}
    return prices[sku]


def dump():
    try:
        try:
            price("x\x1b[31m")
        except KeyError as error:
            raise ValueError("no price") from error
    except ValueError as error:
        return tibidi.dump_exception(error)


print(dump())
