"""Secrets that were met do not come out of any text."""

from __future__ import annotations

import json
import urllib.parse

from hypothesis import given, settings
from hypothesis import strategies as st

from tibidi.redaction import Redactor
from tibidi.redaction.learnt import SHORTEST_WITHIN, Learnt, is_trivial

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
secrets = st.text(st.characters(exclude_categories=["Cs"]), min_size=SHORTEST_WITHIN, max_size=60).filter(
    lambda text: not is_trivial(text) and text not in "<redacted>"
)


@settings(deadline=None)
@given(secret=secrets, before=texts, after=texts)
def test_learnt_text(secret: str, before: str, after: str) -> None:
    """Whatever stands around a secret, it is taken out of texts, reprs and bytes."""
    redactor = Redactor()
    redactor.learn(secret)
    whole = before + secret + after

    assert secret not in redactor.text(whole)
    assert json.dumps(secret)[1:-1] not in redactor.text(json.dumps(whole)) or not secret.isprintable()
    assert urllib.parse.quote(secret) not in redactor.text(urllib.parse.quote(whole))
    assert urllib.parse.quote_plus(secret) not in redactor.text(urllib.parse.quote_plus(whole))
    assert repr(secret)[1:-1] not in redactor.text(repr(whole)) or repr(secret)[0] != repr(whole)[0]
    assert secret.encode() not in redactor.data(whole.encode())
    assert redactor.suspects_value(whole.encode())


def test_many_secrets() -> None:
    """Of any number of secrets with symbols, each is taken out."""
    secrets = [f"geheim/{number:04x}@{number:05}" for number in range(2000)]
    redactor = Redactor()
    for secret in secrets:
        redactor.learn(secret)

    assert set(map(redactor.text, secrets)) == {"<redacted>"}
    assert all(redactor.suspects_value(f"a {secret} b".encode()) for secret in secrets)


@settings(deadline=None)
@given(text=texts)
def test_nothing_learnt(text: str) -> None:
    """Without a secret every text stays the same object."""
    assert Learnt().text(text) is text
