# a task of Luigi fails
# needs: luigi
# env: TIBIDI_LOGGING=ERROR
# compare: status
import luigi

import shop


class Task(luigi.Task):
    run = shop.fail


luigi.build([Task()], local_scheduler=True)
