# a task of Dask fails in a process
# needs: dask
import dask

import shop

if __name__ == "__main__":
    try:
        dask.compute(dask.delayed(shop.fail)(), scheduler="processes", num_workers=1)
    except ZeroDivisionError as error:
        print(repr(error))
