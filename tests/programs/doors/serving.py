"""Start a server or a worker, ask it something, and stop it."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def running(*command, port=None, stop=signal.SIGTERM):
    """Run `python -m command` until it listens, and stop it at the end."""
    process = subprocess.Popen([sys.executable, "-m", *map(str, command)], stdin=subprocess.DEVNULL)
    try:
        for _ in range(600):
            if port is None or process.poll() is not None or is_open(port):
                break
            time.sleep(0.1)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(stop)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def is_open(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def get(port, path="/"):
    """Return the status of an answer, or the name of the error."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError as error:
        return type(error).__name__
