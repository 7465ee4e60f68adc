# a task fails in a worker of Dask distributed
# needs: distributed
# compare: status
from distributed import Client
from distributed import LocalCluster

import shop

if __name__ == "__main__":
    with LocalCluster(1, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        error = client.submit(shop.fail).exception()
        print(repr(error), getattr(error, "__notes__", None))
