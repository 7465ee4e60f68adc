# a child of multiprocessing fails (spawn)
import multiprocessing

import shop

if __name__ == "__main__":
    child = multiprocessing.get_context("spawn").Process(target=shop.fail)
    child.start()
    child.join()
    print(child.exitcode)
