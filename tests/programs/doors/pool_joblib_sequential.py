# a job of joblib fails (sequential)
# needs: joblib
from joblib import Parallel
from joblib import delayed

import shop

Parallel(n_jobs=1)(delayed(shop.fail)() for _ in range(1))
