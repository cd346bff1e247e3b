"""Whole deployments, of the real templates, to an emulator."""

import json

import pytest

from deployer import cli
from deployer.errors import DeployError
from deployer.project import FUNCTIONS, STACKS
from deployer.stacks import Stacks
from deployer.templates import Template

SECRETS = (
    "TWILIO_ACCOUNT_SID=AC0123456789abcdef0123456789abcdef\n"
    "TWILIO_AUTH_TOKEN=made-up-token-for-tests\n"
    "OPENAI_API_KEY=sk-made-up-for-tests\n"
)


@pytest.fixture
def operator(account, tmp_path, monkeypatch, capsys):
    """Runs the command line as an operator would; gives status, output and errors."""
    binaries = tmp_path / "binaries"
    binaries.mkdir()
    for function in FUNCTIONS:
        (binaries / function).write_text(f"#!/bin/sh\n# {function}\nexit 1\n")
    env_file = tmp_path / "secrets.env"
    env_file.write_text(SECRETS)
    monkeypatch.setenv("BINARIES_DIR", str(binaries))
    monkeypatch.setenv("ENV_FILES", str(env_file))
    monkeypatch.setenv("SKIP_MODEL_CHECK", "1")

    def run(*arguments, **settings):
        with monkeypatch.context() as patched:
            for name, value in settings.items():
                patched.setenv(name, value)
            status = cli.main(list(arguments))
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture
def deployed(operator):
    status, _, errors = operator("dev", "secrets-create", "all")
    assert status == 0, errors
    return operator


def test_everything_is_deployed_and_a_second_time_changes_nothing(operator, aws, tmp_path):
    outputs = tmp_path / "out" / "outputs.json"
    status, said, errors = operator("dev", "secrets-create", "all", OUTPUTS_FILE=str(outputs))
    assert status == 0, errors
    assert [line.split(":")[0] for line in said.splitlines() if ": created in" in line] == list(STACKS)
    found = json.loads(outputs.read_text())
    assert f"{found['webhook_url']}#rc=2&rp=all" in said
    assert found["webhook_url"] == f"https://{found['webhook_api_id']}.execute-api.us-east-1.amazonaws.com/webhook"
    assert found["data_api_url"] in said
    assert "dev/ai-voice-tool/data-api-key" in said

    status, said, _ = operator("dev", "all")
    assert status == 0
    assert [line.split(":")[0] for line in said.splitlines() if line.endswith(": nothing changed")] == list(STACKS)
    assert said.count("package unchanged") == 4

    exports = aws.client("cloudformation").list_exports()["Exports"]
    assert exports
    assert all(export["Name"].startswith("dev-") for export in exports)


def test_functions_get_their_settings(deployed, aws):
    function = aws.client("lambda").get_function_configuration(FunctionName="dev-ai-voice-voice-parser")
    settings = function["Environment"]["Variables"]
    assert settings["STATUS_CALLBACK_URL"].endswith("amazonaws.com/webhook")
    assert settings["QUEUE_URL"].endswith("/dev-ai-voice-messages")
    assert settings["CUSTOMER_LOOKUP_FUNCTION"] == "dev-ai-voice-customer-lookup"
    assert settings["FUNCTION_TIMEOUT_SECONDS"] == "50"
    assert (function["Timeout"], function["Architectures"], function["Runtime"]) == (50, ["arm64"], "provided.al2023")
    assert "TWILIO_MEDIA_HOSTS" not in settings
    (mapping,) = aws.client("lambda").list_event_source_mappings(FunctionName="dev-ai-voice-voice-parser")["EventSourceMappings"]
    assert (mapping["BatchSize"], mapping["FunctionResponseTypes"]) == (1, ["ReportBatchItemFailures"])


def test_one_stack_at_a_time(deployed):
    status, said, _ = deployed("dev", "voice-parser", "--set", "LambdaMemorySize=1024")
    assert status == 0
    assert "voice-parser: updated in" in said
    assert "customer-lookup:" not in said


def test_a_preview_changes_nothing(deployed, aws):
    status, said, _ = deployed("dev", "voice-parser", "--set", "LambdaMemorySize=1024", NO_EXECUTE="1")
    assert status == 0
    assert "voice-parser: would be updated" in said
    assert "modify Function (AWS::Lambda::Function)" in said
    assert deployed("dev", "voice-parser")[1].count("nothing changed") == 1


def test_a_preview_of_a_first_deployment_leaves_nothing(operator, aws):
    assert operator("dev", "secrets-create")[0] == 0
    status, said, errors = operator("dev", "all", NO_EXECUTE="1")
    assert status == 0, errors
    assert "ecr: would be created" in said
    assert "monitoring: would be created" in said
    assert aws.client("cloudformation").describe_stacks()["Stacks"] == []
    assert aws.client("s3").list_buckets()["Buckets"] == []


def test_a_changed_binary_is_deployed_alone(deployed, tmp_path):
    (tmp_path / "binaries" / "data-api").write_text("#!/bin/sh\nexit 2\n")
    status, said, _ = deployed("dev", "all")
    assert status == 0
    assert said.count("nothing changed") == len(STACKS) - 1
    assert "data-api: package uploaded" in said


def test_a_removed_parameter_falls_back_to_the_default(deployed, aws, tmp_path):
    assert deployed("dev", "customer-lookup", "--set", "LogLevel=debug")[0] == 0
    path = tmp_path / "parameters.json"
    document = json.loads((cli.REPOSITORY / "infrastructure" / "parameters" / "dev.json").read_text())
    del document["LogLevel"]
    path.write_text(json.dumps(document))
    assert deployed("dev", "customer-lookup", PARAMETERS_FILE=str(path))[0] == 0
    function = aws.client("lambda").get_function_configuration(FunctionName="dev-ai-voice-customer-lookup")
    assert function["Environment"]["Variables"]["LOG_LEVEL"] == "info"


def test_missing_secrets_and_wrong_parameters_are_told_together(operator, aws):
    status, _, errors = operator("dev", "all", "--set", "LogLevel=loud")
    assert status == 1
    for part in ("dev/twilio/account-sid", "dev/twilio/auth-token", "dev/openai/api-key", "LogLevel is 'loud'"):
        assert part in errors
    assert "make secrets-create ENV=dev" in errors
    assert errors.count("error: ") == 4, errors
    assert aws.client("cloudformation").describe_stacks()["Stacks"] == []


def test_an_empty_secret_is_told(deployed, aws):
    aws.client("secretsmanager").put_secret_value(SecretId="dev/openai/api-key", SecretString=" ")
    status, _, errors = deployed("dev", "preflight", SKIP_BUILD="1")
    assert status == 1
    assert "dev/openai/api-key is empty" in errors


def test_a_secret_arn_that_does_not_exist_is_told(deployed):
    arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:gone-abcdef"
    status, _, errors = deployed("dev", "webhook-handler", "--set", f"TwilioAuthTokenSecretArn={arn}")
    assert status == 1
    assert "which does not exist here" in errors


def test_a_stack_without_those_before_it_says_so(operator):
    assert operator("dev", "secrets-create")[0] == 0
    status, _, errors = operator("dev", "voice-parser")
    assert status == 1
    assert "STACK=ecr" in errors


def test_a_package_type_cannot_change(deployed, aws):
    assert "PACKAGE=image is not available yet" in deployed("dev", "all", PACKAGE="image")[2]
    client = aws.client("lambda")
    client.delete_function(FunctionName="dev-ai-voice-data-api")
    client.create_function(
        FunctionName="dev-ai-voice-data-api", Role="arn:aws:iam::111122223333:role/x", PackageType="Image",
        Code={"ImageUri": "111122223333.dkr.ecr.us-east-1.amazonaws.com/x:1"},
    )  # fmt: skip
    status, _, errors = deployed("dev", "data-api")
    assert status == 1
    assert "runs from an image" in errors
    assert "delete its stack first" in errors


def test_local_is_for_loopback_only(operator):
    assert "make run" in operator("local", "all", AWS_ENDPOINT_URL="")[2]
    assert "on this machine" in operator("local", "all", AWS_ENDPOINT_URL="http://192.0.2.1:4566")[2]


def test_a_wrong_command_line_shows_the_usage(capsys):
    for arguments in ([], ["dev"], ["dev", "everything"], ["De v", "all"], ["dev", "all", "--force"]):
        with pytest.raises(SystemExit) as caught:
            cli.main(arguments)
        assert caught.value.code == 2
        assert "usage: infrastructure/deploy.sh ENV WHAT" in capsys.readouterr().err


GOOD = """
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: trial}
"""
#: Valid, but it wants a function that does not exist.
BROKEN = f"""{GOOD}
  Address:
    Type: AWS::Lambda::Url
    DependsOn: Queue
    Properties: {{AuthType: AWS_IAM, TargetFunctionArn: there-is-no-such-function}}
"""


def test_a_failed_creation_names_the_reason_and_the_next_attempt_starts_afresh(aws):
    said = []
    stacks = Stacks(aws, "dev", said.append)
    with pytest.raises(DeployError) as caught:
        stacks.deploy(Template("trial", BROKEN, {}), {}, execute=True)
    assert "ROLLBACK_COMPLETE" in str(caught.value)
    assert "Address (AWS::Lambda::Url): Lambda function not found" in str(caught.value)
    assert stacks.describe("dev-ai-voice-trial")["StackStatus"] == "ROLLBACK_COMPLETE"
    assert stacks.deploy(Template("trial", GOOD, {}), {}, execute=False).action == "previewed"
    assert stacks.deploy(Template("trial", GOOD, {}), {}, execute=True).action == "created"
    assert any("deleted first" in line for line in said)


def test_a_failed_update_leaves_the_stack_as_it_was(aws):
    stacks = Stacks(aws, "dev", lambda _: None)
    stacks.deploy(Template("trial", GOOD, {}), {}, execute=True)
    with pytest.raises(DeployError, match="UPDATE_ROLLBACK_COMPLETE") as caught:
        stacks.deploy(Template("trial", BROKEN, {}), {}, execute=True)
    assert "Address (AWS::Lambda::Url): Lambda function not found" in str(caught.value)
    assert stacks.deploy(Template("trial", GOOD, {}), {}, execute=True).action == "unchanged"
