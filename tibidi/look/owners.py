"""Know the types that own something outside the process, or that write when they end.

Of other libraries than the standard one, those that open their files as soon as they are loaded.

Their instances are stand-ins in every dump: a descriptor, a path or a process
id means something else on the machine where the dump is read.
"""

from __future__ import annotations

from tibidi.look.anatomy import is_a, mro, type_name

# Any access to an attribute constructs the values of the accessing thread, by an `__init__` of the application.
THREAD_LOCAL = "_thread._local"
REASON = "it owned something outside the process"

# Each with its subclasses.  The types of `io` are not here: a subclass may own nothing.
OWNERS = frozenset({
    THREAD_LOCAL, "asyncio.base_events.Server", "asyncio.events.AbstractEventLoop", "asyncio.runners.Runner",
    "asyncio.streams.StreamWriter", "asyncio.transports.BaseTransport", "asyncio.unix_events.AbstractChildWatcher",
    "bz2.BZ2File", "cgi.FieldStorage", "concurrent.futures._base.Executor", "dbm.dumb._Database",
    "fileinput.FileInput", "ftplib.FTP", "gzip.GzipFile", "http.client.HTTPConnection", "http.client.HTTPResponse",
    "imaplib.IMAP4", "logging.FileHandler", "logging.handlers.SMTPHandler", "logging.handlers.SocketHandler",
    "logging.handlers.SysLogHandler", "lzma.LZMAFile", "mailbox.Mailbox", "multiprocessing.connection.Listener",
    "multiprocessing.connection.SocketListener", "multiprocessing.connection._ConnectionBase",
    "multiprocessing.heap.Arena", "multiprocessing.managers.BaseManager", "multiprocessing.managers.BaseProxy",
    "multiprocessing.managers.Server", "multiprocessing.pool.Pool", "multiprocessing.process.BaseProcess",
    "multiprocessing.queues.Queue", "multiprocessing.queues.SimpleQueue",
    "multiprocessing.resource_tracker.ResourceTracker", "multiprocessing.shared_memory.ShareableList",
    "multiprocessing.shared_memory.SharedMemory", "multiprocessing.synchronize.SemLock",
    "multiprocessing.util.Finalize", "os._wrap_close", "poplib.POP3", "selectors.BaseSelector", "shelve.Shelf",
    "smtplib.SMTP", "socketserver.BaseServer", "subprocess.Popen", "tarfile.TarFile", "tarfile._Stream",
    "telnetlib.Telnet", "tempfile.SpooledTemporaryFile", "tempfile.TemporaryDirectory",
    "tempfile._TemporaryFileCloser", "tempfile._TemporaryFileWrapper", "urllib.request.URLopener", "wave.Wave_read",
    "wave.Wave_write", "weakref.finalize", "zipfile.ZipExtFile", "zipfile.ZipFile", "zipfile._ZipWriteFile",
    "diskcache.core.Cache", "diskcache.fanout.FanoutCache", "diskcache.persistent.Deque", "diskcache.persistent.Index",
    "tables.file.File", "zarr.storage.DBMStore", "zarr.storage.LMDBStore", "zarr.storage.SQLiteStore",
    "zarr.storage.ZipStore", "zarr.storage._zip.ZipStore",
})  # fmt: skip

# What opens, attaches or connects when a pickle calls it.
OPENERS = frozenset({
    "_io.open", "io.open", "multiprocessing.connection.rebuild_connection", "multiprocessing.managers.RebuildProxy",
    "multiprocessing.reduction._rebuild_socket", "multiprocessing.shared_memory.ShareableList",
    "multiprocessing.shared_memory.SharedMemory", "os.fdopen",
})  # fmt: skip

# Copies of `multiprocessing`, with the same names in them.
COPIES = frozenset({"billiard", "multiprocess"})


def is_owner(cls: type) -> bool:
    """Return True if instances of a class own something outside the process."""
    return any(_original(type_name(base)) in OWNERS for base in mro(cls))


def is_opener(found: object, name: str) -> bool:
    """Return True if calling what a pickle names acquires something outside the process."""
    names = [type_name(base) for base in mro(found)] if is_a(found, type) else []
    return not OPENERS.isdisjoint(map(_original, [name, *names]))


def _original(name: str) -> str:
    package, dot, rest = name.partition(".")
    return f"multiprocessing{dot}{rest}" if package in COPIES else name
