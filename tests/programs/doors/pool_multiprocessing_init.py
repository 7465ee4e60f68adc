# the initializer of a multiprocessing.Pool fails, in one worker after the other
# dumps: 1-30
# compare: status
import multiprocessing
import time

import shop

if __name__ == "__main__":
    pool = multiprocessing.Pool(1, initializer=shop.fail)
    time.sleep(3)
    pool.terminate()
