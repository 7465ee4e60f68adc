# the initializer of a pool of loky fails
# needs: loky
# compare: status stdout
import loky

import shop

if __name__ == "__main__":
    pool = loky.ProcessPoolExecutor(1, initializer=shop.fail)
    print(type(pool.submit(print).exception()).__name__)
