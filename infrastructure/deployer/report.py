"""What an operator needs to know once everything is deployed, for people and for scripts."""

import json
from pathlib import Path
from typing import Any

from deployer.aws import Aws
from deployer.project import FUNCTIONS, LOCAL, function_name
from deployer.stacks import Stacks

#: Twilio retries an inbound webhook only when the address says so: twice, on every kind of failure.
TWILIO_RETRY_FRAGMENT = "#rc=2&rp=all"


def local_api_url(aws: Aws, api_id: str) -> str:
    """Address of an HTTP API's `$default` stage at the emulator."""
    return f"{(aws.endpoint or '').rstrip('/')}/_aws/execute-api/{api_id}"


def gather(aws: Aws, environment: str, stacks: Stacks) -> dict[str, Any]:
    """Names and addresses of what is deployed. What is not there yet is left out."""
    outputs = {stack: stacks.outputs(stack) for stack in ("shared", "voice-parser", "data-api")}
    shared, parser, api = outputs["shared"], outputs["voice-parser"], outputs["data-api"]
    found = {
        "environment": environment,
        "account": aws.account,
        "region": aws.region,
        "webhook_url": shared.get("WebhookUrl"),
        "webhook_api_id": shared.get("WebhookApiId"),
        "voice_data_bucket": shared.get("VoiceDataBucketName"),
        "queue_url": parser.get("QueueUrl"),
        "dlq_url": parser.get("DeadLetterQueueUrl"),
        "data_api_id": api.get("ApiId"),
        "data_api_url": api.get("ApiUrl"),
        "data_api_key_secret_arn": api.get("ApiKeySecretArn"),
    }
    if environment == LOCAL and api.get("ApiId"):
        found["data_api_url"] = local_api_url(aws, api["ApiId"])
    for function in FUNCTIONS:
        found[f"{function.replace('-', '_')}_function"] = function_name(environment, function)
    return {key: value for key, value in found.items() if value}


def lines(found: dict[str, Any]) -> list[str]:
    """The report for people."""
    said = []
    if "webhook_url" in found:
        said += [
            "Webhook for Twilio, as the address “when a message comes in” (POST):",
            f"    {found['webhook_url']}{TWILIO_RETRY_FRAGMENT}",
        ]
    if "data_api_url" in found:
        said += [
            "Data API and the office's page:",
            f"    {found['data_api_url']}",
            "Its admin key (header x-api-key) is read with:",
            f"    aws secretsmanager get-secret-value --region {found['region']} --query SecretString --output text "
            f"--secret-id {found['environment']}/ai-voice-tool/data-api-key",
        ]
    if "voice_data_bucket" in found:
        said += ["Customer files go to:", f"    s3://{found['voice_data_bucket']}/"]
    return said


def write(path: Path, found: dict[str, Any]) -> None:
    """The report for scripts, as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(path.suffix + ".part")
    scratch.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    scratch.replace(path)
