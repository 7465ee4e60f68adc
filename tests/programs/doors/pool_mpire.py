# a job of mpire fails
# needs: mpire
from mpire import WorkerPool

import shop

if __name__ == "__main__":
    with WorkerPool(n_jobs=1) as pool:
        try:
            pool.map(shop.fail, [1])
        except ZeroDivisionError:
            print("caught")
