# a job of joblib fails (threading), which ends the program
# needs: joblib
from joblib import Parallel
from joblib import delayed

import shop

Parallel(n_jobs=2, backend="threading")(delayed(shop.fail)() for _ in range(1))
