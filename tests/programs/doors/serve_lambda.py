# a handler of AWS Lambda fails, without the service
# needs: awslambdaric
import json

from awslambdaric import bootstrap
from awslambdaric.lambda_runtime_client import BaseLambdaRuntimeClient

import shop


class Client(BaseLambdaRuntimeClient):
    def post_invocation_error(self, _, error, *__):
        print(json.loads(error)["errorType"])


event = {"event_body": b"{}", "content_type": "application/json", "epoch_deadline_time_in_ms": 9**13}
context = dict.fromkeys(["client_context_json", "cognito_identity_json", "invoked_function_arn", "tenant_id"])
bootstrap.handle_event_request(
    Client(""), shop.fail, "1", **event, **context, log_sink=bootstrap.StandardLogSink()
)
