"""Plant canaries wherever a program can hold a text, and crash."""

import collections
import dataclasses
import logging
import sys
import threading

# CANARY-comment
GLOBAL = "CANARY-global"
Card = collections.namedtuple("Card", "number iban")


@dataclasses.dataclass
class Account:
    iban: str
    owner: str


class Slots:
    __slots__ = ("iban",)


def documented():
    """CANARY-docstring"""
    return "CANARY-constant"


def wait(started, text):
    started.set()
    threading.Event().wait()


def library(account, shared):
    inner = "CANARY-inner"
    raise ValueError(f"CANARY-message {account.owner}")


def main():
    account = Account("CANARY-iban-1234", "CANARY-owner")
    slots = Slots()
    slots.iban = "CANARY-slot"
    card = Card("1", "CANARY-iban-1234")
    details = {"iban": 987654321, "nested": [{"deep": ("CANARY-deep",)}]}
    data = b"\0\0CANARY-bytes\0"
    long = "x" * 50_000 + "CANARY-end"
    wide = "CANARY-wide".encode("utf-16-le")
    shared = ["CANARY-shared"]
    logging.getLogger("birds").warning("CANARY-%s", "log")
    started = threading.Event()
    threading.Thread(target=wait, args=(started, "CANARY-thread"), daemon=True).start()
    started.wait()
    try:
        library(account, shared)
    except ValueError as error:
        error.extra = "CANARY-attribute"
        raise


main()
