"""Die, or end, in the way that the argument names."""

import ctypes
import faulthandler
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import threading
import time


def segv(order):
    ctypes.string_at(0)


def abort(order):
    os.abort()


def overflow(order):
    # repr() of a structure of 2 million levels, on a small stack and without the limit of the interpreter
    sys.setrecursionlimit(1 << 30)
    ctypes.pythonapi.Py_SetRecursionLimit(1 << 30)

    def descend(depth):
        return eval("descend(depth + 1)", {"descend": descend, "depth": depth})

    descend(0)


def c_overflow(order):
    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    values = (ctypes.c_int * 2)(2, 1)
    qsort = ctypes.PyDLL(None).qsort

    @compare
    def recurse(one, other):
        qsort(values, 2, 4, recurse)
        return 0

    sys.setrecursionlimit(1 << 30)
    qsort(values, 2, 4, recurse)


def abort_with_default(order):
    # as the worker of uvicorn for gunicorn does
    signal.signal(signal.SIGABRT, signal.SIG_DFL)
    os.abort()


def exit_3(order):
    os._exit(3)


def kill(order):
    os.kill(os.getpid(), signal.SIGKILL)


def term(order):
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)


def term_handled(order):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)


def term_hard_exit(order):
    def end(number, frame):
        os._exit(number)

    signal.signal(signal.SIGTERM, end)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)


def term_restored(order):
    previous = signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGTERM, previous)
    signal.raise_signal(signal.SIGTERM)


def term_own_faulthandler(order):
    with open("own.txt", "w") as file:
        faulthandler.register(signal.SIGTERM, file, chain=True)
        os.kill(os.getpid(), signal.SIGTERM)


def term_children(order):
    for _ in range(100):
        pid = os.fork()
        if not pid:
            time.sleep(60)
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)


def interrupt_default(order):
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.raise_signal(signal.SIGINT)


def pipe_default(order):
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    reading, writing = os.pipe()
    os.close(reading)
    os.write(writing, b"x")


def memory(order):
    resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))
    rows = [bytearray(1 << 20) for _ in range(1 << 20)]
    return rows


def memory_of_cgroup(order):
    rows = []
    while True:
        rows.append(bytearray(b"x" * (1 << 20)))


def threads_segv(order):
    def serve(number):
        time.sleep(60)

    for number in range(3):
        threading.Thread(target=serve, args=(number,), daemon=True).start()
    time.sleep(0.1)
    ctypes.string_at(0)


def many_threads_segv(order):
    for _ in range(110):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    ctypes.string_at(0)


def ret(order):
    return order


def exit_0(order):
    sys.exit(0)


def exit_1(order):
    sys.exit(1)


def hard_exit_0(order):
    os._exit(0)


def hard_exit_index(order):
    class Status:
        def __index__(self):
            return 0

    os._exit(Status())


def exec_true(order):
    os.execvp("true", ["true"])


def exec_python(order):
    os.execv(sys.executable, [sys.executable, "-c", "pass"])


def exec_fails(order):
    try:
        os.execv("/nonexistent", ["x"])
    except OSError:
        print("no such program")


def fork(order):
    for status in (0, 3):
        pid = os.fork()
        if not pid:
            os._exit(status)
        os.waitpid(pid, 0)


def double_fork(order):
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)
    os.closerange(0, 256)
    time.sleep(0.3)


def close_all(order):
    os.closerange(3, 2000)


def closed_exits(order):
    close_all(order)
    exit_3(order)


def closed_child_dies(order):
    close_all(order)
    child_dies(order)


def term_closed(order):
    close_all(order)
    fork(order)
    term(order)


def deleted_folder_child_dies(order):
    os.mkdir("gone")
    os.chdir("gone")
    os.rmdir("../gone")
    child_dies(order)


def full_child_dies(order):
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
    files = []
    try:
        while True:
            files.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        child_dies(order)


def lowered_child_dies(order):
    resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))
    child_dies(order)


def child_dies(order):
    pid = os.fork()
    if not pid:
        die_in_child()
    os.waitpid(pid, 0)


def die_in_child():
    ctypes.string_at(0)


def c_child_exits(order):
    # as uwsgi does
    if not ctypes.PyDLL(None).fork():
        exit_3(order)
    os.wait()


def c_child_dies(order):
    if not ctypes.PyDLL(None).fork():
        die_in_child()
    os.wait()
    print("goes on", flush=True)
    time.sleep(60)


def work(number):
    return number


def pool(order):
    with multiprocessing.get_context("fork").Pool(2) as workers:
        print(sum(workers.map(work, range(9))))


def spawn(order):
    child = multiprocessing.get_context("spawn").Process(target=work, args=(1,))
    child.start()
    child.join()


def spawned_dies(order):
    child = multiprocessing.get_context("spawn").Process(target=die_in_child)
    child.start()
    child.join()


def recycled(order):
    from billiard.pool import Pool

    workers = Pool(1, maxtasksperchild=1)
    print(sum(workers.map(work, range(2))))
    workers.close()
    workers.join()


def preexec(order):
    subprocess.run(["true"], preexec_fn=os.getpid, check=True)
    subprocess.run([sys.executable, "-c", "pass"], check=True)


def own_faulthandler(order):
    with open("own.txt", "w") as file:
        faulthandler.enable(file)
        ctypes.string_at(0)


def own_faulthandler_in_child(order):
    with open("own.txt", "w") as file:
        faulthandler.enable(file)
        child_dies(order)


def setuid(order):
    os.setgid(65534)
    os.setuid(65534)


def chroot(order):
    os.mkdir("jail")
    os.chroot("jail")


def chroot_fork(order):
    chroot(order)
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)


def lock_order(order):
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


if __name__ == "__main__":
    globals()[sys.argv[1]]({"id": 17})
