"""What the parameter files may hold, and what is said about the rest."""

import json

import pytest

from deployer import parameters
from deployer.errors import DeployError
from deployer.project import INFRASTRUCTURE, STACKS
from deployer.templates import load

TEMPLATES = {stack: load(stack) for stack in STACKS}
SECRET_ARNS = {
    name: "arn:aws:secretsmanager:us-east-1:111122223333:secret:x-abcdef"
    for name in ("TwilioAccountSidSecretArn", "TwilioAuthTokenSecretArn", "OpenAiApiKeySecretArn")
}


@pytest.fixture
def read(tmp_path):
    def reader(changes, environment="dev", overrides=()):
        values = json.loads((INFRASTRUCTURE / "parameters" / f"{environment}.json").read_text()) | SECRET_ARNS | changes
        path = tmp_path / "parameters.json"
        path.write_text(json.dumps({name: value for name, value in values.items() if value is not None}))
        return parameters.read(environment, path, list(overrides))

    return reader


def problems(found):
    return parameters.problems(found, TEMPLATES, list(STACKS))


@pytest.mark.parametrize("environment", ["local", "dev"])
def test_committed_files_are_complete(read, environment):
    assert problems(read({}, environment)) == []


def test_production_only_lacks_its_number(read):
    assert [text.split(": ")[1] for text in problems(read({}, "prod"))] == ["TwilioWhatsappNumber is empty"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"EnvironmentName": "prod"}, "EnvironmentName is 'prod' but 'dev' is being deployed"),
        ({"TwilioWhatsappNumber": None}, "TwilioWhatsappNumber is missing"),
        ({"TwilioWhatsappNumber": "0400 000 000"}, "it must be a number such as +14155238886"),
        ({"Nonsense": "1"}, "Nonsense is not a parameter of any stack"),
        ({"ecr.LogLevel": "info"}, "the stack ecr has no parameter LogLevel"),
        ({"office.LogLevel": "info"}, "there is no stack 'office'"),
        ({"LambdaCodeKey": "x"}, "LambdaCodeKey is set by the deployment itself"),
        ({"LambdaMemorySize": "lots"}, "LambdaMemorySize must be a number"),
        ({"LambdaMemorySize": "64"}, "LambdaMemorySize is 64, less than 128"),
        ({"LogLevel": "loud"}, "LogLevel is 'loud'; it can be"),
        ({"LambdaTimeoutSeconds": "60"}, "raise it to 360 or shorten the timeout"),
        ({"QueueVisibilitySeconds": "299"}, "less than 6 × LambdaTimeoutSeconds"),
        ({"LeaseSeconds": "151"}, "LeaseSeconds is 151, more than half"),
        ({"TwilioBaseUrl": "http://api.twilio.com"}, "TwilioBaseUrl is plain http"),
        ({"TwilioMediaHosts": "media.example.com:443"}, "TwilioMediaHosts is for the local stack only"),
        ({"PublicWebhookUrl": "https://example.com/hook"}, "ending in /webhook"),
    ],
)
def test_wrong_values_are_named(read, changes, said):
    found = problems(read(changes))
    assert len(found) == 1, found
    assert said in found[0]


def test_every_problem_is_told_at_once(read):
    found = problems(read({"LogLevel": "loud", "Nonsense": "1", "LambdaTimeoutSeconds": "60", "AlarmEmail": "x"}))
    assert len(found) == 4


def test_a_stack_can_have_its_own_value(read):
    found = read({"customer-lookup.LambdaMemorySize": "1024"})
    assert found.for_stack(TEMPLATES["customer-lookup"])["LambdaMemorySize"] == "1024"
    assert found.for_stack(TEMPLATES["data-api"])["LambdaMemorySize"] == "512"


def test_a_template_gets_only_what_it_declares(read):
    assert read({}).for_stack(TEMPLATES["ecr"]) == {"EnvironmentName": "dev"}


def test_overrides_win(read):
    assert read({}, overrides=["LogLevel=debug"]).get("LogLevel") == "debug"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not valid JSON"),
        ("[]", "one JSON object"),
        ('{"LogLevel": null}', "LogLevel must be a string"),
        ('{"LogLevel": "info", "LogLevel": "warn"}', "LogLevel is there twice"),
    ],
)
def test_broken_files_are_explained(tmp_path, text, said):
    path = tmp_path / "p.json"
    path.write_text(text)
    with pytest.raises(DeployError, match=said):
        parameters.read("dev", path, [])


def test_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(DeployError, match=r"copy infrastructure/parameters/dev\.json"):
        parameters.read("qa", tmp_path / "qa.json", [])


def test_written_values_keep_the_rest_of_the_file(tmp_path):
    path = tmp_path / "p.json"
    path.write_text('{"B": "1", "A": "2"}')
    parameters.write_values(path, {"B": "3", "C": "4"})
    assert list(json.loads(path.read_text()).items()) == [("B", "3"), ("A", "2"), ("C", "4")]
