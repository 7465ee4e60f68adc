# an endpoint of Starlette fails
# needs: starlette uvicorn
# env: TIBIDI_LOGGING=ERROR
import serving

port = serving.free_port()
with serving.running("uvicorn", "--port", port, "starlettes:app", port=port):
    print(serving.get(port))
