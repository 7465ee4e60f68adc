# a task of Dask fails in a thread, which ends the program
# needs: dask
import dask

import shop

dask.compute(dask.delayed(shop.fail)(), scheduler="threads")
