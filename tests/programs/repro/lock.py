"""An object with a lock, and a thread that crashes."""
import threading


class Counter:
    def __init__(self):
        self.lock = threading.Lock()
        self.counts = {"a": 1}

    def add(self, name, amount):
        with self.lock:
            self.counts[name] += amount


def work(counter):
    counter.add("b", 2)


if __name__ == "__main__":
    thread = threading.Thread(target=work, args=(Counter(),))
    thread.start()
    thread.join()
