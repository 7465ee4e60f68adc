# an application fails in hypercorn
# needs: hypercorn
# env: TIBIDI_LOGGING=ERROR
import serving

port = serving.free_port()
with serving.running("hypercorn", "-b", f"127.0.0.1:{port}", "failing:asgi", port=port):
    print(serving.get(port))
