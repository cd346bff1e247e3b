"""Dead letters are told with their reason and given back; what is asked of reconciliation is understood."""

import json

import pytest

from deployer.errors import DeployError
from deployer.operations import Operations, _instant
from deployer.stacks import Stacks

SID = "SM0123456789abcdef0123456789abcdef"


@pytest.fixture
def operations(aws, monkeypatch):
    """An environment that has queues and a bucket, and nothing else."""
    sqs, s3 = aws.client("sqs"), aws.client("s3")
    queue = sqs.create_queue(QueueName="dev-ai-voice-messages")["QueueUrl"]
    dead = sqs.create_queue(QueueName="dev-ai-voice-messages-dlq")["QueueUrl"]
    s3.create_bucket(Bucket=f"voice-data-{aws.account}")
    outputs = {
        "shared": {"VoiceDataBucketName": f"voice-data-{aws.account}"},
        "voice-parser": {"QueueUrl": queue, "DeadLetterQueueUrl": dead},
    }
    monkeypatch.setattr(Stacks, "outputs", lambda _, stack: outputs[stack])
    return Operations(aws, "dev", print)


def bury(operations, body):
    operations.aws.client("sqs").send_message(QueueUrl=operations.dead_letters, MessageBody=body)


def message(sid):
    return json.dumps({"version": 1, "kind": "message", "message_id": sid, "text": "secret words"})


def remember(operations, sid, **record):
    operations.aws.client("s3").put_object(
        Bucket=operations.bucket, Key=f"records/{sid}.json", Body=json.dumps({"message_id": sid, **record})
    )


def depth(operations, queue):
    name = "ApproximateNumberOfMessages"
    answer = operations.aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=[name])
    return int(answer["Attributes"][name])


def test_an_environment_that_is_not_there_is_told(aws):
    with pytest.raises(DeployError, match="make deploy ENV=dev"):
        Operations(aws, "dev", print)


def test_an_empty_queue_is_told(operations):
    assert operations.dlq() == ["the dead-letter queue is empty"]
    assert operations.redrive(None) == ["0 given back to the queue"]


def test_each_letter_is_told_with_its_reason_and_without_its_words(operations):
    failure = {"step": "note", "code": "openai", "message": "OpenAI could not be used"}
    remember(operations, SID, state="failed", step="note", attempts=5, failure=failure)
    remember(operations, SID + "1", state="working", step="transcript", attempts=5)
    remember(operations, SID + "2", state="done", step="done", attempts=6)
    for body in (message(SID), message(SID + "1"), message(SID + "2"), message(SID + "3"), "secret words {"):
        bury(operations, body)
    bury(operations, json.dumps({"version": 1, "kind": "status", "outbound_id": SID}))
    bury(operations, message("../customers"))
    told = "\n".join(sorted(operations.dlq()))
    assert "failed in step note after 5 attempts: openai in note: OpenAI could not be used" in told
    assert "working in step transcript after 5 attempts: its last attempt was cut off" in told
    assert "a later delivery finished it" in told
    assert "there is no record of it" in told
    assert "unreadable (14 characters)" in told
    assert "status callback" in told
    assert "secret words" not in told
    assert "customers" not in told
    # Looked at, not taken.
    assert depth(operations, operations.dead_letters) == 7


def test_more_letters_than_a_page_are_all_told_once(operations):
    for number in range(25):
        bury(operations, message(f"{SID}{number}"))
    told = operations.dlq()
    assert len(told) == len(set(told)) == 25


def test_what_can_be_read_is_given_back(operations):
    bury(operations, message(SID))
    bury(operations, message(SID + "1"))
    bury(operations, "not JSON")
    assert "2 given back to the queue; 1 stay" in operations.redrive(None)[0]
    assert depth(operations, operations.queue) == 2
    assert depth(operations, operations.dead_letters) == 1


def test_one_message_is_given_back_by_its_sid(operations):
    bury(operations, message(SID))
    bury(operations, message(SID + "1"))
    with pytest.raises(DeployError, match="not in the dead-letter queue"):
        operations.redrive("SMnone")
    assert "1 given back" in operations.redrive(SID)[0]
    [given] = operations.aws.client("sqs").receive_message(QueueUrl=operations.queue)["Messages"]
    assert json.loads(given["Body"])["message_id"] == SID
    assert depth(operations, operations.dead_letters) == 1


@pytest.mark.parametrize("since", ["90m", "6h", "13d"])
def test_how_long_ago_becomes_an_instant(since):
    assert _instant(since).endswith("Z")


@pytest.mark.parametrize(
    "since", ["yesterday", "6", "-1h", "2026-11-20T08:00:00", "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "99d"]
)
def test_nonsense_is_refused(since):
    with pytest.raises(DeployError, match="SINCE"):
        _instant(since)
