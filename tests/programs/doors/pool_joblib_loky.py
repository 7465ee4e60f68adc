# a job of joblib fails (loky)
# needs: joblib
from joblib import Parallel
from joblib import delayed

import shop

if __name__ == "__main__":
    try:
        Parallel(n_jobs=2)(delayed(shop.fail)() for _ in range(1))
    except ZeroDivisionError as error:
        print(repr(error))
