"""Crash with values of types whose purpose is to hide them, under names that say nothing: `redact_types.py MODULE`."""

import importlib
import sys

hidden = []
if sys.argv[1] == "starlette":
    secret = importlib.import_module("starlette.datastructures").Secret
    hidden = [secret("SECRET-" + "starlette")]
else:
    types = importlib.import_module(sys.argv[1])

    class Mine(types.SecretStr):
        pass

    hidden = [types.SecretStr("SECRET-" + "text"), types.SecretBytes(b"SECRET-" + b"bytes"), Mine("SECRET-" + "mine")]
del sys.argv[1:]
by_name = {"first": hidden[0]}
1 / 0
