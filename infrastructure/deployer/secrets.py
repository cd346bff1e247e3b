"""The secrets an operator brings along: checked, created, updated, never shown.

The admin key of the data API is not here: its stack generates it.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from botocore.exceptions import ClientError

from deployer.aws import Aws, code_of, message_of
from deployer.errors import DeployError


@dataclass(frozen=True)
class Secret:
    """One secret: where its value comes from, what it is called, which parameter names it."""

    variable: str
    suffix: str
    parameter: str
    required: bool
    problem: Callable[[str], str | None]
    description: str

    def name(self, environment: str) -> str:
        """Its name in Secrets Manager."""
        return f"{environment}/{self.suffix}"


def _account_sid(value: str) -> str | None:
    if re.fullmatch("AC[0-9a-f]{32}", value):
        return None
    return "is not an account SID (AC and 32 hexadecimal digits)"


def _api_key(value: str) -> str | None:
    """A server compatible with OpenAI may take a key of any length."""
    if re.search(r"\s", value):
        return "contains white space"
    if not value.isascii():
        return "contains characters a credential cannot have"
    if set(value.lower()) <= {"x"}:
        return "looks like a placeholder"
    return None


def _auth_token(value: str) -> str | None:
    return _api_key(value) or ("looks like a placeholder" if len(value) < 8 else None)


def _shared_keys(value: str) -> str | None:
    shape = '{"webhooks_sharedkey_…": {"algorithm": "HMAC_SHA256", "secret": "…"}}'
    try:
        keys = json.loads(value)
    except ValueError:
        return f"is not JSON; it must be {shape}"
    if not isinstance(keys, dict) or not keys:
        return f"must be {shape}"
    for key in keys.values():
        if not isinstance(key, dict) or key.get("algorithm") != "HMAC_SHA256" or not key.get("secret"):
            return f"must be {shape}"
    return None


SECRETS = (
    Secret(
        "TWILIO_ACCOUNT_SID", "twilio/account-sid", "TwilioAccountSidSecretArn", True, _account_sid,
        "Twilio account SID",
    ),
    Secret(
        "TWILIO_AUTH_TOKEN", "twilio/auth-token", "TwilioAuthTokenSecretArn", True, _auth_token,
        "Twilio auth token: signs webhooks, and authorises calls to Twilio",
    ),
    Secret(
        "OPENAI_API_KEY", "openai/api-key", "OpenAiApiKeySecretArn", True, _api_key,
        "OpenAI API key",
    ),
    Secret(
        "TWILIO_SHARED_KEYS", "twilio/shared-keys", "TwilioSharedKeysSecretArn", False, _shared_keys,
        "Twilio's shared keys for signing webhooks",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Stored:
    """A secret as it is in Secrets Manager. `value` is None when it has none or may not be read."""

    arn: str
    value: str | None
    readable: bool
    created_at: datetime | None
    has_previous: bool

    def __repr__(self) -> str:
        return f"Stored(arn={self.arn!r})"


def stored(aws: Aws, identifier: str) -> Stored | None:
    """Looks a secret up by name or ARN; None when there is none."""
    client = aws.client("secretsmanager")
    try:
        described = client.describe_secret(SecretId=identifier)
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return None
        raise DeployError(f"the secret {identifier} cannot be looked up: {message_of(error)}") from error
    if described.get("DeletedDate"):
        raise DeployError(
            f"the secret {identifier} is scheduled for deletion: "
            f"`aws secretsmanager restore-secret --secret-id {identifier}` takes that back"
        )
    stages = [stage for version in described.get("VersionIdsToStages", {}).values() for stage in version]
    value, readable, created_at = _current(client, identifier)
    return Stored(described["ARN"], value, readable, created_at, "AWSPREVIOUS" in stages)


def _current(client: Any, identifier: str) -> tuple[str | None, bool, datetime | None]:
    try:
        answer = client.get_secret_value(SecretId=identifier)
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":  # the secret exists, without a value
            return None, True, None
        if code_of(error) == "AccessDeniedException":
            return None, False, None
        raise DeployError(f"the secret {identifier} cannot be read: {message_of(error)}") from error
    return answer.get("SecretString"), True, answer.get("CreatedDate")


class SecretStore:
    """The secrets of one environment beside the values from the `.env` files."""

    def __init__(self, aws: Aws, environment: str, values: dict[str, str], sources: str) -> None:
        self.aws = aws
        self.environment = environment
        self.values = values
        self.sources = sources

    def _wanted(self) -> list[Secret]:
        found = []
        for secret in SECRETS:
            value = self.values.get(secret.variable)
            if value is None:
                if secret.required:
                    found.append(f"{secret.variable} is not set in {self.sources}")
                continue
            problem = secret.problem(value)
            if problem:
                found.append(f"{secret.variable} in {self.sources} {problem}")
        if found:
            raise DeployError(*found)
        return [secret for secret in SECRETS if secret.variable in self.values]

    def check(self) -> tuple[list[str], bool]:
        """One line a secret, and whether everything a deployment needs is there."""
        lines, complete = [], True
        for secret in SECRETS:
            name = secret.name(self.environment)
            there = stored(self.aws, name)
            value = self.values.get(secret.variable)
            if there is None:
                if not secret.required and value is None:
                    lines.append(f"{name}: not used")
                    continue
                complete = False
                lines.append(f"{name}: missing" + (f"; {secret.variable} is ready for it" if value else ""))
            elif there.readable and not there.value:
                complete = False
                lines.append(f"{name}: there, but empty")
            elif not there.readable:
                lines.append(f"{name}: there; its value may not be read with these credentials")
            elif value is None:
                lines.append(f"{name}: there; {secret.variable} is not set in {self.sources}, nothing to compare")
            else:
                lines.append(f"{name}: there, {'equal to' if value == there.value else 'DIFFERENT from'} {secret.variable}")
        return lines, complete

    def create(self) -> list[str]:
        """Creates what is missing. An existing secret with another value is refused, before anything is created."""
        plan: list[tuple[Secret, Stored | None]] = []
        refused = []
        for secret in self._wanted():
            there = stored(self.aws, secret.name(self.environment))
            if there and there.value and there.value != self.values[secret.variable]:
                refused.append(
                    f"{secret.name(self.environment)} exists with another value: "
                    f"`make secrets-update ENV={self.environment}` changes it"
                )
            elif there and not there.readable:
                refused.append(f"{secret.name(self.environment)} exists and may not be read with these credentials")
            plan.append((secret, there))
        if refused:
            raise DeployError(*refused)
        lines = []
        client = self.aws.client("secretsmanager")
        for secret, there in plan:
            name, value = secret.name(self.environment), self.values[secret.variable]
            if there and there.value == value:
                lines.append(f"{name}: already there, unchanged")
            elif there:
                client.put_secret_value(SecretId=name, SecretString=value)
                lines.append(f"{name}: was empty, now has a value")
            else:
                tags = {"Project": "ai-voice-tool", "Environment": self.environment}
                client.create_secret(
                    Name=name,
                    Description=secret.description,
                    SecretString=value,
                    Tags=[{"Key": key, "Value": tag} for key, tag in tags.items()],
                )
                lines.append(f"{name}: created")
        return lines

    def update(self, window: timedelta, force: bool, now: datetime | None = None) -> list[str]:
        """Puts new values where they differ.

        `window` is how long the functions accept the previous value. A second change inside it would push out a value
        that is still in use, so it is refused unless forced. Everything is checked before anything is changed.
        """
        now = now or datetime.now(timezone.utc)
        changes, refused, lines = [], [], []
        for secret in self._wanted():
            name, value = secret.name(self.environment), self.values[secret.variable]
            there = stored(self.aws, name)
            if there is None:
                refused.append(f"{name} does not exist: `make secrets-create ENV={self.environment}` makes it")
            elif not there.readable:
                refused.append(f"{name} may not be read with these credentials, so nothing can be compared")
            elif there.value == value:
                lines.append(f"{name}: equal, nothing to do")
            else:
                reason = None if force else _inside_window(there, window, now)
                if reason:
                    refused.append(f"{name} {reason}")
                changes.append(secret)
        if refused:
            raise DeployError(*refused)
        client = self.aws.client("secretsmanager")
        for secret in changes:
            name = secret.name(self.environment)
            client.put_secret_value(SecretId=name, SecretString=self.values[secret.variable])
            hours = window.total_seconds() / 3600
            lines.append(f"{name}: updated; the previous value is kept beside it ({hours:g} h for webhooks)")
        return lines

    def arns(self) -> dict[str, str]:
        """Parameter name → ARN of every secret there is; all required ones must exist."""
        found, missing = {}, []
        for secret in SECRETS:
            there = stored(self.aws, secret.name(self.environment))
            if there:
                found[secret.parameter] = there.arn
            elif secret.required:
                missing.append(
                    f"{secret.name(self.environment)} does not exist: `make secrets-create ENV={self.environment}` makes it"
                )
        if missing:
            raise DeployError(*missing)
        return found


def _inside_window(there: Stored, window: timedelta, now: datetime) -> str | None:
    """Why a change must wait, or None."""
    if not there.has_previous or there.created_at is None:
        return None
    free_at = there.created_at + window
    if now >= free_at:
        return None
    changed, free = (f"{time.astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC" for time in (there.created_at, free_at))
    return (
        f"was changed at {changed}. Until {free} the value before that is still accepted, and another change would push it "
        "out while it may be in use: wait, or add FORCE=1 if the value before the last change is surely retired"
    )
