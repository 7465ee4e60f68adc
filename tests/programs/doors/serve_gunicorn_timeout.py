# gunicorn aborts a worker that hangs
# needs: gunicorn
import time

import serving

port = serving.free_port()
with serving.running("gunicorn", "-t", "2", "-b", f"127.0.0.1:{port}", "hanging:app", port=port):
    print(serving.get(port))
    time.sleep(4)  # for the dump
