# a background task of FastAPI fails
# needs: fastapi uvicorn
# env: TIBIDI_LOGGING=ERROR
import serving

port = serving.free_port()
with serving.running("uvicorn", "--port", port, "fastapis:background", port=port):
    print(serving.get(port))
