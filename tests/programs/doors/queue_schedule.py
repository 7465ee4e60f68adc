# a job of schedule fails
# needs: schedule
import time

import schedule

import shop

schedule.every(0.01).seconds.do(shop.fail)
time.sleep(0.1)
schedule.run_pending()
