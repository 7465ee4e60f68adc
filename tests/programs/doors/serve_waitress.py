# an application fails in waitress
# needs: waitress
# env: TIBIDI_LOGGING=ERROR
import serving

port = serving.free_port()
with serving.running("waitress", f"--listen=127.0.0.1:{port}", "failing:app", port=port):
    print(serving.get(port))
