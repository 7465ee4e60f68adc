# an action of doit fails
# needs: doit
from doit.cmd_base import ModuleTaskLoader
from doit.doit_cmd import DoitMain

import shop


def task_order():
    return {"actions": [shop.fail]}


DoitMain(ModuleTaskLoader({"task_order": task_order})).run(["run"])
