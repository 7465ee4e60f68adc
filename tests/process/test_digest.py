"""tibidi.process.digest: what it says is what hashlib and hmac say."""

from __future__ import annotations

import hashlib
import hmac
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tibidi.process import digest


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_hmac(key: bytes, message: bytes) -> None:
    """hmac_sha256() is HMAC-SHA256 for keys of any length."""
    assert hmac.new(key, message, "sha256").hexdigest() == digest.hmac_sha256(key, message)


@given(st.binary())
def test_sha256(data: bytes) -> None:
    """sha256 is SHA-256."""
    assert hashlib.sha256(data).hexdigest() == digest.sha256(data).hexdigest()


@pytest.mark.parametrize("size", [0, digest.MANY_BYTES])
def test_digest_for(size: int) -> None:
    """Whoever computes it, it is the same."""
    found = digest.digest_for(size)
    found.update(bytes(size))

    assert hashlib.sha256(bytes(size)).hexdigest() == found.hexdigest()


def test_no_openssl() -> None:
    """Using it does not load OpenSSL."""
    program = "import sys, tibidi.process.digest as d; d.hmac_sha256(b'k', b'm'); sys.exit('_hashlib' in sys.modules)"

    assert 0 == subprocess.run([sys.executable, "-c", program], check=False).returncode
