# the module of an application fails when uvicorn imports it
# needs: uvicorn
import serving

with serving.running("uvicorn", "--port", serving.free_port(), "plain_main:app") as server:
    print(server.wait(60))
