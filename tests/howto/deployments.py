"""What a Dockerfile, a pod of Kubernetes or a unit of systemd runs, and with which environment.

The folders of the container or the service are folders of the test instead.
"""

from __future__ import annotations

import re

ENVIRONMENT = {
    "Dockerfile": r"(?<=[ ])(TIBIDI_\w+)=(\S+)",
    "pod.yaml": r"- name: (TIBIDI_\w+)\s+value: \"?([^\"\s]+)",
    "shop.service": r"(?m)^Environment=(\w+)=(\S+)",
}
COMMANDS = {
    "Dockerfile": r"(?m)^CMD (.*)$",
    "pod.yaml": r"command: \[(.*)\]",
    "shop.service": r"(?m)^ExecStart=(.*)$",
}
FOLDERS = {"/crashes": "crashes", "%S": "state"}


def is_deployment(path: str) -> bool:
    """Return True for the name of a file that says how a program is run."""
    return path in COMMANDS


def environment(path: str, text: str) -> dict[str, str]:
    """Return the environment that a file gives to the program, and that systemd adds."""
    found = dict(re.findall(ENVIRONMENT[path], text))
    for folder, here in FOLDERS.items():
        found = {name: value.replace(folder, here) for name, value in found.items()}
    state = re.search(r"(?m)^StateDirectory=(.*)$", text)
    return {**found, "STATE_DIRECTORY": f"state/{state[1]}"} if state else found


def command(path: str, text: str) -> str:
    """Return the command that a file runs."""
    match = re.search(COMMANDS[path], text)
    assert match, path
    return match[1].replace('", "', " ").strip('"')
