"""Secrets are created once, changed on purpose, rotated without losing the value in use, and never shown."""

from datetime import datetime, timedelta, timezone

import pytest

from deployer.errors import DeployError
from deployer.secrets import SecretStore, stored

VALUES = {
    "TWILIO_ACCOUNT_SID": "AC0123456789abcdef0123456789abcdef",
    "TWILIO_AUTH_TOKEN": "first-token-of-twilio",
    "OPENAI_API_KEY": "sk-made-up-for-tests",
}
DAY = timedelta(hours=24)


@pytest.fixture
def store(aws):
    def with_values(**changes):
        values = VALUES | changes
        return SecretStore(aws, "dev", {name: value for name, value in values.items() if value}, "webhook-handler/.env")

    return with_values


def test_created_once_and_equal_values_do_nothing(store):
    assert [line.split(": ")[1] for line in store().create()] == ["created"] * 3
    assert all("unchanged" in line for line in store().create())
    assert all("nothing to do" in line for line in store().update(DAY, force=False))


def test_creating_over_another_value_changes_nothing(store, aws):
    store().create()
    with pytest.raises(DeployError, match="secrets-update"):
        store(TWILIO_AUTH_TOKEN="second-token", OPENAI_API_KEY="sk-another-key").create()
    assert stored(aws, "dev/openai/api-key").value == VALUES["OPENAI_API_KEY"]


def test_missing_and_malformed_values_are_told_together(store):
    with pytest.raises(DeployError) as caught:
        store(TWILIO_ACCOUNT_SID="ACnonsense", OPENAI_API_KEY=None, TWILIO_AUTH_TOKEN="xxxxxxxxxxxx").create()
    assert len(caught.value.problems) == 3
    assert "ACnonsense" not in str(caught.value)


def test_a_compatible_servers_key_may_be_short(store, aws):
    store(OPENAI_API_KEY="none").create()
    assert stored(aws, "dev/openai/api-key").value == "none"
    for placeholder in ("xxxx", "your key"):
        with pytest.raises(DeployError, match="OPENAI_API_KEY"):
            store(OPENAI_API_KEY=placeholder).create()
    with pytest.raises(DeployError, match="TWILIO_AUTH_TOKEN"):
        store(TWILIO_AUTH_TOKEN="none").create()


def test_an_update_needs_the_secret(store):
    with pytest.raises(DeployError, match="secrets-create"):
        store().update(DAY, force=False)


def test_a_second_update_in_the_window_is_refused(store, aws):
    store().create()
    # The first change may follow the creation at once: nothing older is in use.
    store(TWILIO_AUTH_TOKEN="second-token").update(DAY, force=False)
    third = store(TWILIO_AUTH_TOKEN="third-token")
    with pytest.raises(DeployError, match="would push it out"):
        third.update(DAY, force=False)
    assert stored(aws, "dev/twilio/auth-token").value == "second-token"
    # An equal value is no update, inside the window as well.
    assert "nothing to do" in store(TWILIO_AUTH_TOKEN="second-token").update(DAY, force=False)[1]
    later = datetime.now(timezone.utc) + DAY + timedelta(minutes=1)
    assert any("updated" in line for line in third.update(DAY, force=False, now=later))
    assert stored(aws, "dev/twilio/auth-token").value == "third-token"


def test_force_overrides_the_window(store, aws):
    store().create()
    store(TWILIO_AUTH_TOKEN="second-token").update(DAY, force=False)
    store(TWILIO_AUTH_TOKEN="third-token").update(DAY, force=True)
    assert stored(aws, "dev/twilio/auth-token").value == "third-token"


def test_one_refused_secret_keeps_the_others_as_they_are(store, aws):
    store().create()
    store(TWILIO_AUTH_TOKEN="second-token").update(DAY, force=False)
    with pytest.raises(DeployError):
        store(TWILIO_AUTH_TOKEN="third-token", OPENAI_API_KEY="sk-another-key").update(DAY, force=False)
    assert stored(aws, "dev/openai/api-key").value == VALUES["OPENAI_API_KEY"]


def test_a_check_says_what_differs(store):
    lines, complete = store().check()
    assert not complete
    assert sum("missing" in line for line in lines) == 3
    store().create()
    lines, complete = store(OPENAI_API_KEY="sk-another-key").check()
    assert complete
    assert [line for line in lines if "DIFFERENT" in line] == ["dev/openai/api-key: there, DIFFERENT from OPENAI_API_KEY"]


def test_arns_are_found_by_name(store):
    with pytest.raises(DeployError, match="secrets-create"):
        store().arns()
    store().create()
    assert set(store().arns()) == {"TwilioAccountSidSecretArn", "TwilioAuthTokenSecretArn", "OpenAiApiKeySecretArn"}


def test_shared_keys_are_optional_and_checked(store, aws):
    with pytest.raises(DeployError, match="HMAC_SHA256"):
        store(TWILIO_SHARED_KEYS='{"webhooks_sharedkey_1": "abc"}').create()
    store(TWILIO_SHARED_KEYS='{"webhooks_sharedkey_1": {"algorithm": "HMAC_SHA256", "secret": "made-up"}}').create()
    assert "TwilioSharedKeysSecretArn" in store().arns()


def test_no_value_is_ever_said(store, aws):
    said = store().create() + store().check()[0] + store(TWILIO_AUTH_TOKEN="second-token").update(DAY, force=False)
    said += [repr(stored(aws, "dev/twilio/auth-token"))]
    for value in (*VALUES.values(), "second-token"):
        assert not any(value in line for line in said)


def test_a_secret_in_deletion_says_how_to_get_it_back(store, aws):
    store().create()
    aws.client("secretsmanager").delete_secret(SecretId="dev/openai/api-key")
    with pytest.raises(DeployError, match="restore-secret"):
        store().create()
