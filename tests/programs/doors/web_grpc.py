# a method of a gRPC server fails
# needs: grpc
# env: TIBIDI_LOGGING=ERROR
from concurrent.futures import ThreadPoolExecutor

import grpc

import shop

method = grpc.unary_unary_rpc_method_handler(shop.fail)
server = grpc.server(ThreadPoolExecutor(1))
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("Shop", {"Fail": method}),))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
    try:
        channel.unary_unary("/Shop/Fail")(b"")
    except grpc.RpcError as error:
        print(error.code())
server.stop(None).wait()
