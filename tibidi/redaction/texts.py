"""Find the secrets in a text: those that are named in it, and those that look like one whatever their name.

The formats are those of the issuers: RFC 7468 (PEM), RFC 7519 (JWT), RFC 7617 (Basic), RFC 6750 (Bearer), RFC 3986
(userinfo).  A text may hold another one, as JSON does in JSON, and a URL does as the value of a harmless name; so the
value of a harmless name is looked into.  Loaded when `suspicion` says so.
"""

from __future__ import annotations

import re

from tibidi import TYPE_CHECKING
from tibidi.model import REDACTED_TEXT
from tibidi.process.records import NamedTuple
from tibidi.redaction import suspicion
from tibidi.redaction.commands import secret_words
from tibidi.redaction.concealing import HOLDERS, is_secret_pair
from tibidi.redaction.looks import has_symbol, is_arbitrary, is_placeholder, is_varied, is_weakly_named
from tibidi.redaction.names import HARD, HEADERS, SOFT, STEMS, kind_of_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Found(NamedTuple):
    """A secret in a text: where it is, and the rule for the audit."""

    start: int
    end: int
    rule: str


class Pattern(NamedTuple):
    """One kind of secret: its rule for the audit, its markers (one is in each text with such a secret), its expression.

    The group `secret` is the secret, or the whole match where there is no such
    group, if `confirm` returns True for the match.
    """

    rule: str
    markers: tuple[str, ...]
    expression: str
    confirm: Callable[[re.Match[str]], bool] | None = None


NAMED = "named in a text"
# A name, perhaps quoted, and a sign of assignment.  Quotes are escaped in JSON in JSON.
HEAD = (
    r"(?P<open>\\*['\"])?(?P<name>[^\W\d][\w.\-$]{1,63})(?P<close>\\*['\"])?(?:\]|\[\d*\])?"
    r"(?P<sign>[ \t]*(?:[!=]={1,2}|=>|:=|[=:])[ \t]*(?:\r?\n[ \t]+(?=['\"]))?|[ \t]+(?=@?['\"`]))"
)
NAME = r"[\w.\-$]*"
SIGNS = frozenset("=:!'\"`@\\[]")  # one is behind a name, or behind the spaces there
MOST_SPACES = 20  # if there are more, the expression decides
LONGEST_NAME = 64
LONGEST_CONTAINER = 2000  # characters
LONGEST_JUDGED = 200  # characters of a value: a name may stand in the value of another one, and so on
IN_NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-$"
NOT_FIRST = "0123456789.-$"
QUOTE = r"[bfruBFRU@]{0,2}(?P<q>\\*['\"`])"
# A delimiter belongs to a bare value unless a space, the end, another delimiter or another name follows.
BARE = r"(?:[^\s,;&'\")\]}>\\]|\\(?!['\"nrt])|[,;&)\]}>'\"](?![\s,;:&)\]}>'\"\\]|$|[\w.\-]+[=:]))+"
TO_END_OF_LINE = r"[^\s'\"][^\s]*(?=[ \t\r]*(?:$|\n|\\n|[#;]))"
HEADER_VALUE = r"(?:(?:basic|bearer|token|digest|negotiate|apikey|api-key|key) +)?(?P<secret>[^\s'\"\\][^\r\n'\"\\]*)"
CONTAINER = r"[\[({][\s\[({]*[bfruBFRU]?\\*['\"]"
CODE = r"[A-Za-z_][\w.]*\([^()]*\)?\W*|[a-z_][\w.]*\[\w*\]\W*"
OPAQUE = r"[0-9]|[a-z][A-Z]"  # in a token that is no word: a digit, or a capital after a small letter
SCHEME_WORDS = r"(?i:basic|bearer|token|digest|negotiate|apikey|api-key) +"


def basic_credentials(encoded: str) -> str:
    """Return what base64 of user:password means, "" if it is none."""
    import binascii  # few texts look like this

    try:
        decoded = binascii.a2b_base64(encoded + "=" * (-len(encoded) % 4)).decode("utf-8")
    except ValueError:
        return ""
    return decoded if decoded.isprintable() else ""


def _is_given(match: re.Match[str]) -> bool:
    return not is_placeholder(match["secret"])


def _is_element(match: re.Match[str]) -> bool:
    return _is_secret(kind_of_name(match["name"].rpartition(":")[2]), match["secret"], "")


def _is_pair(match: re.Match[str]) -> bool:
    return _is_element(match) and is_secret_pair(match["name"], match["secret"])


def _is_opaque(match: re.Match[str]) -> bool:
    return re.search(OPAQUE, match["secret"]) is not None


URL = Pattern(
    "password in a URL",
    ("@",),
    r"(?P<open>['\"])?(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9+.\-]{0,30}://(?![^\s/@:]*:\d{1,5}(?:[/?#\s]|$))[^\s/:@'\"<>?#\[\]]*:"
    r"(?P<secret>(?(open)(?:(?!(?P=open))[^\s\"<>])+|[^\s\"<>]+))@(?=[\w\[%$\-.]|$)(?!sha256:)",
    lambda match: not is_placeholder(match["secret"]) and not match["secret"].startswith(("{", "<", "${", "%(")),
)
PATTERNS = (
    URL,
    # The part of a URL for the network, or a proxy.
    Pattern("password of a host", ("@",), r"\A(?://)?(?!(?:acct|mailto|npm|pkg|sips?|xmpp):)[\w.%+\-]*:"
            r"(?P<secret>[^\s/]{6,})@[\w.\-]+(?::\d+)?/?\Z", lambda it: is_varied(it["secret"])),
    Pattern("token in a URL", ("@",), r"://(?P<secret>[^\s/:@'\"<>?#]{16,})@", lambda it: is_arbitrary(it["secret"])),
    # `Basic dXNlcjpwdw==`, base64 of user:password, and not "Basic authentication".
    Pattern("basic credentials", ("asic ", "ASIC "), r"(?i:\bbasic) +(?P<secret>[A-Za-z0-9+/]{6,}={0,2})",
            lambda it: ":" in basic_credentials(it["secret"])),
    Pattern("bearer token", ("earer ", "EARER "), r"(?i:\bbearer) +(?P<secret>[\w.~+/\-]{6,}=*)",
            _is_opaque),
    Pattern("webhook", ("hooks.slack.com", "bhook"), r"(?:hooks\.slack\.com/(?:services|workflows|triggers)|"
            r"discord(?:app)?\.com/api/webhooks|webhook\.office\.com/webhookb2)/(?P<secret>[\w/@.-]+)"),
    Pattern("Slack key", ("xox", "xapp-"), r"xox[a-z]-(?:[\w-]{0,40}\d[\w-]*|\w{8,})|xapp-\d-[\w-]+"),
    Pattern("Facebook key", ("|", "%"), r"(?<!\d)\d{15,16}[|%][\w-]{27,40}"),
    Pattern("Telegram token", (":AA",), r"(?<!\d)\d{5,16}:AA[\w-]{30,}"),
    Pattern("Azure secret", ("Q~",), r"(?<![\w.~])[\w~.]{3}\dQ~[\w~.-]{31,34}"),
    Pattern("Terraform token", (".atlasv1.",), r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,}"),
    Pattern(NAMED, ("==", "!="), r"(?P<q>['\"])(?P<secret>(?:(?!(?P=q)).)+)(?P=q) *[!=]={1,2} *(?P<name>[\w.]+)",
            _is_element),
    Pattern("Mailchimp key", ("-us",), r"(?<![0-9a-f])[0-9a-f]{32}-us\d{1,2}"),
    Pattern("MaxMind key", ("_mmk",), r"(?<!\w)[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk"),
    Pattern("OpenShift token", ("sha256~",), r"sha256~[\w-]{40,}"),
    Pattern(NAMED, ("</",), r"<(?P<name>[\w:.\-]{2,64})(?:\s[^<>]*)?>\s*(?P<secret>[^<>\s][^<>]*?)\s*</", _is_element),
    Pattern(NAMED, ("value=", "content="), r"<\w+\s(?:[^<>]{0,200}?\s)?(?:key|name|id)=['\"]"
            r"(?P<name>[\w:.\-]{2,64})['\"](?:[^<>]{0,200}?\s)?(?:value|content)=['\"](?P<secret>[^'\"]+)",
            _is_element),
    Pattern(NAMED, ("alue:", 'alue"', "alue'", "alue\\"), r"\b(?:[Nn]ame|[Kk]ey)(?P<q>\\*['\"]?):\s*\\*['\"]?"
            r"(?P<name>[\w.\-]{2,64})\\*['\"]?,?\s+(?P=q)[Vv]alue(?P=q):\s*\\*['\"]?(?P<secret>[^\s'\"\\]+)",
            _is_pair),  # of JSON or YAML
    Pattern(NAMED, ("value=",), r"<input\s(?:[^<>]{0,200}?\s)?type=['\"]password['\"]\s(?:[^<>]{0,200}?\s)?"
            r"value=['\"](?P<secret>[^'\"]+)", _is_opaque),
    Pattern("password of a database", ("jdbc:oracle:",), r"jdbc:oracle:\w+:[\w$#]+/(?P<secret>[^\s/@'\"]+)@"),
    Pattern(NAMED, ('name="',), r"\bname=\"(?P<name>[\w.\-]{2,64})\""
            r"(?:(?:\r\n|\\r\\n)[\w\-]{1,40}:[^\r\n\\]{0,200}){0,5}(?:\r\n|\\r\\n){2}(?P<secret>[^\r\n\\]+)",
            _is_element),  # a part of a form: RFC 7578
    Pattern(NAMED, ("%3D", "%3d"), r"(?:%[0-9A-Fa-f]{2}|\b)(?P<name>[A-Za-z_][\w.\-]{1,63})%3[Dd]"
            r"(?P<secret>(?:%(?!3[Bb]|26|0[ADad])[0-9A-Fa-f]{2}|[\w.~+!*'()\-])+)", _is_element),  # a URL in a URL
    Pattern(NAMED, ("', ", '", '), r"(?<=[(\[])[ub]?(?P<q>\\*['\"])(?P<name>[\w.\-$]{2,64})(?P=q), ?"
            r"[ub]?(?P<p>\\*['\"])(?P<secret>(?:(?!(?P=p))[^\n])+)(?P=p)(?=[)\]])",
            _is_pair),
    Pattern("password in pgpass", (":5432:", ":*:"),
            r"(?m:^)[^\s:]+:(?:5432|\*):[^\s:]+:[^\s:]+:(?P<secret>[^\s:]\S*)"),
    Pattern("password in SQL", ("dentif", "DENTIF", "assword", "ASSWORD"),
            r"(?i:\bidentified\s+(?:with\s+['\"]?\w+['\"]?\s+)?(?:by|as)"
            r"|\bpassword(?:\s*\(|\s|\s+for\s+\S+\s*=))\s*(?P<q>\\*')(?P<secret>(?:(?!(?P=q)).)+)", _is_given),
    Pattern(NAMED, ("variable ",), r"\bvariable\s+\"(?P<name>[\w-]+)\"\s*\{[^{}]*\bdefault\s*="
            r"\s*\"(?P<secret>[^\"\n]+)", _is_element),  # of Terraform
    Pattern("password in PowerShell", ("SecureString",), r"-SecureString\s+(?:-String\s+)?(?P<q>['\"])"
            r"(?P<secret>(?:(?!(?P=q)).)+)", _is_given),
    Pattern("private JSON web key", ("kty",), r"(?<=[{,\s])\\*['\"](?:[dkpq]|d[pq]|qi)\\*['\"]\s*:\s*\\*['\"]"
            r"(?P<secret>[\w-]{16,}=*)"),
    Pattern("password of Redis", ("quirepass ", "QUIREPASS ", "sterauth "), r"(?i:(?:^|\n|config[ \t]+set)[ \t]*"
            r"(?:requirepass|masterauth))[ \t]+['\"]?(?P<secret>[^\s'\"]+)", _is_given),
    Pattern("AUTH command", ("AUTH ", "auth "), r"(?:^|\n)(?:AUTH(?:[ \t]+[\w.\-]+)?|auth[ \t]+default)[ \t]+"
            r"(?P<secret>\S{6,})[ \t\r]*(?=\n|$)",
            lambda it: is_varied(it["secret"]) and not it["secret"].isupper()),  # `AUTH CRAM-MD5` names a mechanism
    Pattern("password in netrc", ("login",), r"\blogin\s+\S+\s+(?:account\s+\S+\s+)?passw(?:or)?d\s+(?P<secret>\S+)"),
)  # fmt: skip
# A word of a command: quoted, as in a shell or in the repr of a list, or bare.
WORD = r"(?<![^\s\[(,=])(?P<q>['\"])(?P<quoted>(?:\\.|(?!(?P=q))[^\\\n])*)(?P=q)(?=[\s,\])]|$)|[^\s'\"\[\],()]+"
OPTION = r"(?:^|[\s'\"\[\](),=])(?:-[^\s-]|--[^\s-]|/[\w-]+:|pass:|[\w$#]+/[^\s/@]+@)"  # how one begins
PEM_BEGIN = "-----BEGIN"
PEM = r"-----BEGIN[A-Z0-9 _-]{0,100}PRIVATE KEY(?: BLOCK)?-----(?s:.)*?(?:KEY(?: BLOCK)?-----|\Z)"
SHORTEST_NAMED = 3
SHORTEST_LINE = 16  # of a private key
MOST_LINES = 100
SHORTEST_QUERY = 6
CSV_SEPARATORS = (",", ";", "\t", "|")
MOST_COLUMNS = 100


def find(text: str) -> list[Found]:
    """Return the secrets in a text in the order in which they stand there; they do not overlap."""
    found = [Found(*match.span(), "private key") for match in re.finditer(PEM, text)] if PEM_BEGIN in text else []
    for start in suspicion.words(text.encode("ascii", "replace")):
        found.extend(_key(text, start))
    for pattern in PATTERNS:
        if any(marker in text for marker in pattern.markers):
            found.extend(_with(pattern, text))
    lowered = text.lower()
    if any(stem in lowered for stem in suspicion.STEMS):
        found.extend(_assigned(text))
        found.extend(_in_columns(text))
        if "values" in lowered:
            found.extend(_in_statements(text))
    if re.search(OPTION, text) is not None:
        found.extend(_in_command(text))
    return merged(found)


def parts(secret: str) -> Iterator[str]:
    """Yield the secrets within a secret: of "Bearer x", `host=db password=x`, the lines of a key, cookies."""
    scheme = re.match(SCHEME_WORDS, secret)
    if scheme is not None:
        yield secret[scheme.end() :]
        yield basic_credentials(secret[scheme.end() :]).partition(":")[2]
    for each in find(secret):
        yield secret[each.start : each.end]
    if "\n" in secret:
        yield from [line for line in secret.split("\n")[:MOST_LINES] if len(line) >= SHORTEST_LINE and " " not in line]
    for cookie in secret.split("; ") if "=" in secret else ():
        value = cookie.partition("=")[2]
        if is_arbitrary(value):
            yield value


def replaced(text: str, found: list[Found]) -> str:
    """Return a text with secrets replaced."""
    parts, at = [], 0
    for each in found:
        parts += [text[at : each.start], REDACTED_TEXT]
        at = each.end
    return "".join([*parts, text[at:]])


def _key(text: str, start: int) -> Iterator[Found]:
    if start and (text[start - 1].isalnum() or text[start - 1] == "_") and text[start - 2 : start - 1] != "\\":
        return
    from tibidi.redaction.keys import key_at  # few texts

    key = key_at(text, start)
    if key is not None:
        yield Found(start, key[0], f"{key[1]} key")


def _with(pattern: Pattern, text: str) -> Iterator[Found]:
    for match in re.finditer(pattern.expression, text):
        if pattern.confirm is None or pattern.confirm(match):
            yield Found(*match.span("secret" if "secret" in match.re.groupindex else 0), pattern.rule)


def _assigned(text: str) -> Iterator[Found]:
    """Yield the values of the names of secrets; go on behind them, and inside those of harmless names."""
    end = searched = 0
    for head in _heads(text):
        if head.start() < end:
            continue
        end = head.end()
        kind = kind_of_name(head["name"])
        if kind == HARD and re.compile(CONTAINER).match(text, end):
            is_schema = text[end] == "{" and not head["name"].lower().endswith(HOLDERS)
            if end >= searched and not is_schema:
                spans, searched = _contained(text, end)
                yield from [Found(*span, NAMED) for span in spans if is_varied(text[slice(*span)])]
            continue
        span = _value(head, kind) if kind else None
        if span is not None:
            end = max(end, span[1])
            yield Found(*span, NAMED)


def _heads(text: str) -> Iterator[re.Match[str]]:
    """Yield each name that may be that of a secret, with its sign.

    Only names with a stem are looked at: to try the expression at every word of a text takes six times longer.
    """
    head, name = re.compile(HEAD), re.compile(NAME)
    if not text.isascii():  # lower case may have another length
        yield from head.finditer(text)
        return
    end, lowered = 0, text.lower()
    for at in sorted([at for stem in STEMS for at in suspicion.places_of(stem, lowered)]):
        if at < end:
            continue
        before, end = end, name.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing as well
        after = text[end : end + 1]
        if after in " \t":
            after = (text[end : end + MOST_SPACES].lstrip(" \t") or "=" * (end < len(text)))[:1]
        if after not in SIGNS:
            continue  # most names in a text
        start = max(before, end - LONGEST_NAME)
        start = end - len(text[start:end]) + len(text[start:end].rstrip(IN_NAMES))
        start += len(text[start:end]) - len(text[start:end].lstrip(NOT_FIRST))
        match = head.match(text, _quote_before(text, start, before)) or head.match(text, start)
        if match is not None:
            yield match


def _quote_before(text: str, at: int, begin: int) -> int:
    """Return where a quote begins, escaped or not, that stands before a place."""
    if at > begin and text[at - 1] in "'\"":
        at -= 1
        while at > begin and text[at - 1] == "\\":
            at -= 1
    return at


def _value(head: re.Match[str], kind: str) -> tuple[int, int] | None:
    """Return where the secret value of a name is; None if it has none."""
    text, sign, name = head.string, head["sign"].strip(), head["name"]
    quoted = _quoted(text, head.end())
    is_key = head["open"] is not None and head["open"] == head["close"]
    before = text[max(0, head.start() - 1) : head.start()]
    if quoted is not None:
        value = text[slice(*quoted)]
        return quoted if _is_secret(kind, value, before) and (sign or (kind == HARD and is_varied(value))) else None
    if sign == ":" and not is_key:
        return _after_colon(head, kind)
    is_spaced = head["sign"] != sign or is_key
    if not sign:
        return None
    if is_spaced and not is_key and text[text.rfind("\n", 0, head.start()) + 1 : head.start()].strip(" \texport"):
        return None  # in the middle of a line of code
    bare = _bare(TO_END_OF_LINE if is_spaced and not is_key else BARE, head, kind, before)
    if bare is None:
        return None
    value = bare[0]
    if text[bare.end() : bare.end() + 1] == "(" or re.fullmatch(CODE, value):
        return None
    if is_placeholder(value + text[bare.end() : bare.end() + 1]):  # ${X}
        return None
    parent, _, last = value.rpartition(".")
    is_attribute = parent.replace(".", "").isidentifier() and kind_of_name(last) != ""
    return None if is_attribute or last.lower() == name.lower() else bare.span()


def _contained(text: str, start: int) -> tuple[list[tuple[int, int]], int]:
    """Return where the quoted texts are in the container at a place, without the keys of mappings; where it ends."""
    token, at, end = re.compile(rf"[\[({{\])}}]|{QUOTE}"), start, start + LONGEST_CONTAINER
    found: list[tuple[int, int]] = []
    depth = 0
    while True:
        match = token.search(text, at, end)
        if match is None:
            return found, end
        at = match.end()
        if match["q"] is None:
            depth += 1 if match[0] in "[({" else -1
            if not depth:
                return found, at
        elif text.startswith(match["q"], at):  # empty
            at += len(match["q"])
        else:
            quoted = _quoted(text, match.start())
            if quoted is None:
                return found, end
            at = quoted[1] + len(match["q"])
            if text[at : at + MOST_SPACES].lstrip()[:1] != ":":
                found.append(quoted)


def _bare(expression: str, head: re.Match[str], kind: str, before: str) -> re.Match[str] | None:
    """Return the bare value of a name if its beginning looks secret."""
    pattern, text, at = re.compile(expression), head.string, head.end()
    begin = pattern.match(text, at, at + LONGEST_JUDGED)
    is_secret = begin is not None and len(begin[0]) >= SHORTEST_NAMED and _is_secret(kind, begin[0], before)
    return pattern.match(text, at) if is_secret else None


def _quoted(text: str, at: int) -> tuple[int, int] | None:
    """Return where the text in quotes is that begins at a place, None if none does; the quotes may be escaped."""
    match = re.compile(QUOTE).match(text, at)
    if match is None:
        return None
    quote, end = match["q"], match.end()
    while True:
        begin, end = end, text.find(quote, end)
        escapes = len(text[begin:end]) - len(text[begin:end].rstrip("\\"))
        if end < 0 or (not escapes if len(quote) > 1 else not escapes % 2):
            return (match.end(), end) if end > match.end() else None
        end += 1


def _after_colon(head: re.Match[str], kind: str) -> tuple[int, int] | None:
    """Return where the value of a header, or of a line of YAML or a log, is."""
    text, name = head.string, head["name"]
    if "-" in name or name.lower() in HEADERS or name.lower().endswith("_cookie"):
        pattern = re.compile(HEADER_VALUE, re.IGNORECASE)
        begin = pattern.match(text, head.end(), head.end() + LONGEST_JUDGED)
        value = "" if begin is None or is_placeholder(begin["secret"]) else begin["secret"]
        match = pattern.match(text, head.end()) if "=" in value or re.search(OPAQUE, value) else None
        return None if match is None else (match.start("secret"), match.start("secret") + len(match["secret"].rstrip()))
    bare = re.compile(BARE).match(text, head.end(), head.end() + LONGEST_JUDGED)
    if bare is None:
        return None
    value = bare[0]
    is_long = len(value) >= SHORTEST_QUERY
    is_secret = is_long and has_symbol(value) if kind == HARD else is_arbitrary(value)
    parent, _, last = value.rpartition(".")
    if not is_secret or not _is_secret(kind, value, "") or (parent.isidentifier() and kind_of_name(last)):
        return None
    return None if re.fullmatch(CODE, value) else re.compile(BARE).match(text, head.end()).span()  # type: ignore[union-attr]


def _is_secret(kind: str, value: str, before: str) -> bool:
    """Return True if a value in a text is secret under a name of this kind, before which a character stands."""
    value = value[:LONGEST_JUDGED]
    if not value or is_placeholder(value) or value == REDACTED_TEXT:
        return False
    if kind == HARD:
        return True
    if kind == SOFT:
        return is_arbitrary(value) or (before in {"?", "&"} and len(value) >= SHORTEST_QUERY)
    return kind != "" and is_weakly_named(value)


def _in_command(text: str) -> Iterator[Found]:
    """Yield the secrets in a command, or in the repr of a list of its words."""
    matches = list(re.finditer(WORD, text))
    for match in matches:
        if match["quoted"] is not None and " " in match["quoted"]:  # a whole command
            start = match.start("quoted")
            yield from (Found(start + each.start, start + each.end, each.rule) for each in _in_command(match["quoted"]))
    words = [match["quoted"] if match["quoted"] is not None else match[0] for match in matches]
    for at, (begin, end) in secret_words(words):
        start = matches[at].start("quoted" if matches[at]["quoted"] is not None else 0)
        yield Found(start + begin, start + end, "the argument of a secret option")


def _in_columns(text: str) -> Iterator[Found]:
    """Yield the cells of a column with the name of a secret in a text of rows with a header."""
    first, newline, _ = text.partition("\n")
    separator = next((each for each in CSV_SEPARATORS if each in first), "")
    names = [name.strip(" '\"\r") for name in first.split(separator)] if separator and newline else []
    secret = [at for at, name in enumerate(names[:MOST_COLUMNS]) if kind_of_name(name) == HARD]
    if not secret or not all(name.replace("_", "").replace(" ", "").isalnum() for name in names):
        return
    start = len(first) + 1
    for line in text[start:].split("\n"):
        cells = line.split(separator)
        for at in secret if len(cells) == len(names) else ():
            begin = start + sum(map(len, cells[:at])) + at * len(separator)
            yield Found(begin, begin + len(cells[at].rstrip()), "its column")
        start += len(line) + 1


def _in_statements(text: str) -> Iterator[Found]:
    """Yield the texts in quotes that SQL inserts into a column with the name of a secret."""
    from tibidi.redaction import statements  # few texts

    for value in statements.literals(text):
        if _is_secret(kind_of_name(value.column), text[value.start : value.end], ""):
            yield Found(value.start, value.end, "its column")


def merged(found: list[Found]) -> list[Found]:
    """Return the finds in order; of those that overlap, what covers all."""
    whole: list[Found] = []
    for each in sorted(found):
        if whole and each.start < whole[-1].end:
            whole[-1] = whole[-1]._replace(end=max(each.end, whole[-1].end))
        elif each.end > each.start:
            whole.append(each)
    return whole
