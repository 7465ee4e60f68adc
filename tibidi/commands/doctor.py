"""`tibidi doctor`: check whether a crash leaves a dump, and say what to do if it does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tibidi import commands, config
from tibidi.commands.examination import COMPANION, examine
from tibidi.config import misspelt
from tibidi.process import environ

Facts = dict[str, Any]
WORKS = 0
NOT_ACTIVE = 1
BROKEN = 2
VERDICTS = {WORKS: "works", NOT_ACTIVE: "not active", BROKEN: "broken"}
INSTALL = "install it from tibidi's repository: pip install ./scripts/autoinstall '.[auto]'"
PURPOSE = """\
Check whether a crash of this interpreter leaves a dump: crash a child process and read its dump.
The exit status is 0 if it works, 1 if it is not active, 2 if it is broken.
"""
EXAMPLES = """\
TIBIDI_ENABLE=1 python -m tibidi doctor
python -m tibidi doctor --json
"""


class Finding(NamedTuple):
    """A problem: how bad it is, what it is, the next thing to do."""

    status: int
    problem: str
    remedy: str


parser = commands.parser("tibidi doctor", PURPOSE, EXAMPLES, json="a JSON object")


def main(argv: commands.Arguments) -> int:
    """Examine everything that a dump depends on, crash a child process, and print what is wrong."""
    options = commands.parse(parser, argv)
    facts: Facts = examine()
    # A cause comes before its consequences.
    findings = [*_about_activation(facts), *_about_settings(facts), *_about_writing(facts), *_about_key(facts)]
    status = max((finding.status for finding in findings), default=WORKS)
    plain = [{"problem": each.problem, "remedy": each.remedy, "status": each.status} for each in findings]
    data = {"verdict": VERDICTS[status], **facts, "findings": plain}
    commands.report(options, data, [*_lines(facts), "", *_conclusion(status, findings)])
    return status


def _about_activation(facts: Facts) -> Iterator[Finding]:
    flags = facts["interpreter"]["flags"]
    companion = facts["versions"][COMPANION]
    if flags["no_site"]:
        yield Finding(NOT_ACTIVE, "Python runs with -S, which disables .pth files", "run it without -S")
    if flags["isolated"] or flags["ignore_environment"]:
        yield Finding(NOT_ACTIVE, "Python runs with -I or -E, which tibidi honours", "run it without -I and -E")
    if not facts["pth"]:
        yield Finding(NOT_ACTIVE, "no site directory has the start hook", INSTALL)
    elif companion is not None and not facts["versions"]["match"]:
        versions = f"tibidi is {facts['versions']['tibidi']}, {COMPANION} is {companion}"
        yield Finding(WORKS, versions, INSTALL)
    for pth in facts["pth"]:
        if not pth["as_shipped"]:
            yield Finding(WORKS, f"{pth['path']} differs from the file that is shipped", INSTALL)
    if not config.enabled:
        remedy = "set TIBIDI_ENABLE=1 where the program starts"
        yield Finding(NOT_ACTIVE, "TIBIDI_ENABLE does not turn tibidi on", remedy)


def _about_settings(facts: Facts) -> Iterator[Finding]:
    for problem in dict.fromkeys([*config.problems, *misspelt(environ)]):
        yield Finding(WORKS, problem.partition(": ")[2], "correct the variable, or unset it")
    front = facts["hooks"]["sys.excepthook"]
    if config.enabled and facts["pth"] and not front["ours"]:
        remedy = "no action needed: an exit handler catches what that hook hides"
        yield Finding(WORKS, f"sys.excepthook was replaced by {front['who']}", remedy)


def _about_writing(facts: Facts) -> Iterator[Finding]:
    directory, probe = facts["directory"], facts["probe"]
    if directory["problem"]:
        yield Finding(BROKEN, directory["problem"], "set TIBIDI_DIR to a directory that can be written")
    elif directory["path"] != directory["wanted"]:
        problem = f"dumps go to {directory['path']}, because {directory['wanted']} cannot be written"
        yield Finding(WORKS, problem, "make it writable, or set TIBIDI_DIR to a directory that is")
    elif directory["short_of_space"]:
        problem = f"the disk of {directory['path']} is nearly full: dumps have the summary of a crash only, no values"
        yield Finding(WORKS, problem, "free some space, or set TIBIDI_DIR to another disk")
    flags = facts["interpreter"]["flags"]
    is_off = flags["no_site"] or flags["isolated"] or flags["ignore_environment"]
    if probe["problem"] and facts["pth"] and not is_off:
        said = f"; its last line was: {probe['said']}" if probe.get("said") else ""
        yield Finding(BROKEN, f"{probe['problem']}{said}", "see why with: TIBIDI_ENABLE=1 TIBIDI_DEBUG=1 python -c 1/0")


def _about_key(facts: Facts) -> Iterator[Finding]:
    problem, _, remedy = facts["key"]["problem"].rpartition("; ")
    if not problem and not facts["key"]["used"] and not facts["probe"]["problem"]:  # the probe creates a missing key
        problem, remedy = f"the key {facts['key']['path']} could not be created", "set TIBIDI_KEY_FILE to another path"
    if problem:
        yield Finding(WORKS, f"{problem}: dumps are not signed, and open inert", remedy)


def _lines(facts: Facts) -> Iterator[str]:
    interpreter, versions, directory = facts["interpreter"], facts["versions"], facts["directory"]
    flags = [name for name, is_set in interpreter["flags"].items() if is_set]
    yield f"python       {interpreter['version']}  {interpreter['executable']}  {' '.join(flags)}".rstrip()
    companion = versions[COMPANION] or "not installed"
    yield f"versions     tibidi {versions['tibidi']}, {COMPANION} {companion}"
    for pth in facts["pth"]:
        yield f"start hook   {pth['path']}"
        yield f"             {pth['text']}"
    for name, variable in facts["variables"].items():
        ignored = "" if variable["understood"] else "  (not understood)"
        yield f"variable     {name}={variable['raw']!r} -> {variable['parsed']!r}{ignored}"
    for name, hook in facts["hooks"].items():
        yield f"hook         {name}: {'tibidi' if hook['ours'] else hook['who']}"
    yield f"dumps        {directory['path']}  {directory.get('dumps', 0)} dumps"
    if "free_bytes" in directory:
        yield f"space        {directory['free_bytes'] / (1 << 30):.1f} GiB free"
    yield f"key          {facts['key']['path']}{'' if facts['key']['used'] else '  (not used)'}"
    yield f"probe        {facts['probe']['problem'] or 'a child process crashed, and its dump was read'}"


def _conclusion(status: int, findings: list[Finding]) -> Iterator[str]:
    yield {WORKS: "It works.", NOT_ACTIVE: "It is not active.", BROKEN: "It is broken."}[status]
    for finding in findings:
        yield f"- {finding.problem}; next: {finding.remedy}"
