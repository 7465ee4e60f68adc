"""A server whose 20 threads compute, with one request a thread at a time; prints how long answers take."""

import hashlib
import inspect
import os
import signal
import resource
import select
import socketserver
import sys
import threading
import time


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            order = int(line)
            answer = order
            for _ in range(400):
                answer = int(hashlib.sha256(str(answer).encode()).hexdigest()[:12], 16)
            self.wfile.write(f"{answer}\n".encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64  # of 5, a client that is not accepted at once tries again after 1 s, then 3 s


def serve(greeting):
    with Server(("127.0.0.1", 0), Handler) as server:
        print(server.server_address[1], os.getpid(), flush=True)
        server.serve_forever()


def wait(greeting):
    print(os.getpid(), flush=True)
    lock = threading.Lock()
    lock.acquire()
    lock.acquire(timeout=60)


def sleep(greeting):
    print(os.getpid(), flush=True)
    for _ in range(6000):
        time.sleep(0.01)


def deep(greeting):
    # close to the limit of 1,000 calls
    if len(inspect.stack(0)) < 970:
        return deep(greeting)
    return sleep(greeting)


def patched(greeting):
    # as gevent does, whose poll() cannot be called in the callbacks of its loop
    select.poll = lambda: 1 / 0
    sleep(greeting)


def full(greeting):
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
    files = []
    try:
        while True:
            files.append(os.dup(0))
    except OSError:
        sleep(greeting)


def closed(greeting):
    os.closerange(3, 2000)
    sleep(greeting)


def failing(greeting):
    import tibidi.living

    tibidi.living.dump = lambda *_: 1 / 0
    sleep(greeting)


def own_handler(greeting):
    signal.signal(signal.SIGUSR2, lambda *_: sys.exit("USR2"))
    sleep(greeting)


def handler_put_back(greeting):
    previous = signal.signal(signal.SIGUSR2, lambda *_: sys.exit("USR2"))
    signal.signal(signal.SIGUSR2, previous)
    sleep(greeting)


globals()[sys.argv[1]]("hello")
