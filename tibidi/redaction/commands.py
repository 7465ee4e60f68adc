"""Find the secrets among the words of a command: `--password x`, `--token=x`, `mysql -px`, `curl -u user:x`."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.redaction.looks import is_placeholder, is_varied, is_weakly_named
from tibidi.redaction.names import HARD, WEAK, kind_of_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Programs, and their options that take a password: it is the next word (`+`), the rest of the same word (`*`) or either
# (`?`); where the option ends in a separator, it follows a user and that separator.
NEXT, JOINED, EITHER = "+", "*", "?"
TABLE = """
7z -p*; ab -A: -P:; bcp -P?; curl -u: -U: --user: --proxy-user:; docker -p+; helm -p+; http -a: --auth:
https -a: --auth:; ipmitool -P+; lftp -u,; oc -p+; openssl -k+ -K+; podman -p+; redis-cli -a+
rpcclient -U%; smbclient -U%
snmpget -A+ -X+; snmpwalk -A+ -X+; sqlcmd -P?; sshpass -p?; unzip -P?; zip -P?
expdp /@; impdp /@; sqlplus /@
mysql* -p*; mariadb* -p*; mongo* -p+; ldap* -w?
"""
LOGINS = ("docker", "helm", "oc", "podman")  # `docker run -p 80:80` is about a port
FAMILIES = ("mysql", "mariadb", "mongo", "ldap")  # of programs
PROGRAMS: dict[str, dict[str, str]] = {}  # made of the table when it is needed
SEPARATORS = frozenset(":,%")
OPENSSL = "pass:"


def options_of(word: str) -> dict[str, str] | None:
    """Return the options of a program that take a password; None for anything else."""
    if not PROGRAMS:
        for entry in TABLE.strip().replace("\n", "; ").split("; "):
            program, *options = entry.split()
            PROGRAMS[program] = {option[:-1]: option[-1] for option in options}
    name = word.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe")
    if name in PROGRAMS or not name.startswith(FAMILIES):
        return PROGRAMS.get(name)
    return next(PROGRAMS[f"{each}*"] for each in FAMILIES if name.startswith(each))


def secret_words(words: Sequence[str]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield where secrets are in the words of a command: the number of the word, where in it one begins and ends."""
    options: dict[str, str] = {}
    is_login = "login" in words
    expected = ""  # what the word before announces: NEXT, a separator, or the kind of the name of an option
    for at, word in enumerate(words):
        announced, expected = expected, ""
        begin, end = _announced_at(word, announced) if announced and word[:1] != "-" else -1, len(word)
        if begin < 0:
            found = options_of(word)
            if found is not None:
                options = found if is_login or not word.endswith(LOGINS) else {}
            if word[:1] == "-" or (word[:1] == "/" and ":" in word):
                begin, expected = _in_option(word, options)
            elif word.startswith(OPENSSL):
                begin = len(OPENSSL)
            elif "/" in options and 0 < word.find("/") < word.find("@"):  # of Oracle: user/password@database
                begin, end = word.index("/") + 1, word.rindex("@")
        if 0 <= begin < end and not is_placeholder(word[begin:end]):
            yield at, (begin, end)


def _announced_at(word: str, announced: str) -> int:
    if announced in {NEXT, HARD}:
        return 0
    if announced in SEPARATORS:
        return word.find(announced) + 1 or -1
    return 0 if (is_weakly_named if announced == WEAK else is_varied)(word) else -1


def _in_option(word: str, options: dict[str, str]) -> tuple[int, str]:
    """Return where a secret begins in an option, -1 if it does not; and what the option announces for the next word."""
    for option, kind in options.items():
        if word == option:
            return -1, "" if kind == JOINED else NEXT if kind == EITHER else kind
        if word.startswith(option) and len(option) == 2 and word[:2] != "--":
            if kind in {JOINED, EITHER}:
                return 2, ""
            return (word.find(kind, 2) + 1 or -1 if kind in SEPARATORS else -1), ""
    name, equals, value = word.partition("=" if "=" in word or word[0] == "-" else ":")
    kind = kind_of_name(name)
    if not equals or not kind:
        return -1, kind
    return (len(name) + 1 if value and (kind == HARD or is_varied(value)) else -1), ""
