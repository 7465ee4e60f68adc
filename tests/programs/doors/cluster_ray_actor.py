# a method of an actor of Ray fails
# needs: ray
# compare: status
import ray

import shop


@ray.remote
class Shop:
    def fail(self):
        shop.fail()


ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
try:
    ray.get(Shop.remote().fail.remote())
except ZeroDivisionError as error:
    print("tibidi: traceback dumped into" in str(error))
ray.shutdown()
