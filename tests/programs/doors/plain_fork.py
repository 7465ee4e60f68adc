# a child of os.fork() fails
import os

import shop

pid = os.fork()
if not pid:
    shop.fail()
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
