"""Which names and values are secret, and what stands in their place.

`names`     is this the name of a secret?
`patterns`  does this text look like a secret, whatever its name?
`learnt`    the secrets that were met in this process
`redactor`  all of that, for both passes of a dump
"""

from __future__ import annotations

from tibidi.redaction.redactor import Redactor

__all__ = ["Redactor"]
