# a worker of gunicorn does not find its application
# needs: gunicorn
# env: TIBIDI_EXITS=errors
# dumps: 2
# found: no
import serving

with serving.running("gunicorn", "-b", "127.0.0.1:%d" % serving.free_port(), "shop:missing") as server:
    print(server.wait(60))
