# an application fails in daphne
# needs: daphne
# env: TIBIDI_LOGGING=ERROR
# dumps: 1-2
import serving

port = serving.free_port()
with serving.running("daphne", "-p", port, "failing:asgi", port=port):
    print(serving.get(port))
