"""Everything that can be known to be wrong before anything is changed, found at once."""

import os
import shutil
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from botocore.exceptions import ClientError

from deployer import models, packages
from deployer.aws import Aws
from deployer.errors import DeployError
from deployer.parameters import Parameters, problems
from deployer.project import FUNCTIONS, LOCAL, shown, stack_name
from deployer.secrets import SECRETS, stored
from deployer.templates import Template

#: Invocations the webhook and the API need beside the pipeline's.
_SPARE_CONCURRENCY = 4


@dataclass
class Findings:
    """What preflight found out."""

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class Request:
    """What is asked of a deployment."""

    environment: str
    wanted: list[str]
    package_type: str  # zip or image
    build: bool

    @property
    def functions(self) -> list[str]:
        """The functions among the wanted stacks."""
        return [stack for stack in self.wanted if stack in FUNCTIONS]


def check(aws: Aws, request: Request, parameters: Parameters, templates: dict[str, Template]) -> Findings:
    """Runs every check. Fills in the secret ARNs the parameter file leaves empty."""
    findings = Findings()
    findings.problems += _tools(request)
    findings.problems += _package_type(request)
    findings.problems += _attempt(lambda: packages.type_changes(aws, request.environment, request.functions, "Zip"))
    api_key = _secrets(aws, request, parameters, templates, findings)
    findings.problems += problems(parameters, templates, request.wanted)
    if "voice-parser" in request.wanted:
        _models(request, parameters, templates, api_key, findings)
        _concurrency(aws, parameters, templates, findings)
    if "shared" in request.wanted:
        findings.problems += _attempt(lambda: _orphaned_bucket(aws, parameters))
    return findings


def _attempt(find) -> list[str]:
    try:
        return find()
    except DeployError as error:
        return error.problems


def _tools(request: Request) -> list[str]:
    if not request.build or not request.functions:
        return []
    found = []
    if not shutil.which("cargo"):
        found.append("cargo is not installed: https://rustup.rs has it, or add SKIP_BUILD=1 if the binaries are built")
    if request.environment != LOCAL:
        scripts = Path(os.sys.executable).parent
        if not shutil.which("cargo-lambda", path=f"{scripts}{os.pathsep}{os.environ.get('PATH', '')}"):
            found.append("cargo-lambda is not installed: `make venv CROSS=1` puts it into .venv")
    return found


def _package_type(request: Request) -> list[str]:
    if request.package_type == "zip":
        return []
    if request.package_type == "image":
        return ["PACKAGE=image is not available yet: deploy with PACKAGE=zip (the default)"]
    return [f"PACKAGE is {request.package_type!r}: it can be zip or image"]


def _secrets(
    aws: Aws, request: Request, parameters: Parameters, templates: dict[str, Template], findings: Findings
) -> str | None:
    """Checks the secrets the wanted stacks read. Gives the OpenAI key, for the check of the models."""
    api_key = None
    for secret in SECRETS:
        if not any(secret.parameter in templates[stack].parameters for stack in request.wanted):
            continue
        configured = parameters.get(secret.parameter)
        identifier = configured or secret.name(request.environment)
        try:
            there = stored(aws, identifier)
        except DeployError as error:
            findings.problems += error.problems
            continue
        if there is None:
            if configured:
                findings.problems.append(
                    f"{shown(parameters.path)}: {secret.parameter} names {configured}, which does not exist here: "
                    f"empty it to use {secret.name(request.environment)}, or run "
                    f"`make secrets-get-arns ENV={request.environment}`"
                )
            elif secret.required:
                findings.problems.append(
                    f"the secret {identifier} does not exist: put {secret.variable} into webhook-handler/.env or "
                    f"voice-parser/.env and run `make secrets-create ENV={request.environment}`"
                )
                # The missing ARN is explained here; the parameter check need not complain about it again.
                parameters.values[secret.parameter] = "arn:aws:secretsmanager:::missing"
            continue
        if there.readable and not (there.value or "").strip():
            findings.problems.append(
                f"the secret {identifier} is empty: `make secrets-update ENV={request.environment}` "
                f"puts {secret.variable} into it"
            )
        if not there.readable:
            findings.notes.append(f"the secret {identifier} exists; whether it has a value cannot be read with these credentials")
        parameters.values[secret.parameter] = there.arn
        if secret.variable == "OPENAI_API_KEY":
            api_key = there.value
    return api_key


def _models(
    request: Request, parameters: Parameters, templates: dict[str, Template], api_key: str | None, findings: Findings
) -> None:
    if os.environ.get("SKIP_MODEL_CHECK") == "1":
        findings.notes.append("models not checked: SKIP_MODEL_CHECK=1")
        return
    template = templates["voice-parser"]
    base_url = parameters.effective(template, "OpenAiBaseUrl")
    if template.parameters["OpenAiBaseUrl"].problem(base_url):
        return  # reported with the parameters
    chosen = {name: parameters.effective(template, name) for name in ("TranscriptionModel", "StructuringModel")}
    verdict = models.check(base_url, api_key, chosen, strict=request.environment != LOCAL)
    if request.environment == LOCAL:
        # The stand-in may come up after the stacks; what it says about a key is no reason to stop.
        verdict.warnings += verdict.problems
        verdict.problems = []
    findings.problems += verdict.problems
    findings.notes += verdict.warnings


def _concurrency(aws: Aws, parameters: Parameters, templates: dict[str, Template], findings: Findings) -> None:
    """New accounts may run ten functions at once: the pipeline must leave some for the webhook."""
    try:
        wanted = 2 * int(parameters.effective(templates["voice-parser"], "MaximumConcurrency")) + _SPARE_CONCURRENCY
        limits = aws.client("lambda").get_account_settings()["AccountLimit"]
        available = limits["UnreservedConcurrentExecutions"]
    except (ClientError, KeyError, ValueError):
        return
    if available < wanted:
        findings.notes.append(
            f"this account runs {available} functions at once, and MaximumConcurrency may need {wanted} with the webhook: "
            "lower it, or ask AWS for a higher limit (Service Quotas, Lambda, concurrent executions)"
        )


def _orphaned_bucket(aws: Aws, parameters: Parameters) -> list[str]:
    """A data bucket that outlived its stack: creating the stack would fail with less said."""
    name = stack_name(parameters.environment, "shared")
    try:
        status = aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        if status not in ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE"):
            return []
    except ClientError:
        pass
    bucket = parameters.get("VoiceDataBucketName") or f"{parameters.environment}-ai-voice-data-{aws.account}-{aws.region}"
    try:
        aws.client("s3").head_bucket(Bucket=bucket)
    except ClientError:
        return []
    return [
        f"the bucket {bucket} exists but the stack {name} does not: it was kept when the stack was deleted, "
        "or is somebody else's. Set another VoiceDataBucketName, or import the bucket (infrastructure/README.md, “Tear-down”)"
    ]


def previous_token_window(parameters: Parameters, templates: dict[str, Template]) -> timedelta:
    """How long the webhook accepts the previous auth token."""
    try:
        return timedelta(hours=float(parameters.effective(templates["webhook-handler"], "PreviousTokenHours")))
    except ValueError as error:
        raise DeployError(f"{shown(parameters.path)}: PreviousTokenHours must be a number") from error
