"""Looking after a running environment: lost webhooks, dead letters and why they are there, giving them back."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from botocore.exceptions import ClientError

from deployer.aws import Aws, code_of
from deployer.errors import DeployError
from deployer.project import function_name
from deployer.stacks import Stacks

#: While the dead letters are read nobody else sees them; put back at the end, and by itself after this long.
_READING_SECONDS = 60
#: Most messages SQS hands out at once.
_AT_ONCE = 10
#: SQS asks all its servers only when it may wait.
_WAIT_SECONDS = 1
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
#: How far back Twilio's list is read at most (`reconcile::FURTHEST`).
_FURTHEST = timedelta(days=14)


@dataclass
class DeadLetter:
    """A message in the dead-letter queue."""

    handle: str
    body: str
    sent_at: datetime

    @property
    def content(self) -> dict[str, Any]:
        """The body, if it is JSON of the kind expected."""
        try:
            read = json.loads(self.body)
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}

    @property
    def message_id(self) -> str | None:
        """The worker's message it is, if it is one."""
        sid = self.content.get("message_id")
        return sid if isinstance(sid, str) and re.fullmatch("[A-Za-z0-9]{1,64}", sid) else None

    @property
    def kind(self) -> str:
        """`message`, `status`, or that it cannot be read."""
        kind = self.content.get("kind")
        return kind if kind in ("message", "status") else "unreadable"


class Operations:
    """One environment's queues, bucket and function."""

    def __init__(self, aws: Aws, environment: str, say: Callable[[str], None]) -> None:
        self.aws = aws
        self.environment = environment
        outputs = {stack: Stacks(aws, environment, say).outputs(stack) for stack in ("shared", "voice-parser")}
        if not all(outputs.values()):
            raise DeployError(f"{environment} is not deployed: make deploy ENV={environment}")
        self.bucket = outputs["shared"]["VoiceDataBucketName"]
        self.queue = outputs["voice-parser"]["QueueUrl"]
        self.dead_letters = outputs["voice-parser"]["DeadLetterQueueUrl"]

    def reconcile(self, since: str | None) -> list[str]:
        """Has voice-parser look for messages whose webhook was lost."""
        request = {"since": _instant(since)} if since else {}
        function = function_name(self.environment, "voice-parser")
        answer = self.aws.client("lambda").invoke(FunctionName=function, Payload=json.dumps({"reconcile": request}))
        said = json.loads(answer["Payload"].read() or "null")
        if answer.get("FunctionError") or not isinstance(said, dict):
            reason = said.get("errorMessage") if isinstance(said, dict) else said
            raise DeployError(f"{function} could not finish: {reason}. What it found until then is enqueued; run it again")
        return [
            f"{said['listed']} messages in Twilio's list, {said['enqueued']} of them were missing and are in the queue now",
            *([f"{said['unusable']} have no sender and cannot be used"] if said.get("unusable") else []),
            *([f"{said['told']} had been cut off in their last attempt; their workers are told now"] if said.get("told") else []),
        ]

    def dlq(self) -> list[str]:
        """What is in the dead-letter queue, and why. Says no words, names or numbers."""
        letters = self._read()
        try:
            return [self._described(letter) for letter in letters] or ["the dead-letter queue is empty"]
        finally:
            self._put_back(letters)

    def redrive(self, only: str | None) -> list[str]:
        """Gives dead letters back to the queue: all that can be read, or the one message asked for."""
        letters = self._read()
        moved, kept = [], []
        try:
            for letter in letters:
                wanted = letter.kind != "unreadable" and only in (None, letter.message_id)
                (moved if wanted else kept).append(letter)
            for letter in moved:
                # In this order: what is cut off in between is in both queues, which its record makes harmless.
                self._sqs.send_message(QueueUrl=self.queue, MessageBody=letter.body)
                self._sqs.delete_message(QueueUrl=self.dead_letters, ReceiptHandle=letter.handle)
        finally:
            self._put_back(kept)
        if only and not moved:
            raise DeployError(f"{only} is not in the dead-letter queue: make dlq ENV={self.environment} shows what is")
        left = f"; {len(kept)} stay, see make dlq ENV={self.environment}" if kept else ""
        return [f"{len(moved)} given back to the queue{left}"]

    @property
    def _sqs(self) -> Any:
        return self.aws.client("sqs")

    def _read(self) -> list[DeadLetter]:
        return [letter for page in self._pages() for letter in page]

    def _pages(self) -> Iterator[list[DeadLetter]]:
        while True:
            answer = self._sqs.receive_message(
                QueueUrl=self.dead_letters,
                MaxNumberOfMessages=_AT_ONCE,
                VisibilityTimeout=_READING_SECONDS,
                WaitTimeSeconds=_WAIT_SECONDS,
                AttributeNames=["SentTimestamp"],
            )
            found = answer.get("Messages", [])
            if not found:
                return
            yield [
                DeadLetter(
                    handle=message["ReceiptHandle"],
                    body=message["Body"],
                    sent_at=datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, tz=timezone.utc),
                )
                for message in found
            ]

    def _put_back(self, letters: list[DeadLetter]) -> None:
        for letter in letters:
            try:
                self._sqs.change_message_visibility(QueueUrl=self.dead_letters, ReceiptHandle=letter.handle, VisibilityTimeout=0)
            except ClientError:
                # It comes back by itself.
                continue

    def _described(self, letter: DeadLetter) -> str:
        since = f"sent {letter.sent_at:%Y-%m-%d %H:%M} UTC"
        if letter.kind == "unreadable":
            return f"unreadable ({len(letter.body)} characters), {since}: no message this version knows"
        if letter.kind == "status" or letter.message_id is None:
            return f"{letter.kind} callback, {since}: what became of a reply; worth nothing once it is old"
        return f"{letter.message_id}, {since}: {self._why(letter.message_id)}"

    def _why(self, message_id: str) -> str:
        record = self._record(message_id)
        if record is None:
            return "there is no record of it: it failed before it could be taken"
        state = f"{record.get('state')} in step {record.get('step')} after {record.get('attempts')} attempts"
        failure = record.get("failure")
        if record.get("state") in ("done", "deleted"):
            return f"{state}: a later delivery finished it, it can be given back or left"
        if not failure:
            return f"{state}: its last attempt was cut off (time, memory)"
        return f"{state}: {failure.get('code')} in {failure.get('step')}: {failure.get('message')}"

    def _record(self, message_id: str) -> dict[str, Any] | None:
        try:
            found = self.aws.client("s3").get_object(Bucket=self.bucket, Key=f"records/{message_id}.json")
        except ClientError as error:
            if code_of(error) == "NoSuchKey":
                return None
            raise
        return json.loads(found["Body"].read())


def _instant(since: str) -> str:
    """`2026-11-20T08:00:00Z`, or how long ago: `90m`, `6h`, `3d`."""
    now = datetime.now(timezone.utc)
    ago = re.fullmatch(r"(\d{1,5})([mhd])", since)
    try:
        at = now - timedelta(**{_UNITS[ago[2]]: int(ago[1])}) if ago else datetime.fromisoformat(since.replace("Z", "+00:00"))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise DeployError(f"SINCE is {since!r}: it can be 90m, 6h, 3d, or a time with its zone such as 2026-11-20T08:00:00Z")
    if not now - _FURTHEST <= at <= now:
        raise DeployError(f"SINCE is {since!r}: it can be at most 14 days ago, and not in the future")
    return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
