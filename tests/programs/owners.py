"""Crash with an owner of each thing outside a process in a local variable.

Arguments: the directory for their files, the prefix of names of shared memory, the dump.
"""

import asyncio
import bz2
import concurrent.futures
import dbm.dumb
import fileinput
import gzip
import http.client
import http.server
import io
import logging
import logging.handlers
import lzma
import mmap
import multiprocessing
import multiprocessing.managers
import os
import selectors
import shelve
import socket
import subprocess
import sys
import tarfile
import tempfile
import threading
import wave
import weakref
import zipfile

import pidfiles

class Local(pidfiles.PidFile):
    """As the class of the module, but pickled by value."""

    def __del__(self):
        os.unlink(self.path)


class Server(http.server.HTTPServer):
    """A server of `__main__`."""

    def __del__(self):
        self.server_close()


def found(module):
    """Return a module, or None where this interpreter has none."""
    try:
        return __import__(module, fromlist=["*"])
    except ImportError:
        print("not here:", module)
        return None


def share(made):
    """Keep a segment of shared memory when this process has ended."""
    multiprocessing.resource_tracker.unregister((made if hasattr(made, "buf") else made.shm)._name, "shared_memory")
    return made


def crash(bait, prefix):
    multiprocessing.set_start_method("fork")  # other methods run this module again
    os.chdir(bait)
    # Descriptors, pipes, sockets, files.
    reader, writer = os.pipe()
    pipe_file = os.fdopen(writer, "wb")
    parent_end, child_end = multiprocessing.Pipe()
    left, right = socket.socketpair()
    listener = multiprocessing.connection.Listener()
    text_file, raw_file = open("text", "w"), io.FileIO("raw", "w")
    memory = mmap.mmap(-1, 4096)
    popen_file = os.popen("true")
    # Files that are temporary, packed, or written at the end.
    temporary = tempfile.NamedTemporaryFile(dir=bait, prefix="named-")
    spooled = tempfile.SpooledTemporaryFile()
    folder = tempfile.TemporaryDirectory(dir=bait, prefix="folder-")
    open(os.path.join(folder.name, "inside"), "w").close()
    finalizer = weakref.finalize(threading.current_thread(), os.unlink, "finalized")
    zip_file, tar_file = zipfile.ZipFile("a.zip", "w"), tarfile.open("a.tar", "w")
    zipped, bzipped, xzipped = gzip.open("a.gz", "w"), bz2.open("a.bz2", "w"), lzma.open("a.xz", "w")
    sound = wave.open("a.wav", "wb")
    shelf, database = shelve.Shelf(dbm.dumb.open("shelf")), dbm.dumb.open("dumb")
    database["key"] = "value"
    lines = fileinput.input(["text"])
    # Processes, pools, managers, servers, connections.
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    child = multiprocessing.Process(target=print)
    threads, processes = concurrent.futures.ThreadPoolExecutor(1), concurrent.futures.ProcessPoolExecutor(1)
    pool, manager = multiprocessing.Pool(1), multiprocessing.Manager()
    proxy, queue, semaphore = manager.list([1]), multiprocessing.Queue(), multiprocessing.Semaphore()
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    own_server = Server(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    client = http.client.HTTPConnection("127.0.0.1", server.server_port)
    client.connect()
    sqlite = found("sqlite3")
    rows = sqlite and sqlite.connect("rows.sqlite")
    shared_memory = found("multiprocessing.shared_memory")
    shared = shared_memory and share(shared_memory.SharedMemory(prefix + "memory", create=True, size=16))
    shareable = shared_memory and share(shared_memory.ShareableList([1, 2], name=prefix + "list"))
    # Loggers, event loops, selectors.
    logger = logging.getLogger("bait")
    handler = logging.FileHandler("log")
    rotating = logging.handlers.RotatingFileHandler("rotating", maxBytes=1)
    syslog = logging.handlers.SocketHandler("127.0.0.1", server.server_port)
    logger.addHandler(handler)
    loop, selector = asyncio.new_event_loop(), selectors.DefaultSelector()
    # Classes of the application.
    pid_file, own_pid_file = pidfiles.PidFile("app.pid"), Local("own.pid")
    slotted, stream = pidfiles.Slotted(), pidfiles.Stream("stream.pid")
    fails, refuses, wrong = pidfiles.Fails("fails.pid"), pidfiles.Refuses("refuses.pid"), pidfiles.Wrong("wrong.pid")
    opener = pidfiles.Opener()
    kept.append(sys._getframe())  # nothing is finalized at the crash
    return 1 / 0


kept = []
try:
    crash(sys.argv[1], sys.argv[2])
except ZeroDivisionError as error:
    import tibidi

    tibidi.dump_exception(error, sys.argv[3])
variables = kept[0].f_locals
variables["process"].kill()
variables["pool"].terminate()
variables["manager"].shutdown()
sys.stdout.flush()
os._exit(1)
