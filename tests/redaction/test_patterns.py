"""Which texts look like secrets."""

from __future__ import annotations

import pytest

from tibidi.redaction.patterns import scrub

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (PEM, "<redacted>"),
        (f"key:\n{PEM}\nend", "key:\n<redacted>\nend"),
        ("-----BEGIN PRIVATE KEY-----\ncut off", "<redacted>"),
        (f"jwt {JWT} here", "jwt <redacted> here"),
        ("AKIAIOSFODNN7EXAMPLE", "<redacted>"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "<redacted>"),
        ("github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz", "<redacted>"),
        ("glpat-abcdefghij0123456789", "<redacted>"),
        ("xoxb-123456789012-abcdefghijkl", "<redacted>"),
        ("https://hooks.slack.com/services/T00/B00/XXXX", "https://<redacted>"),
        ("sk_live_abcdefghijklmnop", "<redacted>"),
        ("whsec_abcdefghijklmnop", "<redacted>"),
        ("sk-proj-abcdefghijklmnop1234", "sk-<redacted>"),
        ("AIzaSyA-abcdefghijklmnopqrstuvwxyz01234", "<redacted>"),
        ("postgres://bob:s3cret@db/shop", "postgres://bob:<redacted>@db/shop"),
        ("redis://:s3cret@cache:6379", "redis://:<redacted>@cache:6379"),
        ("Bearer abc123def", "Bearer <redacted>"),
        ("authorization: bearer abc123def", "authorization: bearer <redacted>"),
        ("X-Api-Key: abc123def", "X-Api-Key: <redacted>"),
        ("Basic dXNlcjpwdw==", "Basic <redacted>"),
        ("--password=geheim", "--password=<redacted>"),
        ("host=db password=geheim user=bob", "host=db password=<redacted> user=bob"),
        ("password='two words' x=1", "password='<redacted>' x=1"),
        ("{'password': 'geheim', 'x': 1}", "{'password': '<redacted>', 'x': 1}"),
        ('{"api_key": "abc", "x": 1}', '{"api_key": "<redacted>", "x": 1}'),
        ("/path?token=abc&page=1", "/path?token=<redacted>&page=1"),
        ("Cookie: a=b; c=d\nHost: x", "Cookie: <redacted>\nHost: x"),
        ("wrong password: hunter22", "wrong password: <redacted>"),
    ],
)
def test_secrets(text: str, cleaned: str) -> None:
    """Only the secret part of a text is replaced."""
    assert cleaned == scrub(text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "Basic authentication, bearer of news",
        "password: the password of the user",
        "login(user, password=password, token=self.token, secret=None)",
        "password = getpass.getpass()",
        "token = next(tokens)",
        "task-management-of-things-1",
        "https://user.example.org:8080/a?page=2",
        "ada@example.org wrote: https://example.org/x",
        "postgres://{user}:{password}@{host}/{name}",
        "-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "sort_key='date' key=value tokens=3",
        "disk-sk-",
        ":type token: RequestToken",
        "AUTH=<mechanism>, password={password}",
        "an 'authorization: basic ...' header",
        ":param cookie: The cookie header as a string.",
        "it does not meet the basic OpenApi requirements",
        "sk-ecdsa-sha2-nistp256@openssh.com",
    ],
)
def test_ordinary_texts(text: str) -> None:
    """An ordinary text comes back as the same object."""
    cleaned, kind = scrub(text)

    assert cleaned is text
    assert "" == kind
