"""Recognize the names of secrets.

Rules
-----
A name is split into words, at underscores, hyphens, dots and changes of case (`DB_PASSWORD`, `userPassword`,
`X-Api-Key`), and is secret when one of the words is, or when two neighbours are (`api key`).  The words around it do
not matter (`old_password_2`), except for those which say that the value is *about* a secret: `token_count`,
`password_validator`, `session_timeout`, `cookie_name`.  Within one word, only what is unmistakable is searched for
(`dbpassword`, `apikey`), so that `tokenizer`, `secretary`, `passenger`, `author`, `keyboard` and `monkey` are no
names of secrets.

Under a `HARD` name a text is secret whatever it is, and so is a number or a whole container: a PIN, a list of
passwords, a dict of cookies.  A `SOFT` name is the name of many ordinary values as well (a token may belong to a
parser): under it only text is secret that looks arbitrary.  A `WEAK` name (`key`, `signature`) is mostly that of
ordinary values: it is not searched for in pickles.
"""

from __future__ import annotations

import re

from tibidi.process.hints import Any


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GIVEN = "given"  # by the user: everything under it is secret
HARD = "hard"
SOFT = "soft"
WEAK = "weak"

HARD_WORDS = _words(
    "password passwords passwd passwds passphrase passphrases passcode passcodes pwd pwds pswd secret secrets"
    " credential credentials creds pword pswrd authorization cookie cookies apikey apikeys otp totp mnemonic psk"
    " passwort passworter kennwort senha senhas contrasena contrasenas contrasenya passe mdp wachtwoord losenord"
    " haslo heslo parola salasana adgangskode passord jelszo sifre parol"
)
SOFT_WORDS = _words(
    "token session sessionid sessid sid jwt bearer csrf xsrf csrftoken authtoken dsn auth authentication sig symfony"
)
# Secret when they are the last word: `db_pass`, `user_cred`; but not `pass_number`, `key_func`.
ENDINGS = {"cred": HARD, "pass": SOFT, "pw": SOFT}
PASS_KINDS = _words("admin auth db database ftp ldap login mail mysql pg postgres redis root smtp ssh user")
WEAK_WORDS = _words("key keys api signature principal")
# Before a weak word: `primary_key`.
ORDINARY = _words(
    "by cache candidate composite column dict foreign from group hash hot index lookup map natural order partition"
    " pressed primary public row sort tree unique"
)
HEADERS = frozenset({"authorization", "cookie"})  # without a hyphen
NEUTRAL = frozenset({"header", "value", "string", "data"})

# In scripts that have no ASCII letters.
NATIVE = ("парол", "密码", "密碼", "パスワード", "비밀번호", "كلمة المرور", "סיסמ", "रहस्य")
LATIN = str.maketrans("ñçàáâãäåèéêëìíîïòóôõöùúûüłőűşı", "ncaaaaaaeeeeiiiiooooouuuulousi")

# Secret before "key" or "keys"; those of applications may be names of entries as well.  And before "token" or
# "tokens", where the plural of an ordinary token is not.
KEY_KINDS = _words(
    "api access account age auth aws cipher crypto decryption deploy encryption enc fernet gcp github gpg hmac host"
    " ingest jwt license master openai pgp priv private rsa secret sendgrid service session shared signing ssh ssl"
    " storage stripe symmetric tls twilio vapid webhook write"
)
SOFT_KEY_KINDS = _words(
    "app application azure client consumer crypt customer datadog functions google instrumentation integration"
    " mail mailgun management project push read server sentry signature subscription user wallet"
)
TOKEN_KINDS = _words("access api auth bearer csrf id refresh secret session")
# Secret after these: a personal access token (`url_pat` is a pattern), a connection string.
BEFORE_ENDINGS = {
    "signature": _words("amz goog"),
    "pat": _words("access azure devops ext gh git github gitlab gl jira user"),
    "string": _words("connection conn connect"),
}

# A word that contains one of these is secret; `secret` itself would match secretary.
# (Compiled when it is needed: it takes a millisecond, and few crashes need it.)
SHORTEST_GLUED = 6
GLUED = (
    r"passw(?:or|r)?[dt]|passphrase|credential|(?:auth|access|refresh|secret|api|csrf|xsrf)tokens?(?![a-z])|cookies?$"
    r"|(?:api|app|secret|priv|private|access|account|auth|encryption|fernet|master|ssh)keys?(?![a-z])|clientsecret"
    r"|sess(?:ion)?id$|^(?:my|the|app|db|user|ssh|ftp|pg|root|admin|smtp|mail|ldap|redis|http)(?:secret|pwd|token|pass)s?$"
    r"|motdepasse|connectionstring|secretvalue|secretaccess|csrftoken|xsrftoken|subscriptionkey"
)

# After the secret word: the value is about the secret, and is none itself.
ABOUT = _words(
    "age agent algorithm algorithms arn attempts attr attribute backend backends bucket cache callback change changed"
    " check checker class cls column context count counts counter created date dir domain dumper enabled encoder"
    " engine error errors exists expiration expire expired expires expiry factory field fields file filename folder"
    " form format func function generator getter handler hasher hashers help httponly idx index interface invalid iter"
    " iterator kind label len length level lifetime limit loader location lookup maker manager max maxlen message"
    " middleware min mode model module name names num number offset ok page parser path pattern place placeholder"
    " policy pos position prefix processor prompt provider ratio regex required requirements reset resolver rule rules"
    " samesite schema scheme scope scopes serializer setter size source spec start status storage strength style"
    " template test timeout tmpl total ttl type types uri url usage used valid validation validator validators view"
    " views width"
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
    "pass", "token", "key", "secret", "auth", "cookie", "cred", "sess", "pw", "dsn", "jwt", "srf", "otp", "bearer",
    "mnemonic", "psw", "psk", "pat", "conn", "sid", "sig", "api", "principal", "symfony", "wort", "senha",
    "contras", "mdp", "nord", "haslo", "heslo", "parol", "salasana", "adgang", "jelszo", "sifre", "wachtw",
)  # fmt: skip

SHORTEST_SECRET = 5  # characters; shorter values are redacted only under their names
LONGEST_NAME = 100  # characters; anything longer is a text
LONGEST_LEARNT = 8192  # characters; a longer secret is redacted only under its name
LONGEST_READ = 4 * LONGEST_LEARNT + 1  # bytes or characters of a value: enough to tell that it is longer

WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def kind_of_name(name: str) -> str:
    """Return HARD, SOFT or WEAK for the name of a secret, "" for any other name."""
    if len(name) > LONGEST_NAME:
        return ""
    if not name.isascii():
        if any(native in name.lower() for native in NATIVE):
            return HARD
        name = name.translate(LATIN)
    if not may_hold_name(name):
        return ""
    return _kind_of_words([word.lower() for word in WORDS.findall(name)])


def as_text(value: Any, most: int | None = None) -> str | None:
    """Return a text, or the text in bytes, as an exact str; None for anything else.  No code of a subclass runs.

    At most `most` characters or bytes are read, by default all: decoding takes 20 ms a megabyte, and as much memory.
    """
    cls = type(value)
    if issubclass(cls, str):
        return str.__str__(value)[:most]
    for kind in (bytes, bytearray):
        if issubclass(cls, kind):
            data: Any = value if most is None else kind.__getitem__(value, slice(most))
            return kind.decode(data, "utf-8", "replace")
    return None


def may_hold_name(text: str) -> bool:
    """Return True if a text may contain the name of a secret; fast, with false positives."""
    lowered = text.lower()
    return any(map(lowered.__contains__, STEMS))  # all of it in C: every name of a dump gets here


def _kind_of_words(words: list[str]) -> str:
    best = ""
    for at, word in enumerate(words):
        kind = _kind_of_word(words, at, word)
        if kind and not _is_about(words, at):
            if kind == HARD:
                return HARD
            best = best if best == SOFT else kind
    return best


def _kind_of_word(words: list[str], at: int, word: str) -> str:
    before = words[at - 1] if at else ""
    if word in HARD_WORDS or (len(word) >= SHORTEST_GLUED and re.search(GLUED, word)):
        return HARD
    is_key = word in {"key", "keys"}
    if (is_key and before in KEY_KINDS) or (word == "tokens" and before in TOKEN_KINDS):
        return HARD
    if (
        word in SOFT_WORDS
        or (is_key and before in SOFT_KEY_KINDS)
        or (len(word) > len("token") and word[-5:] == "token")
    ):
        return SOFT
    if not NEUTRAL.issuperset(words[at + 1 :]):
        return ""
    if word in ENDINGS:
        return HARD if before in PASS_KINDS else ENDINGS[word]
    if before in BEFORE_ENDINGS.get(word, ()):
        return SOFT
    return WEAK if word in WEAK_WORDS and before not in ORDINARY else ""


def _is_about(words: list[str], at: int) -> bool:
    before = words[at - 1] if at else ""
    if before in BEFORE or (words[at] == "token" and before in BEFORE_TOKEN):
        return True
    return not ABOUT.isdisjoint(words[at + 1 :])
