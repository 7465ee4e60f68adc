"""Recognize texts that look like secrets, whatever their names.

Each `Pattern` has markers: literal texts, one of which is in every secret of
its kind.  Searching for them is much cheaper than a regular expression: an
ordinary text costs a microsecond, and an ordinary crash compiles none of the
expressions.

The formats are those of the issuers: RFC 7468 (PEM), RFC 7519 (JWT), RFC
7617 (Basic), RFC 6750 (Bearer), RFC 3986 (userinfo), and the prefixes that
GitHub, GitLab, Slack, Stripe, OpenAI, Anthropic, AWS, Google, npm, PyPI,
Hugging Face and SendGrid give their keys so that scanners can find them.
"""

from __future__ import annotations

import re

from tibidi import TYPE_CHECKING
from tibidi.model import REDACTED_TEXT
from tibidi.process.records import NamedTuple
from tibidi.redaction.names import kind_of_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Callable


class Pattern(NamedTuple):
    """One kind of secret: its name for the audit, its markers, its expression.

    The group `secret` is redacted, or the whole match where there is no such
    group, if `confirm` returns True for the match.
    """

    kind: str
    markers: tuple[str, ...]
    expression: str
    confirm: Callable[[re.Match[str]], bool] | None = None


def scrub(text: str) -> tuple[str, str]:
    """Return `text` with what looks secret redacted, and the kind of it; the same object and "" if there is nothing."""
    kinds = ""
    for pattern in _patterns_in(text):
        cleaned = _replace(text, pattern)
        if cleaned is not text:
            text, kinds = cleaned, pattern.kind
    return text, kinds


def may_be_in(text: str) -> bool:
    """Return True if `text` may contain a secret; fast, with false positives."""
    return next(_patterns_in(text), None) is not None


def are_seen_in(data: bytes) -> bool:
    """Return True if a large chunk of data may contain a secret; faster still, with false positives."""
    if any(_is_seen(look, data) for look in RARE_LOOKS) or re.search(FREQUENT_LOOK, data):
        return True
    return any(_is_assigned(sign, data) for sign in SIGNS)


def named_secrets(text: str) -> Iterator[str]:
    """Yield the secrets that are named in the text itself, as in `host=x password=y`."""
    for pattern in filter(ASSIGNMENTS.__contains__, _patterns_in(text)):
        matches = _compiled(pattern.expression).finditer(text)
        yield from (match["secret"] for match in matches if pattern.confirm is None or pattern.confirm(match))


def passwords_of_urls(text: str) -> Iterator[str]:
    """Yield the passwords in the URLs of `text`."""
    if "@" in text and "://" in text:
        for match in _compiled(URL.expression).finditer(text):
            yield match["secret"]


def _patterns_in(text: str) -> Iterator[Pattern]:
    for pattern in PATTERNS:
        for marker in pattern.markers:
            if marker in text:
                yield pattern
                break
    lowered = text.lower()
    for stem in ASSIGNED_STEMS:
        if stem in lowered:
            yield from ASSIGNMENTS
            return


def _replace(text: str, pattern: Pattern) -> str:
    changed = False

    def cover(match: re.Match[str]) -> str:
        nonlocal changed
        if pattern.confirm is not None and not pattern.confirm(match):
            return match[0]
        changed = True
        if "secret" not in match.re.groupindex:
            return REDACTED_TEXT
        start, end = match.span("secret")
        return match[0][: start - match.start()] + REDACTED_TEXT + match[0][end - match.start() :]

    cleaned = _compiled(pattern.expression).sub(cover, text)
    return cleaned if changed else text


def _is_seen(look: bytes, data: bytes) -> bool:
    """Search for an expression that begins with a rare character: `find` takes half the time of the expression."""
    rare, match = look.lstrip(b"\\")[:1], re.compile(look).match
    at = data.find(rare)
    for _ in range(MOST_TRIED):
        if at < 0 or match(data, at):
            return at >= 0
        at = data.find(rare, at + 1)
    return re.compile(look).search(data, at) is not None  # not so rare here


def _is_assigned(sign: bytes, data: bytes) -> bool:
    """Return True if the name of a secret may precede a sign of assignment."""
    at = data.find(sign)
    for _ in range(MOST_TRIED):
        if at < 0:
            return False
        is_name = not data[max(0, at - SHORTEST_NAME) : at].translate(None, BEFORE_SIGNS)
        if is_name and _ends_in_secret_name(data[max(0, at - LONGEST_NAME) : at + 1]):
            return True
        at = data.find(sign, at + 1)
    # There are so many that trying each would take longer.
    return at >= 0 and re.compile(ASSIGNED_IN_BYTES).search(data, max(0, at - LONGEST_NAME)) is not None


def _ends_in_secret_name(data: bytes) -> bool:
    """Return True if the last word before a sign is the name of a secret."""
    lowered = data.lower()
    found = re.search(NAME_BEFORE_SIGN, data) if any(stem in lowered for stem in STEMS_IN_BYTES) else None
    return found is not None and kind_of_name(found[1].decode("ascii")) != ""


def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)  # which caches


def _is_basic(match: re.Match[str]) -> bool:
    """Return True for `Basic dXNlcjpwdw==`, base64 of user:password, and not for "Basic authentication"."""
    import binascii  # few texts look like this

    encoded = match["secret"]
    try:
        decoded = binascii.a2b_base64(encoded + "=" * (-len(encoded) % 4)).decode("utf-8")
    except ValueError:
        return False
    return ":" in decoded and decoded.isprintable()


def _is_arbitrary(match: re.Match[str]) -> bool:
    """Return True for an opaque token, not for a word: it has a digit, or a capital after a small letter."""
    return re.search(r"[0-9]|[a-z][A-Z]", match["secret"]) is not None


def _is_secret_assignment(match: re.Match[str]) -> bool:
    """Return True for `password=hunter2`, not for `password=None`, `token=self.token` or `password=getpass()`."""
    value = match["secret"]
    if (
        value in NO_SECRETS
        or value.startswith(PLACEHOLDERS)
        or match.string[match.end("secret") : match.end("secret") + 1] == "("
    ):
        return False
    parent, _, last = value.rpartition(".")
    if last.lower() == match["name"].lower() or (parent.isidentifier() and kind_of_name(last)):
        return False
    return kind_of_name(match["name"]) != ""


def _is_secret_header(match: re.Match[str]) -> bool:
    """Return True for "Cookie: sid=5", not for "cookie: the cookie header as a string"."""
    return "=" in match["secret"] or _is_arbitrary(match)


def _is_secret_remark(match: re.Match[str]) -> bool:
    """Return True for "password: hunter2", not for "password: the password" or "token: RequestToken"."""
    return any(map(str.isdigit, match["secret"])) and _is_secret_assignment(match)


NO_SECRETS = frozenset({"None", "True", "False", "null", "true", "false", "undefined", "str", "bytes", REDACTED_TEXT})

# How a value begins that a template leaves to be filled in.
PLACEHOLDERS = ("<", "{", "%", "$", "(", "[")

URL = Pattern(
    "password in a URL",
    ("://",),
    r"[A-Za-z][A-Za-z0-9+.\-]*://[^\s/:@'\"<>?#]*:(?P<secret>[^\s/@'\"<>]+)@",
    lambda match: not match["secret"].startswith(PLACEHOLDERS),
)
PATTERNS = (
    Pattern(
        "private key",
        ("-----BEGIN ",),
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?s:.)*?"
        r"(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z)",
    ),
    Pattern("JSON web token", ("eyJ",), r"(?<![\w-])eyJ[\w-]{5,}\.[\w-]{2,}(?:\.[\w-]*){1,3}"),
    Pattern("AWS key", ("AKIA", "ASIA"), r"(?<![A-Za-z0-9])A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9])"),
    Pattern(
        "GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,})",
    ),
    Pattern("GitLab token", ("glpat-",), r"glpat-[\w-]{16,}"),
    Pattern(
        "Slack token",
        ("xox", "hooks.slack.com"),
        r"(?<![A-Za-z0-9])xox[abeoprs]-[\w-]{10,}|hooks\.slack\.com/services/[\w/]+",
    ),
    Pattern(
        "Stripe key",
        ("k_live_", "k_test_", "whsec_"),
        r"(?<![A-Za-z0-9])(?:[prs]k_(?:live|test)|whsec)_[A-Za-z0-9]{10,}",
    ),
    Pattern("API key", ("sk-",), r"(?<![\w-])sk-(?!ecdsa|ssh)(?P<secret>[\w-]{16,})", _is_arbitrary),
    Pattern("Google key", ("AIza", "ya29.", "GOCSPX-"), r"(?:AIza[\w-]{30,}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,})"),
    Pattern("npm token", ("npm_",), r"(?<![A-Za-z0-9])npm_[A-Za-z0-9]{30,}"),
    Pattern("PyPI token", ("pypi-AgE",), r"pypi-AgE[\w-]{30,}"),
    Pattern("Hugging Face token", ("hf_",), r"(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,}"),
    Pattern("SendGrid key", ("SG.",), r"(?<![A-Za-z0-9])SG\.[\w-]{16,}\.[\w-]{16,}"),
    URL,
    Pattern("basic credentials", ("asic ", "ASIC "), r"(?i:\bbasic) +(?P<secret>[A-Za-z0-9+/]{6,}={0,2})", _is_basic),
    Pattern(
        "bearer token",
        ("earer ", "EARER "),
        r"(?i:\bbearer) +(?P<secret>[\w.~+/\-]{6,}=*)",
        _is_arbitrary,
    ),
)

# Secrets that are named in the text itself: `--password=x`, `?token=x`, `{"api_key": "x"}`, `Cookie: x`.
ASSIGNED_STEMS = (
    "pass",
    "pwd",
    "secret",
    "token",
    "key=",
    "key:",
    "key =",
    'key"',
    "key'",
    "auth",
    "cookie",
    "cred",
    "sess",
    "jwt",
    "csrf",
    "xsrf",
    "dsn",
    "otp",
    "mnemonic",
)
ASSIGNMENTS = (
    Pattern(
        "named in a text",
        (),
        r"(?P<quote>['\"])(?P<name>[A-Za-z_][\w.\-]{1,63})(?P=quote)\s*[:=]\s*b?(?P<q>['\"])(?P<secret>(?:\\.|(?!(?P=q)).)+)(?P=q)",
        _is_secret_assignment,
    ),
    Pattern(
        "named in a text",
        (),
        r"(?P<name>[A-Za-z_][\w.\-]{1,63})=(?P<q>['\"]?)(?P<secret>(?:(?<=['\"])(?:\\.|(?!(?P=q)).)+|[^\s,;&'\")\]}>]{3,}))",
        _is_secret_assignment,
    ),
    Pattern(
        "named in a text",  # of configuration: one a line
        (),
        r"(?m:^[ \t]*(?P<name>[A-Za-z_][\w.\-]{1,63})[ \t]+=[ \t]*"
        r"(?P<q>['\"]?)(?P<secret>[^\s'\"()\[\]{}]{3,})(?P=q)[ \t\r]*$)",
        _is_secret_assignment,
    ),
    Pattern(
        "header in a text",
        (),
        r"(?im:(?<![\w-])(?P<name>(?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]*(?:key|token)): *"
        r"(?P<secret>[^\s'\"][^\r\n'\"]*))",
        _is_secret_header,
    ),
    Pattern(
        "named in a text",
        (),
        r"(?P<name>[A-Za-z_][\w\-]{1,63}): +(?P<q>['\"]?)(?P<secret>[^\s,;&'\")\]}>]{6,})",
        _is_secret_remark,
    ),
)

# The same in bytes.  Each expression begins with a literal character that is rare in pickles, so that the search is
# mostly one for that character: ten times as fast as one expression with an alternative for each.
RARE_LOOKS = (
    rb"-(?:(?<=sk-)[\w-]{16}|(?<=xox[abeoprs]-)|(?<=glpat-)|----BEGIN [A-Z ]*PRIV|(?<=GOCSPX-)|(?<=pypi-)AgE)",
    rb"_(?:(?<=gh[opusr]_)[A-Za-z0-9]{16}|(?<=github_pat_)|(?<=k_live_)|(?<=k_test_)|(?<=whsec_)|(?<=npm_)\w{30}"
    rb"|(?<=hf_)\w{30})",
    rb":(?://[!-.0-?A-~]{0,100}:[!-.0-?A-~]{1,200}@)",
    rb"A(?:[KS]IA[A-Z0-9]{16}|Iza[\w-]{30})",
    rb"\.(?:eyJ|slack\.com/services/|(?<=SG\.)[\w-]{16}|(?<=ya29\.)[\w-]{20})",
    rb"B(?:earer|asic) ",
)
FREQUENT_LOOK = rb"b(?:earer|asic) "
MOST_TRIED = 500
# The signs of an assignment; before them stands a name, which may be followed by a quote or a space.
SIGNS = (b"=", b":")
BEFORE_SIGNS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.'\" "
SHORTEST_NAME = 3
LONGEST_NAME = 68  # with what stands between it and the sign
NAME_BEFORE_SIGN = rb"([A-Za-z_][A-Za-z0-9_.\-]*)['\"]?\s*[=:]$"
STEMS_IN_BYTES = tuple(stem.encode() for stem in ASSIGNED_STEMS)
ASSIGNED_IN_BYTES = (
    rb"(?i:pass|pwd|secret|token|key|auth|cookie|cred|sess|jwt|[cx]srf|dsn|otp|mnemonic)[\w.\-]{0,60}['\"]? ?[=:]"
)
