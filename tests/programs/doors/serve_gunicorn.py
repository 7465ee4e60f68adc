# a worker of gunicorn fails to boot
# needs: gunicorn
import socket

import serving

with serving.running("gunicorn", "-b", "127.0.0.1:%d" % serving.free_port(), "plain_main") as server:
    print(server.wait(60))
