"""Install the hooks of tibidi at the start of every interpreter with TIBIDI_ENABLE set, and begin its life record.

`tibidi_autoinstall.pth` calls `main()`, in a virtual environment twice
(CPython gh-75723).  Whatever happens here, the interpreter starts.

A kilobyte of bytecode costs about 8 us, from the disk to the end of the
interpreter.  So here is only what every program needs, and placeholders for the
hooks, which load `tibidi.hooks` at their first use.

The life record is one small file in the crash directory: who this process is,
and then what faulthandler writes when the process crashes.  Every end by Python
removes it.  `tibidi.life` reads the records of processes that are dead.  It is
begun here and not in a module of its own, since finding one more module costs
0.15 ms, as much as all that is done here.  Nothing else is written to its file
by mistake: the descriptor has a high number, which is not reused after an
application has closed all descriptors.
"""

# No `from __future__ import annotations` here: importing it costs 0.1 ms at every start.

import _signal  # type: ignore[import-not-found]  # loaded at any start, unlike `signal`
import _thread
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_importlib: "Any" = sys.modules["_frozen_importlib"]
# For the functions here, and of `tibidi.process`: sandboxes delete some of the built-in ones, tests replace some.
own_builtins = globals()["__builtins__"] = {**vars(sys.modules["builtins"])}


def _load_builtin(name: str) -> "Any":
    """Import a module; a builtin one in half the time of an import statement."""
    if name in sys.modules or name not in sys.builtin_module_names:
        return __import__(name)
    return getattr(_importlib, "_builtin_from_name", __import__)(name)  # Lib/importlib/_bootstrap.py


atexit = _load_builtin("atexit")
faulthandler: "Any" = None  # loaded with the record

ON = frozenset({"1", "true", "yes", "on"})
OFF = frozenset({"", "0", "false", "no", "off"})

# The packages of the standard library that have hooks, and those others that have none; the sitecustomize.py of Debian
# and Ubuntu imports the last.
_HOOKED = (
    "asyncio code concurrent logging multiprocessing socketserver threading tkinter unittest warnings wsgiref xmlrpc"
)
HOOKED = frozenset(_HOOKED.split())
UNHOOKED = frozenset({"tibidi", "tibidi_autoinstall", "sitecustomize", "usercustomize", "apport_python_hook"})
DESCRIPTOR = 1_000  # that of the record; lower where the limit is
MAX_SEEN = 20  # records that a start looks at
MAX_PATHS = 1_000  # characters of all paths that it looks at itself
PRIVATE = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
# By how the line of a hierarchy of cgroups begins, of version 2 and 1: where it is mounted, and its file of events.
MEMORY = {
    "\n0::": ("/sys/fs/cgroup", "memory.events"),
    ":memory:": ("/sys/fs/cgroup/memory", "memory.oom_control"),
}
INITIAL_NAMESPACE = "-4026531836"  # PROC_PID_INIT_INO of Linux
# File systems of this machine: they always answer, unlike those of a network or of another program.
LOCAL = frozenset({"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "bcachefs", "overlay", "tmpfs", "devtmpfs"})
SECRET = ("pass", "pwd", "pin", "secret", "token", "key", "auth", "cred")  # in the name of an option
ESCAPED = frozenset(" \t\n\\")  # in the names that mountstats has
LEFT_OUT = "<omitted>"  # without a space, where the redactor ends a value
ENDED = b"ended\n"  # written to a record that cannot be removed

PATIENCE = 0.5  # seconds
STOPS = (1, 2, 13, 15)  # SIGHUP, SIGINT, SIGPIPE and SIGTERM: without a handler they end a program, and are no crash
FATAL = [getattr(_signal, f"SIG{name}", 0) for name in ("SEGV", "BUS", "ILL", "FPE", "ABRT")]
# faulthandler may crash on the stack of a thread that runs Python code: before 3.12.8 and 3.13.1 on that of its own
# thread (CPython gh-123967), before 3.14 on those of others.
NOTED = () if (3, 12) <= sys.version_info < (3, 12, 8) or (3, 13) <= sys.version_info < (3, 13, 1) else STOPS

# While something refers to this module itself, the end of the interpreter clears its dictionary at once, and else when
# nothing but the function for forks holds it: after one more collection of all objects (Python/pylifecycle.c).
_this_module = sys.modules[__name__]
_process: "Any" = None  # the module `tibidi.process`
_was_called = False
_is_local = False  # the crash directory always answers
_is_late = False  # it does not answer
# Process, path, descriptor, device and inode of the life record.
_record: "tuple[int, str, int, tuple[int, int]] | None" = None
_catches_fatal = False  # faulthandler writes to the record, and is not that of the application
_forked_in: object = None  # in a child of fork(): the code of the function that called it
_has_forked = False
_dead_in = ""  # the crash directory, if it has records of dead processes
# By thread: signals that it has blocked while a record begins.
_blocked: "dict[int, set[int]]" = {}


def main() -> None:
    """Install the hooks if TIBIDI_ENABLE is on; report a problem in one line on stderr."""
    global _was_called
    if _was_called or _is_isolated():
        return
    _was_called = True
    text = os.environ.get("TIBIDI_ENABLE", "")
    word = text.strip().lower()
    if word in ON:
        _install()
    elif word not in OFF:
        _complain(f"TIBIDI_ENABLE={text!r} is ignored, tibidi is off: not one of 1 true yes on 0 false no off")


def _is_isolated() -> bool:
    """Return True if the environment must be ignored: -I, -E, or a program with the rights of another user."""
    # The start of a frozen program ignores the variables of Python itself, and says so in these flags.
    if (sys.flags.isolated or sys.flags.ignore_environment) and not hasattr(sys, "frozen"):
        return True
    return hasattr(os, "geteuid") and (os.geteuid() != os.getuid() or os.getegid() != os.getgid())


def _install() -> None:
    global os, time, _process
    try:
        _process = _load_process()
        _process.packages[__name__] = _this_module
        os, time = _process.os, _process.time  # copies: the application may patch the modules
        # Python 3.9 does not name the modules of the standard library.
        can_wait = sys.version_info >= (3, 10) and HOOKED.isdisjoint(sys.modules)
        if not can_wait or _process.environ.keys() - _process.NEVER_WRONG:
            for problem in _load_hooks().install_all():
                _complain(problem)
        else:
            _put_placeholders()
        if getattr(sys.modules.get("tibidi.config"), "native", True):
            _begin_life()
        _await_handler()  # last: what runs before is not instrumented, which takes as long as to run it
    except KeyboardInterrupt:  # then no exit handler runs
        if _process is not None:
            _end_record()
        raise
    except Exception as error:  # noqa: BLE001 - without tibidi, or with another version of it, the interpreter starts
        _complain(f"not installed at the start: {type(error).__name__}: {error}; is the package tibidi there?")


def _load_process() -> "Any":
    """Return `tibidi.process`, from beside this module if it is there: a search for it would cost 0.1 ms."""
    external = _importlib._bootstrap_external
    path = f"{external._path_split(__file__)[0]}/tibidi/process/__init__.py"
    if "tibidi" in sys.modules or not external._path_isfile(path):
        __import__("tibidi.process")
        return sys.modules["tibidi.process"]
    return _importlib._load_unlocked(external.spec_from_file_location("tibidi.process", path))


# --- the hooks


def _put_placeholders() -> None:
    """Have the hooks loaded when they are needed: by a crash, or an import of a module that may have hooks.

    A small program never needs them.
    """
    _process.reserve.fill()
    atexit.register(_placeholder(_this_module, "report_unseen", _has_unseen))
    for name in ("excepthook", "unraisablehook"):
        setattr(sys, name, _placeholder(sys, name))
    sys.meta_path.insert(0, _this_module)


def _await_handler() -> None:
    """Have the first exception that the application handles load the hook that counts them (PEP 669)."""
    monitoring, tool, hooks = _process.monitoring, _process.TOOL, sys.modules.get("tibidi.hooks")
    if not monitoring or monitoring.get_tool(tool) is not None or (hooks and not hooks.setting("swallowed", 100)):
        return
    monitoring.use_tool_id(tool, _process.NAME)
    monitoring.register_callback(tool, monitoring.events.EXCEPTION_HANDLED, _handle_first)
    monitoring.set_events(tool, monitoring.events.EXCEPTION_HANDLED)
    if hooks:
        hooks.replace_function(monitoring, "use_tool_id", hooks.wrap_use_tool_id)
    else:
        monitoring.use_tool_id = _placeholder(monitoring, "use_tool_id")


def _placeholder(owner: "Any", name: str, is_needed: "Any" = None) -> "Any":
    """Return a function that loads the hooks if they are needed, and then calls the hook that replaced it."""
    previous = getattr(owner, name)
    target, load, is_finalizing = [previous], _load_in_time, sys.is_finalizing  # the globals are gone at the end

    def placeholder(*arguments: object) -> "Any":
        if target[0] is previous and not is_finalizing() and (is_needed is None or is_needed()):
            try:
                load()
            except Exception:  # noqa: BLE001, S110 - then there is no dump
                pass
        return target[0](*arguments)

    _process.placeholders.append((owner, name, previous, placeholder, target))
    return placeholder


def report_unseen() -> None:
    """Do nothing at the exit if no exception has reached the interpreter; else see `tibidi.hooks.report_unseen()`."""


def _has_unseen() -> bool:
    """Return True if there was an exception, and a hook that may not have called our placeholder."""
    placeholders = [placeholder for *_, placeholder, _ in _process.placeholders]
    return hasattr(sys, "last_value") and getattr(sys, "excepthook", None) not in placeholders


def _load_hooks() -> "Any":
    """Return `tibidi.hooks`, which takes the place of the placeholders."""
    _process.load_own("tibidi.process.watch")
    return _process.load_own("tibidi.hooks")


def _load_in_time() -> None:
    """Load the hooks in a thread, as a file system may not answer; if that fails, say why there is no dump."""
    errors: list[BaseException] = []

    def load() -> None:
        try:
            _load_hooks()
        except BaseException as error:  # noqa: BLE001 - what leaves the thread would call a placeholder, for ever
            errors.append(error)

    _process.reserve.release()
    seconds = _process.MAX_SECONDS
    if not _in_time(load, seconds):
        _complain(f"no dump: {_process.NO_ANSWER.format(seconds)}")
    for error in errors:
        _complain(f"no dump: {_process.why_unreadable(error) or f'{type(error).__name__}: {error}'}")


def find_spec(name: str, path: "Any" = None, target: "Any" = None) -> "Any":
    """Return what the finder of the hooks finds, before a module that may have hooks: this module is its placeholder.

    (The import system asks each finder in `sys.meta_path` by a function of this name.)
    """
    if name == "tibidi":
        return _process.own_spec(name)  # that of this process, whatever is in the folder of the program
    package = name.partition(".")[0]
    if package not in HOOKED and (package in sys.stdlib_module_names or package in UNHOOKED):
        return None
    try:
        hooks = _load_hooks()
    except Exception as error:  # noqa: BLE001 - the import of the application goes on
        _complain(f"not installed: {_process.why_unreadable(error) or error}")
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not _this_module]
        return None
    return hooks.PostImportFinder.find_spec(name, path, target)


def _handle_first(code: "Any", *event: object, caught: "Any" = Exception) -> None:
    # What sitecustomize.py of Debian and Ubuntu handles, in each start, is of no interest.
    # A parameter: the end of the interpreter clears builtins, and an exception here would call this again, for ever.
    try:
        is_in_every_program = code.co_filename.startswith(_process.EVERYWHERE)
        if not (is_in_every_program or code.co_filename.endswith("customize.py") or _process.dump_threads):
            _load_hooks()
            _process.load_own("tibidi.hooks.swallowed").apply_settings(code, *event)
    except caught:
        pass


def _complain(problem: str) -> None:
    try:
        sys.stderr.write(problem if problem.startswith("tibidi: ") else f"tibidi: {problem}")
        sys.stderr.write("\n")
    except Exception:  # noqa: BLE001 - no stderr, or a closed one
        return


# --- the life record


def _begin_life() -> None:
    """Begin the record of this process, and make sure that every exit through Python removes it."""
    global faulthandler, _is_local, _is_late
    # A process that may open so few files needs all of them; the record of the process covers a subinterpreter.
    has_spare_files = os.name == "posix" and os.sysconf("SC_OPEN_MAX") > 15
    if not has_spare_files or _is_killed_by_its_own() or not _is_main_interpreter():
        return
    faulthandler = _load_builtin("faulthandler")
    words = [word for word in _argv()[1:] if word[:1] != "-"]  # _harmless() asks whether they exist
    folder = _name_of_folder()
    _is_local = "HOME" in os.environ and _are_local([folder, *words])
    _block_stops()
    try:
        _is_late = not _soon(lambda: _begin_record(folder))
        if _record is not None:
            # In this thread: the stack that the handlers run on is that of a thread (sigaltstack(2)).
            _catch_signals(_record[2], catch_fatal=not faulthandler.is_enabled())
    finally:
        _unblock_stops()
    if _record is not None:
        _replace_functions()
    if _dead_in:
        _in_time(_judge)


def _replace_functions() -> None:
    """Have every exit through Python remove the record, and each child of fork() begin one."""
    for name, wrap in (("_exit", _wrap_exit), ("execv", _wrap_exec), ("execve", _wrap_exec)):
        _replace(sys.modules["os"], name, wrap)
    enable = faulthandler.enable
    _replace(faulthandler, "disable", lambda previous: _wrap_disable(previous, enable))
    _replace(faulthandler, "enable", _wrap_enable)
    _replace(faulthandler, "is_enabled", _wrap_is_enabled)
    if hasattr(faulthandler, "register"):
        _replace(faulthandler, "register", _wrap_register)
        _replace(_signal, "signal", _wrap_signal)
    atexit.register(_soon, _end_life)
    os.register_at_fork(before=_block_stops, after_in_parent=_after_fork, after_in_child=_begin_after_fork)


def _block_stops() -> None:
    """Let the signals that faulthandler notes wait until there is a record to note them in.

    A signal that the application handles is not blocked, as its handler would run
    when it is unblocked, where an exception is lost.
    """
    if hasattr(_signal, "pthread_sigmask"):
        unhandled = {number for number in STOPS if _signal.getsignal(number) == _signal.SIG_DFL}
        _blocked[_thread.get_ident()] = unhandled - _signal.pthread_sigmask(_signal.SIG_BLOCK, unhandled)


def _unblock_stops() -> None:
    if _record is not None:
        _ensure_open(_record)  # a daemon closes all descriptors before it forks its workers
    blocked = _blocked.pop(_thread.get_ident(), None)
    if blocked:
        _signal.pthread_sigmask(_signal.SIG_UNBLOCK, blocked)


def _is_main_interpreter() -> bool:
    """Return False in a subinterpreter, by the reason why it cannot handle signals.

    The signal handlers and the record are those of the process.  Before Python
    3.12, its exit ends idle subinterpreters, and a thread that one starts in its
    atexit callbacks makes the main thread end, whose exit status is lost.
    """
    try:
        _signal.signal(0, _signal.SIG_DFL)  # there is no such signal
    except ValueError as error:
        return "main interpreter" not in str(error)
    return True


def _is_killed_by_its_own() -> bool:
    """Return True for a worker of a library that kills its workers as a matter of course."""
    line = " ".join(_line())
    return "loky.backend" in line or "packages/ray/" in line  # Ray: all processes of a cluster


def _line() -> "list[str]":
    """Return the whole command line, [] where it is not known."""
    if hasattr(sys, "orig_argv"):
        return sys.orig_argv
    try:
        return os.fsdecode(_process.read_file("/proc/self/cmdline")).split("\0")[:-1]  # Python 3.9
    except OSError:
        return []


def _soon(work: "Any") -> bool:
    """Call `work`, in a thread if the crash directory may not answer; return True if it finished in time."""
    if not _is_local:
        _extend_table()
        return _in_time(work)
    work()
    return True


def _are_local(paths: "list[str]") -> bool:
    """Return True if paths are on file systems of this machine, and no symbolic link is on the way to them.

    A thread takes twice the time of this, and on a busy machine some milliseconds
    until it runs.  mountstats (proc(5)) is shorter than mountinfo.
    """
    try:
        paths = [os.path.abspath(path) for path in paths]
        if len("".join(paths)) > MAX_PATHS or not ESCAPED.isdisjoint("".join(paths)):
            return False
        table = os.fsdecode(_process.read_file("/proc/self/mountstats"))
    except OSError:  # no /proc, or the current folder was deleted
        return False
    steps = [path[: at or 1] for path in paths for at, letter in enumerate(f"{path}/") if letter == "/"]
    for step in dict.fromkeys(steps):
        kinds = [kind.split(None, 1)[0] for kind in table.split(f" mounted on {step} with fstype ")[1:]]
        if not LOCAL.issuperset(kinds) or (step != "/" and os.path.islink(step)):
            return False
    return True


def _in_time(work: "Any", seconds: float = PATIENCE) -> bool:
    """Call a function in a thread of its own, and return True if it ends soon: a file system may not answer."""
    done = _process.allocate_lock()
    done.acquire()

    def run() -> None:
        try:
            work()
        finally:
            done.release()

    # A signal that the new thread gets before it has a stack would leave no text.
    is_blocked = _thread.get_ident() in _blocked
    if not is_blocked:
        _block_stops()
    try:
        _process.start_new_thread(run, ())
    except RuntimeError:  # no more threads; Python 3.12 starts none at its exit
        work()
        return True
    finally:
        if not is_blocked:
            _unblock_stops()
    is_done: bool = done.acquire(timeout=seconds)
    return is_done


def _begin_record(folder: str, number: "int | None" = None) -> None:
    """Begin a record; in a child of fork(), its file replaces that of its parent, which is descriptor `number`."""
    global _record
    try:
        place = _place()
        if number is None:
            folder = _usable(folder)
            _look(folder, place)
        else:
            os.closerange(number, number + 1)  # there may be no other left
        is_of_application = faulthandler.is_enabled()  # at the start by -X faulthandler
        descriptor, path = _make(folder, place, {"faulthandler": not is_of_application})
        process, file = os.getpid(), _process.identity(descriptor)
        _record = process, path, descriptor, file
        descriptor = _process.moved(descriptor, _highest())
        _record = process, path, descriptor, file
        if hasattr(os, "lockf"):
            os.lockf(descriptor, os.F_TLOCK, 0)  # until it ends; seen from other containers as well
        if number not in (None, descriptor):  # the limit of open files was lowered
            _catch_signals(descriptor, catch_fatal=_catches_fatal)
    except Exception:  # noqa: BLE001 - no room, no rights, no such system: then there is no record
        return


def _extend_table() -> None:
    """Have the kernel extend the table of descriptors: beside a second thread, it takes 10 ms (expand_fdtable)."""
    os.close(_process.moved(os.open(os.devnull, os.O_RDONLY), _highest()))


def _highest() -> int:
    return min(os.sysconf("SC_OPEN_MAX") - 1, DESCRIPTOR) if hasattr(os, "sysconf") else 0


def _catch_signals(descriptor: int, *, catch_fatal: bool) -> None:
    """Have faulthandler write to the record, about fatal signals, and about requests to stop that nobody handles.

    The latter are chained to what they do anyway.  The module `signal` does not
    know of it, and the application's own handlers take their place.
    """
    global _catches_fatal
    functions: Any = faulthandler.enable, getattr(faulthandler, "register", None)
    # In a child of fork(), they are those that note what the application calls.
    enable, register = [getattr(each, "__wrapped__", each) for each in functions]
    if catch_fatal:
        enable(descriptor)
        _catches_fatal = True
    for number in NOTED if register else ():
        if _signal.getsignal(number) == _signal.SIG_DFL:
            register(number, descriptor, all_threads=False, chain=True)
    hangs = sys.modules.get("tibidi.hooks.hangs")
    # C code such as uwsgi forks, and a child waits at its exit for a timer that it lacks.
    if hangs and not _is_python():
        hangs._timers.clear()
        faulthandler.cancel_dump_traceback_later()
    for timer in hangs._timers if hangs else ():
        timer(sys.modules["tibidi.config"].hang_seconds, file=descriptor)
    asked = getattr(sys.modules.get("tibidi.config"), "snapshot_signal", None)
    if NOTED and asked and callable(_signal.getsignal(asked)):  # the hook of tibidi, which runs when Python code can
        register(asked, descriptor, all_threads=sys.version_info >= (3, 14), chain=True)


def _name_of_folder() -> str:
    cache = os.environ.get("XDG_CACHE_HOME", "").strip() or "~/.cache"
    named = _process.environ.get("TIBIDI_DIR", "")
    return os.path.expanduser(named or ("~/Library/Caches" if sys.platform == "darwin" else cache) + "/tibidi")


def _usable(folder: str) -> str:
    """Return the crash directory; only where it cannot be used at once, the modules that know all rules are loaded."""
    named = _process.environ.get("TIBIDI_DIR", "")
    try:
        is_usable = os.access(f"{folder}/", os.W_OK | os.X_OK) or _make_missing(folder, bool(named))
        if is_usable and (named or os.stat(folder).st_uid == os.geteuid()):
            return os.path.abspath(folder)
    except OSError:
        pass
    from tibidi.store.directory import CrashDirectory

    return CrashDirectory.locate(create=True).path


def _make_missing(folder: str, is_named: bool) -> bool:
    """Make the crash directory if it is missing, as in a new container; return True if it can be used now."""
    if folder[:1] != "/" or os.path.isdir(folder):
        return False
    for each in (os.path.dirname(folder), folder):
        if not os.path.lexists(each) and (is_named or os.stat(os.path.dirname(each)).st_uid == os.geteuid()):
            os.mkdir(each, 0o700)
    return os.access(f"{folder}/", os.W_OK | os.X_OK)


def _place() -> str:
    """Return the boot of the machine and the namespace of process identifiers: where a process can be looked for."""
    try:
        # "pid:[4026531836]"; reading the link takes a fifth of the time of stat()
        return f"{_read('/proc/sys/kernel/random/boot_id')[:8]}-{os.readlink('/proc/self/ns/pid')[5:-1]}"
    except OSError:
        return "0-0"


def _make(folder: str, place: str, facts: "dict[str, object]") -> "tuple[int, str]":
    """Make the file of a record: one line, the repr() of a dictionary, then what faulthandler writes."""
    now, pid, argv = time.time(), os.getpid(), _argv()
    words = _line() if argv[:1] == ["-m"] else []
    if "-m" in words:  # the module that runs is not known yet
        argv = [*words[words.index("-m") + 1 :][:1], *argv[1:]]
    facts.update(
        place=place,
        pid=pid,
        ppid=os.getppid(),
        time=now,
        uptime=time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else 0.0,
        argv=_harmless(argv),
        executable=sys.executable,
        cwd=_cwd(),
        python=sys.version.split()[0],
        implementation=sys.implementation.name,
        hostname=os.uname().nodename if hasattr(os, "uname") else "",
        memory=_memory_kills(place),
        stops=_tells_stops(),
        signal=getattr(sys.modules.get("tibidi.config"), "snapshot_signal", None) or 0,
    )
    path = f"{folder}/.{place}-{pid}-{int(now * 1e6)}.life"
    line = f"{facts!a}\n".encode()
    descriptor = os.open(path, PRIVATE, 0o600)
    is_written = False
    try:
        is_written = not _is_late and os.write(descriptor, line) == len(line)
    finally:
        if not is_written:
            os.close(descriptor)
            os.unlink(path)
    if not is_written:
        raise OSError("no room, or too late")
    return descriptor, path


def _cwd() -> str:
    try:
        return os.getcwd()
    except OSError:  # it was deleted
        return ""


def _tells_stops() -> bool:
    """Return True if a request to stop leaves a text in the record."""
    has_handler = bool(NOTED) and hasattr(faulthandler, "register")
    return has_handler and _is_python() and _signal.getsignal(_signal.SIGTERM) is not None


def _argv() -> "list[str]":
    """Return `sys.argv`, without what is no text; [] where there is none yet."""
    return [word for word in getattr(sys, "argv", []) if type(word) is str]


def _is_python() -> bool:
    """Return False in a program that embeds Python, such as uwsgi: it may end as it should without a word of Python."""
    name = os.path.basename("".join(getattr(sys, "orig_argv", [])[:1]))
    if not name.startswith("python"):
        try:
            name = os.path.basename(os.readlink("/proc/self/exe"))
        except OSError:
            return True
    return name.startswith(("python", "pypy")) or hasattr(sys, "frozen")


def _harmless(argv: "list[str]") -> "list[str]":
    """Return the command line without what may be a secret: only options, numbers, files and plain words stay.

    A dump of an exception has the whole redactor for it, which a start cannot afford.
    """
    found, option = argv[:1], ""
    for word in argv[1:]:
        name, equals, _ = word.partition("=")
        is_secret = any(part in option.lower() for part in SECRET)
        if word.startswith("-"):
            is_glued = name[1:2] != "-" and len(name) > 3  # -pSECRET
            found.append(name[:2] + LEFT_OUT if is_glued else name + equals + (equals and LEFT_OUT))
        elif is_secret or not (word.isdecimal() or os.path.exists(word)):
            is_plain = not option and word.isalpha() and word.islower() and len(word) < 20
            found.append(word if is_plain else LEFT_OUT)
        else:
            found.append(word)
        option = name if word.startswith("-") and not equals else ""
    return found


def _memory_kills(place: str) -> "tuple[str, int] | None":
    """Return the file in which the kernel counts the out-of-memory kills of this cgroup, and the present count.

    The group is below the root of its hierarchy (cgroups(7)); in a container, that root may be the group itself.
    The root of a machine has no such file in version 2.
    """
    kills = _kills("/".join(MEMORY["\n0::"]))
    if kills is not None:
        return kills
    try:
        groups = "\n" + _read("/proc/self/cgroup")
    except OSError:
        return None
    for line, (root, name) in MEMORY.items():
        _, found, rest = groups.partition(line)
        for folder in (root + rest.partition("\n")[0].rstrip("/"), root) if found else ():
            if folder == root and place.endswith(INITIAL_NAMESPACE):
                break  # of all processes of the machine
            kills = _kills(f"{folder}/{name}")
            if kills is not None:
                return kills
    return None


def _kills(path: str) -> "tuple[str, int] | None":
    try:  # in most systems most of the files are missing: the question takes a fifth of the time of the exception
        return (path, int(_read(path).rpartition("oom_kill ")[2].split()[0])) if os.path.exists(path) else None
    except (OSError, ValueError, IndexError):  # another hierarchy has the memory
        return None


def _read(path: str) -> str:
    return str(_process.read_file(path), "ascii", "replace")


def _look(folder: str, place: str) -> None:
    """Look for records of dead processes."""
    global _dead_in
    seen, _dead_in = 0, ""
    for name in os.listdir(folder) if place != "0-0" else ():
        if seen < MAX_SEEN and name.startswith(f".{place}-") and name.endswith(".life"):
            seen += 1
            pid = name.split("-")[2]  # its own, if an earlier process had the same number
            if pid == str(os.getpid()) or not os.path.exists("/proc/" + pid):
                _dead_in = folder


def _judge() -> None:
    """Make dumps of the records of dead processes; the modules for it are only loaded if there is one."""
    try:
        from tibidi.life.judge import judge

        judge(_dead_in)
    except Exception:  # noqa: BLE001 - the next process will look
        return


def _end_record() -> None:
    """Remove the record of this process, or mark it as ended if that cannot be done any more: after chroot, setuid."""
    global _record
    record, _record = _record, None
    if record is None or record[0] != os.getpid():
        return
    try:
        os.unlink(record[1])
    except OSError:
        write(ENDED, record)


def note_argv() -> None:
    """Note the command line of a child of multiprocessing, which learns late which program it is part of."""
    if "-c" in _line():  # else it was forked by the program itself
        write(f"told: argv {_harmless(_argv())!a}\n".encode())


def write(data: bytes, record: "tuple[int, str, int, tuple[int, int]] | None" = None) -> None:
    """Append to the record, unless its descriptor is another file by now."""
    record = record or _record
    try:
        if record is not None and _ensure_open(record):
            os.write(record[2], data)
    except OSError:
        return


def _end_life() -> None:
    """End the record at the exit, and look for those of processes that died meanwhile, such as workers of a pool."""
    path = _record[1] if _record else ""
    try:
        if "tibidi.hooks.hangs" in sys.modules and path:
            sys.modules["tibidi.hooks.hangs"].finish(path)
    except Exception:  # noqa: BLE001, S110 - then nobody will
        pass
    try:
        _end_record()
        if path and (_has_forked or "_posixsubprocess" in sys.modules):  # others are found at the next start
            folder, name = os.path.split(path)
            _look(folder, "-".join(name[1:].split("-")[:2]))
        if _dead_in:
            _in_time(_judge)
    except Exception:  # noqa: BLE001 - the next process will look
        return


def _after_fork() -> None:
    global _has_forked
    _has_forked = True
    _unblock_stops()


def _begin_after_fork() -> None:
    """Begin the record of a child; not in one that `subprocess` makes, which runs another program at once.

    Nor in a child that is forked inside a dump: it ends when the thread of the dump ends.
    """
    global _forked_in
    frame = sys._getframe().f_back if hasattr(sys, "_getframe") else None
    _forked_in = frame and frame.f_code
    try:
        _replace_record(frame)
    finally:
        _unblock_stops()


def _replace_record(frame: "Any") -> None:
    global _record
    record, _record = _record, None
    if record is None or not os or _process.identity(record[2]) not in (record[3], _process.CLOSED):
        return
    if frame is None or not (frame.f_code.co_name in ("_execute_child", "_fork_exec") or _is_inside_dump(frame)):
        _begin_record(os.path.dirname(record[1]), record[2])
    if _record is None:
        os.closerange(record[2], record[2] + 1)  # else faulthandler would write to the record of the parent
        try:
            nowhere, writing = os.pipe()  # unlike /dev/null it is there after chroot() as well
            os.close(writing)
            _process.moved(nowhere, record[2])  # nor to a file of the application
        except OSError:  # too many open files
            pass


def _is_inside_dump(frame: "Any") -> bool:
    while frame is not None and frame.f_globals.get("__name__") != "tibidi.process.watch":
        frame = frame.f_back
    return frame is not None


def _replace(module: "Any", name: str, wrap: "Any") -> None:
    """Replace a function by one that looks like it for `inspect` and help(), and is pickled by its name as well."""
    previous = getattr(module, name)
    function = wrap(previous)
    function.__name__ = function.__qualname__ = name
    function.__module__, function.__doc__ = module.__name__, previous.__doc__
    function.__text_signature__, function.__wrapped__ = getattr(previous, "__text_signature__", None), previous
    setattr(module, name, function)
    if name == "execve" and previous in module.supports_fd:  # programs look there for what they call
        module.supports_fd.add(function)


def _wrap_exit(previous: "Any") -> "Any":
    def _exit(status: int) -> None:  # the stack goes to the life record, unless the process normally ends so
        try:
            caller = sys._getframe().f_back  # None if C code calls it, such as that of atexit
            number = range(status).stop  # by its __index__()
            if _record is not None and _record[0] != os.getpid():  # forked by C code
                _replace_record(caller)
            # A pool of billiard (Celery) replaces a worker that ends with EX_RECYCLE after its number of tasks.
            good = 0, caller and caller.f_globals.get("EX_RECYCLE")
            if caller is None or number in good or caller.f_code is _forked_in or _is_in_handler(caller):
                _end_record()
            elif _record is not None and _ensure_open(_record):
                if _has_unseen():  # an excepthook of the application ends the process
                    _load_hooks().report_unseen()
                write(f"os._exit({number:d})\n".encode())
                faulthandler.dump_traceback(_record[2])
        except Exception:  # noqa: BLE001, S110 - a wrong argument, or the interpreter is at its end
            pass
        finally:
            previous(status)

    return _exit


def _is_in_handler(frame: "Any") -> bool:
    """Return True within the application's handler for a signal that asks a program to end: it ends as it was asked."""
    handlers = [getattr(_signal.getsignal(number), "__code__", None) for number in STOPS]
    while frame is not None and not any([frame.f_code is each for each in handlers]):
        frame = frame.f_back
    return frame is not None


def _wrap_exec(previous: "Any") -> "Any":
    def execute(*arguments: object, **options: object) -> None:
        record = _record if _record and _record[0] == os.getpid() else None
        _end_record()
        try:
            previous(*arguments, **options)
        finally:
            if record is not None:
                _begin_record(os.path.dirname(record[1]), record[2])  # there is no such program

    return execute


def _wrap_enable(previous: "Any") -> "Any":
    def enable(*arguments: object, **options: object) -> None:  # faulthandler no longer writes to the life record
        global _catches_fatal
        previous(*arguments, **options)
        _catches_fatal = False
        write(b"faulthandler: enabled by the application\n")

    return enable


def _wrap_disable(previous: "Any", enable: "Any") -> "Any":
    def disable() -> bool:  # it writes to the life record again
        global _catches_fatal
        if _catches_fatal:
            return False
        was_enabled: bool = previous()
        if _record is not None and _ensure_open(_record):
            enable(_record[2])
            _catches_fatal = True
        return was_enabled

    return disable


def _wrap_is_enabled(previous: "Any") -> "Any":
    def is_enabled() -> bool:  # by the application: many enable it only if it is off
        return previous() and not _catches_fatal

    return is_enabled


def _wrap_register(previous: "Any") -> "Any":
    def register(signum: int, *arguments: object, **options: object) -> None:  # the record gets no text of this signal
        previous(signum, *arguments, **options)
        if signum in STOPS:
            write(b"faulthandler: has a signal that stops the application\n")

    return register


def _wrap_signal(previous: "Any") -> "Any":
    def signal(number: int, handler: object, /) -> object:
        result, record = previous(number, handler), _record
        if type(handler) is int and handler == 0 and record is not None and _ensure_open(record):  # SIG_DFL
            register: Any = faulthandler.register
            if number in NOTED:
                faulthandler.unregister(number)
                register.__wrapped__(number, record[2], all_threads=False, chain=True)
            elif number in FATAL and _catches_fatal:
                _catch_again(record[2], previous)
        return result

    return signal


def _catch_again(descriptor: int, set_handler: "Any") -> None:
    """Have faulthandler write about all fatal signals, but for those that the application handles."""
    enable: Any = faulthandler.enable
    disable: Any = faulthandler.disable
    disable.__wrapped__()
    enable.__wrapped__(descriptor)
    for number in FATAL:
        if callable(_signal.getsignal(number)):
            set_handler(number, _signal.getsignal(number))


def _ensure_open(record: "tuple[int, str, int, tuple[int, int]]") -> bool:
    """Open the file of a record again if the application has closed all descriptors; return True if it is open.

    It is not in a child of fork() that has no record yet, nor if its descriptor is another file by now.
    """
    if record[0] != os.getpid():
        return False
    file = _process.identity(record[2])
    if file == _process.CLOSED:
        try:
            descriptor = os.open(record[1], PRIVATE & ~(os.O_CREAT | os.O_EXCL))
            file = _process.identity(descriptor)
            if file == record[3]:
                os.dup2(descriptor, record[2], inheritable=False)
            os.close(descriptor)
            os.lseek(record[2], 1, os.SEEK_SET)  # the first byte is locked by who makes a dump
            os.lockf(record[2], os.F_TLOCK, 0)
        except OSError:
            return False
    return bool(file == record[3])
