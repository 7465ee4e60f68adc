"""Recognizes secrets and replaces them.

`names`     is this the name of a secret?
`texts`     finds secrets within a text, by their form or by the names in it
`learnt`    the secrets found in this process
`hunt`      finds them, before the first byte is written
`redactor`  all of that, for both passes of a dump
"""

from __future__ import annotations

from tibidi.redaction.redactor import Redactor

__all__ = ["Redactor"]
