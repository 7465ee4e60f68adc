# an application fails in gunicorn (gevent)
# needs: gunicorn gevent
# env: TIBIDI_LOGGING=ERROR
import serving

port = serving.free_port()
with serving.running("gunicorn", "-k", "gevent", "-b", f"127.0.0.1:{port}", "failing:app", port=port):
    print(serving.get(port))
