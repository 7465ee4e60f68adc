# a job of a pool of billiard (Celery) fails
# needs: billiard
# compare: status stdout
import billiard.pool

import shop

if __name__ == "__main__":
    pool = billiard.pool.Pool(1)
    try:
        pool.apply(shop.fail)
    except BaseException as error:
        print(type(error).__name__)
    pool.terminate()
