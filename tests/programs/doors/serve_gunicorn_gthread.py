# an application fails in gunicorn (gthread)
# needs: gunicorn
# env: TIBIDI_LOGGING=ERROR
import serving

port = serving.free_port()
with serving.running("gunicorn", "-k", "gthread", "-b", f"127.0.0.1:{port}", "failing:app", port=port):
    print(serving.get(port))
