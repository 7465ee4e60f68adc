"""Recognize the names of secrets.

Rules
-----
A name is split into words, at underscores, hyphens, dots and changes of case
(`DB_PASSWORD`, `userPassword`, `X-Api-Key`), and is secret when one of the
words is, or when two neighbours are (`api key`).  The words around it do not
matter (`old_password_2`), except for those which say that the value is *about*
a secret: `token_count`, `password_validator`, `session_timeout`,
`cookie_name`.  Within one word, only what is unmistakable is searched for
(`dbpassword`, `apikey`), so that `tokenizer`, `secretary`, `passenger`,
`author`, `keyboard` and `monkey` are no names of secrets.

A `SOFT` name is the name of many ordinary values as well: a session is more
often an object or a mapping than a secret, a token may belong to a parser.
Under such a name only text is secret.  Under a `HARD` name a number or a
whole container is secret, too: a PIN, a list of passwords, a dict of cookies.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


HARD = "hard"
SOFT = "soft"

HARD_WORDS = _words(
    "password passwords passwd passwds passphrase passphrases passcode passcodes pwd pwds pswd secret secrets"
    " credential credentials creds authorization cookie cookies dsn apikey apikeys otp mnemonic"
)
SOFT_WORDS = _words("token session sessionid sessid jwt bearer csrf xsrf csrftoken authtoken")
# Secret when they are the last word: `db_pass`, `auth`; but not `pass_number`, `auth_backend`.
SOFT_ENDINGS = _words("pass pw")
HARD_ENDINGS = _words("auth cred")  # a pair of user and password, often
NEUTRAL = frozenset({"header", "value", "string", "data"})

# Secret before "key" or "keys"; and before "token" or "tokens", where the plural of an ordinary token is not.
KEY_KINDS = _words(
    "api access account auth aws deploy encryption github hmac license master openai private secret sendgrid"
    " service session shared signing ssh storage stripe symmetric twilio webhook"
)
TOKEN_KINDS = _words("access api auth bearer csrf id refresh secret session")

# A word that contains one of these is secret; `secret` itself would match secretary.
# (Compiled when it is needed: it takes a millisecond, and few crashes need it.)
SHORTEST_GLUED = 6
GLUED = (
    r"passw(?:or)?d|passphrase|credential|(?:api|secret|private|access|auth|encryption)keys?(?![a-z])"
    r"|(?:auth|access|refresh|secret|api|csrf|xsrf)tokens?(?![a-z])|clientsecret|secretvalue|cookies?$"
    r"|sess(?:ion)?id$|^(?:my|the|app|db|user)(?:secret|pwd|token|pass)s?$"
)

# After the secret word: the value is about the secret, and is none itself.
ABOUT = _words(
    "age algorithm algorithms arn attempts attr attribute backend backends bucket cache callback change changed check"
    " checker class cls column context count counts counter created date dir domain dumper enabled encoder engine"
    " error errors exists expiration expire expired expires expiry factory field fields file filename folder form"
    " format func function generator getter handler hasher hashers help httponly idx index interface invalid iter"
    " iterator kind label len length level lifetime limit loader location lookup maker manager max maxlen message"
    " middleware min mode model module name names num number offset ok page parser path pattern place placeholder"
    " policy pos position prefix processor prompt provider ratio regex required requirements reset resolver rule"
    " rules samesite schema scheme scope scopes secure serializer setter size source spec start status storage"
    " strength style template test timeout tmpl total ttl type types uri url usage used valid validation validator"
    " validators view views width"
)
# Likewise before it: `max_password`, `is_secret`.
BEFORE = _words("has is max min no num public use")
# Before a token, which is then one of a parser, a tokenizer or a list in pages: `next_token`, `pad_token`.
BEFORE_TOKEN = _words(
    "bos cancel cancellation cls continuation count current eos first last lexer mask next pad page pop prev"
    " previous sep special stop unk"
)
# A name without one of these need not be split into words, which takes longer.
STEMS = (
    "pass", "token", "key", "secret", "auth", "cookie", "cred", "sess", "pwd", "pw", "dsn", "jwt", "csrf", "xsrf",
    "otp", "bearer", "mnemonic", "pswd",
)  # fmt: skip

LONGEST_NAME = 100  # characters; anything longer is a text

WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def kind_of_name(name: str) -> str:
    """Return HARD or SOFT for the name of a secret, "" for any other name."""
    if len(name) > LONGEST_NAME or not may_hold_name(name):
        return ""
    return _kind_of_words([word.lower() for word in WORDS.findall(name)])


def may_hold_name(text: str) -> bool:
    """Return True if a text may contain the name of a secret; fast, with false positives."""
    lowered = text.lower()
    return any(stem in lowered for stem in STEMS)


def _kind_of_words(words: list[str]) -> str:
    best = ""
    for at, word in enumerate(words):
        kind = _kind_of_word(words, at, word)
        if kind and not _is_about(words, at):
            if kind == HARD:
                return HARD
            best = kind
    return best


def _kind_of_word(words: list[str], at: int, word: str) -> str:
    before = words[at - 1] if at else ""
    if word in HARD_WORDS or (len(word) >= SHORTEST_GLUED and re.search(GLUED, word)):
        return HARD
    if word in {"key", "keys"} and before in KEY_KINDS:
        return HARD
    if word == "tokens" and before in TOKEN_KINDS:
        return HARD
    if word in SOFT_WORDS or (len(word) > len("token") and word.endswith("token")):
        return SOFT
    if word in SOFT_ENDINGS | HARD_ENDINGS and NEUTRAL.issuperset(words[at + 1 :]):
        return HARD if word in HARD_ENDINGS else SOFT
    return ""


def _is_about(words: list[str], at: int) -> bool:
    before = words[at - 1] if at else ""
    if before in BEFORE or (words[at] == "token" and before in BEFORE_TOKEN):
        return True
    return not ABOUT.isdisjoint(words[at + 1 :])
