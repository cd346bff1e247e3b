"""Each function's role allows what the function does and refuses what it has no business with.

The functions are replaced by a small program that makes the calls it is told to; the emulator evaluates the policies.
"""

import json
import sys

import boto3
import pytest

from deployer import cli
from deployer.project import FUNCTIONS

#: Takes a list of [service, operation, arguments] and answers with "ok" or the error code of each.
CALLER = """#!{python}
import json, os, urllib.request
import boto3
from botocore.exceptions import ClientError

runtime = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    with urllib.request.urlopen(runtime + "next") as answer:
        invocation, event = answer.headers["Lambda-Runtime-Aws-Request-Id"], json.load(answer)
    results = []
    for service, operation, arguments in event.get("calls", []):
        try:
            getattr(boto3.client(service, region_name="us-east-1"), operation)(**arguments)
            results.append("ok")
        except ClientError as error:
            results.append(error.response["Error"]["Code"])
    request = urllib.request.Request(runtime + invocation + "/response", json.dumps(results).encode(), method="POST")
    urllib.request.urlopen(request).close()
"""

BUCKET = "local-ai-voice-data"
QUEUE = "local-ai-voice-messages"
SID, TOKEN, OPENAI = "local/twilio/account-sid", "local/twilio/auth-token", "local/openai/api-key"
ADMIN_KEY = "local/ai-voice-tool/data-api-key"


def get(key):
    return "s3", "get_object", {"Bucket": BUCKET, "Key": key}


def put(key, **more):
    return "s3", "put_object", {"Bucket": BUCKET, "Key": key, "Body": "x", **more}


def delete(key, **more):
    return "s3", "delete_object", {"Bucket": BUCKET, "Key": key, **more}


def delete_version(key):
    return delete(key, VersionId="null")


def read_secret(name):
    return "secretsmanager", "get_secret_value", {"SecretId": name}


def invoke(function):
    return "lambda", "invoke", {"FunctionName": f"local-ai-voice-{function}", "Payload": "{}"}


LIST = ("s3", "list_objects_v2", {"Bucket": BUCKET})
LIST_VERSIONS = ("s3", "list_object_versions", {"Bucket": BUCKET})
SEND = ("sqs", "send_message", {"QueueUrl": QUEUE, "MessageBody": "{}"})
RECEIVE = ("sqs", "receive_message", {"QueueUrl": QUEUE})

ALLOWED = {
    "webhook-handler": [SEND, read_secret(TOKEN)],
    "customer-lookup": [get("customers.json"), get("companies/a.json"), get("clients/a.json"), get("workers/a.json"), LIST],
    "voice-parser": [
        get("records/a.json"), put("records/a.json"), put("senders/a.json"), put("inbox/a/b"), put("outbox/a.json"),
        put("acme/job-to-be-done/a"), delete("acme/index/a"), LIST, SEND, RECEIVE,
        read_secret(SID), read_secret(TOKEN), read_secret(OPENAI), invoke("customer-lookup"),
    ],
    "data-api": [
        get("acme/a"), put("acme/a"), delete("acme/a"), delete_version("acme/a"), LIST, LIST_VERSIONS,
        put("workers/a.json"), put("clients/a.json"), put("keys/a.json"), delete("keys/a.json"),
        get("records/a.json"), put("records/a.json"), delete_version("records/a.json"), delete("inbox/a/b"),
        put("acme/exports/a.csv", Tagging="lifecycle=export"), SEND,
        read_secret(ADMIN_KEY), read_secret(SID), read_secret(TOKEN),
    ],
}  # fmt: skip

REFUSED = {
    "webhook-handler": [RECEIVE, LIST, get("customers.json"), read_secret(OPENAI), read_secret(SID), invoke("voice-parser")],
    "customer-lookup": [put("customers.json"), get("keys/a.json"), get("acme/a"), get("records/a.json"), SEND, RECEIVE],
    "voice-parser": [
        get("customers.json"), put("customers.json"), put("workers/a.json"), put("companies/a.json"), delete("clients/a.json"),
        get("keys/a.json"), LIST_VERSIONS, read_secret(ADMIN_KEY), invoke("data-api"),
    ],
    "data-api": [
        put("inbox/a/b"), put("outbox/a.json"), put("senders/a.json"), delete("senders/a.json"), put("companies/a.json"),
        put("customers.json"), delete("customers.json"), RECEIVE, read_secret(OPENAI),
        invoke("voice-parser"),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def ask(strict_emulator, tmp_path_factory):
    """Deploys the real templates with the caller as every function; gives a way to have it make calls."""
    folder = tmp_path_factory.mktemp("roles")
    for function in FUNCTIONS:
        (folder / function).write_text(CALLER.format(python=sys.executable))
        (folder / function).chmod(0o755)
    (folder / "secrets.env").write_text(
        "TWILIO_ACCOUNT_SID=AC0123456789abcdef0123456789abcdef\n"
        "TWILIO_AUTH_TOKEN=made-up-token-for-tests\n"
        "OPENAI_API_KEY=sk-made-up-for-tests\n"
    )
    with pytest.MonkeyPatch.context() as patched:
        for name, value in {
            "AWS_ENDPOINT_URL": strict_emulator,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "BINARIES_DIR": str(folder),
            "CARGO_TARGET_DIR": str(folder / "target"),
            "ENV_FILES": str(folder / "secrets.env"),
            "SKIP_MODEL_CHECK": "1",
        }.items():
            patched.setenv(name, value)
        # The TLS-only policies are left out of `local`: the emulator evaluates them and speaks plain HTTP.
        assert cli.main(["local", "secrets-create", "all"]) == 0
        client = boto3.client("lambda", region_name="us-east-1")

        def caller(function, calls):
            answer = client.invoke(FunctionName=f"local-ai-voice-{function}", Payload=json.dumps({"calls": calls}))
            results = json.load(answer["Payload"])
            assert len(results) == len(calls), results
            return [
                (f"{operation} {arguments}", result) for (_, operation, arguments), result in zip(calls, results, strict=True)
            ]

        yield caller


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_allows_what_the_function_does(ask, function):
    assert [call for call, result in ask(function, ALLOWED[function]) if "AccessDenied" in result] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_refuses_everything_else(ask, function):
    assert [call for call, result in ask(function, REFUSED[function]) if "AccessDenied" not in result] == []
