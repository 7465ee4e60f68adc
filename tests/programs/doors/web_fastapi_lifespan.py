# the startup of an application of FastAPI fails
# needs: fastapi uvicorn
# env: TIBIDI_LOGGING=ERROR
import serving

with serving.running("uvicorn", "--port", serving.free_port(), "fastapis:app") as server:
    print(server.wait(60))
