# a job of sched fails
import sched

import shop

scheduler = sched.scheduler()
scheduler.enter(0, 1, shop.fail)
scheduler.run()
