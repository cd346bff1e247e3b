"""Creates and updates stacks through change sets, and says what happened.

boto3's waiters poll every 5 to 30 seconds and do not say why something failed; this polls at a pace that suits the
endpoint and collects the reasons.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from botocore.exceptions import ClientError

from deployer.aws import Aws, code_of, message_of
from deployer.errors import DeployError
from deployer.project import stack_name
from deployer.templates import Template

#: Stacks that never came to life: nothing in them is in use, and CloudFormation wants them gone before a new attempt.
_NEVER_LIVED = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")
#: A stack of this project takes minutes; this is where something is stuck.
_DEADLINE_SECONDS = 30 * 60
_PROGRESS_EVERY_SECONDS = 15
#: What CloudFormation says in place of an empty list of changes.
_NO_CHANGES = ("didn't contain changes", "No updates are to be performed")


@dataclass
class Outcome:
    """What became of one stack."""

    stack: str
    action: str  # created, updated, unchanged, previewed
    outputs: dict[str, str] = field(default_factory=dict)


class Stacks:
    """The stacks of one environment."""

    def __init__(self, aws: Aws, environment: str, say: Callable[[str], None]) -> None:
        self.aws = aws
        self.environment = environment
        self.say = say
        self.client = aws.client("cloudformation")
        self.interval = 0.05 if aws.is_loopback else 2.0

    def describe(self, name: str) -> dict[str, Any] | None:
        """The stack as CloudFormation has it, or None."""
        try:
            return self.client.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if code_of(error) == "ValidationError" and "does not exist" in message_of(error):
                return None
            raise DeployError(f"the stack {name} cannot be looked up: {message_of(error)}") from error

    def outputs(self, stack: str) -> dict[str, str]:
        """Outputs of a deployed stack; none if it is not there."""
        described = self.describe(stack_name(self.environment, stack))
        return _outputs(described) if described else {}

    def deploy(self, template: Template, parameters: dict[str, str], execute: bool) -> Outcome:
        """Brings one stack to its template and parameters. Without `execute` only shows what would change."""
        name = stack_name(self.environment, template.stack)
        started = time.monotonic()
        existing = self._ready(name, execute)
        if existing is not None and existing["StackStatus"] in _NEVER_LIVED:
            self.say(f"{template.stack}: would be deleted first ({existing['StackStatus']}: it was never created), then created")
            return Outcome(template.stack, "previewed")
        creating = existing is None or existing["StackStatus"] == "REVIEW_IN_PROGRESS"
        change_set = self._change_set(name, template, parameters, creating)
        if change_set is None:
            self.say(f"{template.stack}: nothing changed")
            return Outcome(template.stack, "unchanged", _outputs(existing or {}))
        try:
            changes = self._changes(name, change_set)
        except BaseException:
            self._discard(name, change_set, creating)
            raise
        if not execute:
            self._discard(name, change_set, creating)
            self.say(f"{template.stack}: would be {'created' if creating else 'updated'}")
            for line in changes:
                self.say(f"    {line}")
            return Outcome(template.stack, "previewed")
        self.say(f"{template.stack}: {'creating' if creating else 'updating'} ({len(changes)} changes)")
        if not creating:
            for line in changes:
                self.say(f"    {line}")
        since = self._newest_event(name)
        self.client.execute_change_set(StackName=name, ChangeSetName=change_set)
        described = self._settle(name, since)
        wanted = "CREATE_COMPLETE" if creating else "UPDATE_COMPLETE"
        if described is None or described["StackStatus"] != wanted:
            raise self._failure(name, described, since, creating)
        action = "created" if creating else "updated"
        self.say(f"{template.stack}: {action} in {time.monotonic() - started:.1f} s")
        return Outcome(template.stack, action, _outputs(described))

    def _ready(self, name: str, execute: bool) -> dict[str, Any] | None:
        """The stack in a state that can be changed; None when it must be created."""
        described = self.describe(name)
        if described and described["StackStatus"].endswith("_IN_PROGRESS") and described["StackStatus"] != "REVIEW_IN_PROGRESS":
            self.say(f"{name} is {described['StackStatus']}: waiting for it")
            described = self._settle(name, self._newest_event(name))
        if described is None or described["StackStatus"] == "DELETE_COMPLETE":
            return None
        status = described["StackStatus"]
        if status == "UPDATE_ROLLBACK_FAILED":
            raise DeployError(
                f"the stack {name} could not be rolled back ({described.get('StackStatusReason', 'no reason given')}): "
                f"correct the cause, run `aws cloudformation continue-update-rollback --stack-name {name}`, then deploy again"
            )
        if status in _NEVER_LIVED and execute:
            self.say(f"{name} is {status}: it was never created, so it is deleted first")
            return self._delete(name)
        return described

    def _delete(self, name: str) -> None:
        since = self._newest_event(name)
        try:
            self.client.delete_stack(StackName=name)
        except ClientError as error:
            raise DeployError(f"the stack {name} cannot be deleted: {message_of(error)}") from error
        described = self._settle(name, since)
        if described is not None and described["StackStatus"] != "DELETE_COMPLETE":
            reasons = "; ".join(self._reasons(name, since)) or described.get("StackStatusReason", "no reason given")
            raise DeployError(f"the stack {name} could not be deleted: {reasons}")

    def _change_set(self, name: str, template: Template, parameters: dict[str, str], creating: bool) -> str | None:
        """Makes a change set and waits for it. None when there is nothing to change."""
        label = f"deploy-{datetime.now(timezone.utc):%Y%m%d-%H%M%S-%f}"
        tags = {"Project": "ai-voice-tool", "Environment": self.environment}
        try:
            self.client.create_change_set(
                StackName=name,
                ChangeSetName=label,
                ChangeSetType="CREATE" if creating else "UPDATE",
                TemplateBody=template.body,
                # Every value is given; what is not falls back to the template's default, never to the previous value.
                Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
                Capabilities=["CAPABILITY_IAM"],
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            )
        except ClientError as error:
            if any(text in message_of(error) for text in _NO_CHANGES):
                return None
            raise DeployError(f"CloudFormation refuses the stack {name}: {message_of(error)}") from error
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while True:
            described = self.client.describe_change_set(StackName=name, ChangeSetName=label)
            if described["Status"] in ("CREATE_COMPLETE", "FAILED"):
                break
            if time.monotonic() > deadline:
                raise DeployError(f"the change set {label} of {name} is still {described['Status']} after half an hour")
            time.sleep(self.interval)
        if described["Status"] == "CREATE_COMPLETE":
            return label
        reason = described.get("StatusReason", "no reason given")
        self._discard(name, label, creating)
        if any(text in reason for text in _NO_CHANGES):
            return None
        raise DeployError(f"CloudFormation refuses the stack {name}: {reason}{_hint(reason)}")

    def _discard(self, name: str, change_set: str, creating: bool) -> None:
        """Removes a change set, and the empty shell of a stack that came with it."""
        self.client.delete_change_set(StackName=name, ChangeSetName=change_set)
        if creating:
            self.client.delete_stack(StackName=name)
            self._settle(name, None, quiet=True)

    def _changes(self, name: str, change_set: str) -> list[str]:
        lines, token = [], None
        while True:
            more = {"NextToken": token} if token else {}
            page = self.client.describe_change_set(StackName=name, ChangeSetName=change_set, **more)
            for change in page.get("Changes", []):
                resource = change["ResourceChange"]
                line = f"{resource['Action'].lower()} {resource['LogicalResourceId']} ({resource['ResourceType']})"
                if resource.get("Replacement") in ("True", "Conditional"):
                    line += ", REPLACED" if resource["Replacement"] == "True" else ", perhaps replaced"
                lines.append(line)
            token = page.get("NextToken")
            if not token:
                return lines

    def _settle(self, name: str, since: str | None, quiet: bool = False) -> dict[str, Any] | None:
        """Waits until nothing is in progress any more, with a line now and then."""
        deadline = time.monotonic() + _DEADLINE_SECONDS
        told = time.monotonic()
        while True:
            described = self.describe(name)
            if described is None or not described["StackStatus"].endswith("_IN_PROGRESS"):
                return described
            if quiet and described["StackStatus"] == "REVIEW_IN_PROGRESS":
                return described
            if time.monotonic() > deadline:
                raise DeployError(f"the stack {name} is still {described['StackStatus']} after half an hour: see the AWS console")
            if not quiet and time.monotonic() - told >= _PROGRESS_EVERY_SECONDS:
                told = time.monotonic()
                self.say(f"    {described['StackStatus'].lower()}: {self._latest(name, since)}")
            time.sleep(self.interval)

    def _newest_event(self, name: str) -> str | None:
        """Where the stack's events stand. By id: its clock is not ours."""
        events = self._events(name, None, pages=1)
        return events[0]["EventId"] if events else None

    def _events(self, name: str, since: str | None, pages: int = 20) -> list[dict[str, Any]]:
        """Events after the one with the given id, newest first. A stack that is gone has none."""
        found: list[dict[str, Any]] = []
        token = None
        for _ in range(pages):
            more = {"NextToken": token} if token else {}
            try:
                page = self.client.describe_stack_events(StackName=name, **more)
            except ClientError:
                return found
            for event in page["StackEvents"]:
                if event["EventId"] == since:
                    return found
                found.append(event)
            token = page.get("NextToken")
            if not token:
                break
        return found

    def _latest(self, name: str, since: str | None) -> str:
        events = self._events(name, since)
        return f"{events[0]['LogicalResourceId']} {events[0]['ResourceStatus'].lower()}" if events else "waiting"

    def _reasons(self, name: str, since: str | None) -> list[str]:
        """The failures that started it, oldest first; cancelled bystanders are left out."""
        found = []
        for event in reversed(self._events(name, since)):
            reason = event.get("ResourceStatusReason", "")
            if event["ResourceStatus"].endswith("_FAILED") and "cancelled" not in reason.lower():
                line = f"{event['LogicalResourceId']} ({event.get('ResourceType', '')}): {reason or event['ResourceStatus']}"
                if line not in found:
                    found.append(line)
        return found

    def _failure(self, name: str, described: dict[str, Any] | None, since: str | None, creating: bool) -> DeployError:
        status = described["StackStatus"] if described else "gone"
        reasons = self._reasons(name, since)
        if not reasons and described:
            reasons = [described.get("StackStatusReason", "no reason given")]
        after = (
            "nothing of it is left in use; deploying again starts afresh"
            if creating
            else "it is as it was before"
            if status == "UPDATE_ROLLBACK_COMPLETE"
            else "see the AWS console"
        )
        return DeployError(f"the stack {name} is {status} ({after}). What failed:", *(f"  {reason}" for reason in reasons))


def _outputs(described: dict[str, Any]) -> dict[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}


def _hint(reason: str) -> str:
    if "No export named" in reason:
        return ". That export comes with an earlier stack: deploy all of them (`make deploy`, without STACK)"
    return ""
