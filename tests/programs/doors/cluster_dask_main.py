# a task fails in a worker of Dask distributed, and so does the driver, whose traceback names the dump
# needs: distributed
# dumps: 2
# compare: status
from distributed import Client
from distributed import LocalCluster

import shop

if __name__ == "__main__":
    with LocalCluster(1, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        client.submit(shop.fail).result()
