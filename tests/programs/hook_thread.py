"""A thread ends in an exception; the program goes on."""

import threading


def work(item):
    ratio = 1 / item
    return ratio


def main():
    threads = [threading.Thread(target=work, args=(0,), name=f"worker-{number}") for number in range(3)]
    for thread in threads:
        thread.start()
        thread.join()
    print("main goes on")


main()
