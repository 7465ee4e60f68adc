"""A minimal client of the Debug Adapter Protocol, which drives debugpy like an IDE."""

from __future__ import annotations

import json
import socket
import time
from typing import Any

SECONDS = 30.0


def free_port() -> int:
    """Return a free port of the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Client:
    """A connection to a debug adapter that will listen on `port`."""

    def __init__(self, port: int) -> None:
        self._socket = self._connect(port)
        self._file = self._socket.makefile("rb")
        self._number = 0
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def begin(self, configuration: dict[str, Any], filters: list[str]) -> None:
        """Do what an IDE does with a configuration of launch.json before the program runs."""
        self.request("initialize", adapterID="tibidi", linesStartAt1=True, columnsStartAt1=True, pathFormat="path")
        begun = self.send(configuration["request"], **configuration)
        self.event("initialized")
        self.request("setExceptionBreakpoints", filters=filters)
        self.request("configurationDone")
        self.response(begun)

    def request(self, command: str, **arguments: object) -> dict[str, Any]:
        """Send a request and return the body of the response; events that come between are kept."""
        return self.response(self.send(command, **arguments))

    def send(self, command: str, **arguments: object) -> int:
        """Send a request; return its number."""
        self._number += 1
        message = {"seq": self._number, "type": "request", "command": command, "arguments": arguments}
        data = json.dumps(message).encode()
        self._socket.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        return self._number

    def response(self, number: int) -> dict[str, Any]:
        """Wait for the response to a request; return its body."""
        while True:
            message = self._receive()
            if message["type"] == "response" and message["request_seq"] == number:
                assert message["success"], message
                return message.get("body", {})

    def event(self, name: str) -> dict[str, Any]:
        """Wait for an event; return its body."""
        while True:
            for message in self.events:
                if message["event"] == name:
                    self.events.remove(message)
                    return message.get("body", {})
            self._receive()

    def variables(self, reference: int) -> dict[str, dict[str, Any]]:
        """Return the variables of a scope or value, by name."""
        body = self.request("variables", variablesReference=reference)
        return {variable["name"]: variable for variable in body["variables"]}

    def frame_variables(self, frame: dict[str, Any]) -> tuple[int, dict[str, dict[str, Any]]]:
        """Return the reference of the locals of a frame, and the variables."""
        scopes = self.request("scopes", frameId=frame["id"])["scopes"]
        reference = scopes[0]["variablesReference"]
        return reference, self.variables(reference)

    def stack(self, thread: int) -> list[dict[str, Any]]:
        """Return the frames of a thread, innermost first."""
        return self.request("stackTrace", threadId=thread)["stackFrames"]

    def _receive(self) -> dict[str, Any]:
        length = 0
        while True:
            line = self._file.readline()
            assert line, "the adapter closed the connection"
            if line == b"\r\n":
                break
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        message = json.loads(self._file.read(length))
        if message["type"] == "event":
            self.events.append(message)
        return message

    @staticmethod
    def _connect(port: int) -> socket.socket:
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
            except ConnectionRefusedError:
                assert time.monotonic() < deadline, f"nobody listens on {port}"
                time.sleep(0.1)
