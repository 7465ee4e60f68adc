# the lifespan of an application of Starlette fails
# needs: starlette uvicorn
# env: TIBIDI_LOGGING=ERROR
import serving

with serving.running("uvicorn", "--port", serving.free_port(), "starlettes:broken") as server:
    print(server.wait(60))
