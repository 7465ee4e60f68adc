# an application fails in uvicorn
# needs: uvicorn
# env: TIBIDI_LOGGING=ERROR
import serving

port = serving.free_port()
with serving.running("uvicorn", "--port", port, "failing:asgi", port=port):
    print(serving.get(port))
