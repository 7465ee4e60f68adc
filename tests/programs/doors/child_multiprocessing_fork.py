# a child of multiprocessing fails (fork)
import multiprocessing

import shop

if __name__ == "__main__":
    child = multiprocessing.get_context("fork").Process(target=shop.fail)
    child.start()
    child.join()
    print(child.exitcode)
