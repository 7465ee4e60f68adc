# a child of multiprocess (dill) fails
# needs: multiprocess
import multiprocess

import shop

if __name__ == "__main__":
    child = multiprocess.Process(target=shop.fail)
    child.start()
    child.join()
    print(child.exitcode)
