# a task fails in a worker of Ray
# needs: ray
# compare: status
import ray

import shop

ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
try:
    ray.get(ray.remote(max_retries=0)(shop.fail).remote())
except ZeroDivisionError as error:
    print(error)
ray.shutdown()
