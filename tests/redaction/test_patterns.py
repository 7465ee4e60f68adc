"""Which texts look like secrets."""

from __future__ import annotations

import pytest

from tibidi.redaction.patterns import are_seen_in
from tibidi.redaction.patterns import scrub

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"


SECRETS = [
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
    ("[db]\npassword = hunter22\nport = 5", "[db]\npassword = <redacted>\nport = 5"),
    ("api_key = 'abc'\r\n", "api_key = '<redacted>'\r\n"),
    ("session_id=abcdef auth=abc", "session_id=<redacted> auth=<redacted>"),
    ('{"csrf" : "abcdef"}', '{"csrf" : "<redacted>"}'),
]


@pytest.mark.parametrize(("text", "cleaned"), SECRETS)
def test_secrets(text: str, cleaned: str) -> None:
    """Only the secret part of a text is replaced."""
    assert cleaned == scrub(text)[0]


@pytest.mark.parametrize("text", [text for text, _ in SECRETS])
@pytest.mark.parametrize("around", ["and so on ", "\x94\x8c\x01=_-:.A" * 10, "x: 1, y = 2; " * 100])
def test_secrets_are_seen_in_much_data(text: str, around: str) -> None:
    """What would be redacted is also found in the bytes of a pickle, wherever it stands."""
    assert are_seen_in(text.encode())
    assert are_seen_in(f"{around * 50}\n{text}\n{around * 50}".encode())


@pytest.mark.parametrize(
    "text",
    [
        "Basic authentication, bearer of news",
        "password: the password of the user",
        "login(user, password=password, token=self.token, secret=None)",
        "password = getpass.getpass()",
        "    token = line.split()\n    tokens = tokens + [token]\n    secret = secrets[0]",
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
