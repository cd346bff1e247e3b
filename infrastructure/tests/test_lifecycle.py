"""The bucket removes what a function marks for removal: a rule for another tag would keep exports for ever."""

import re

import yaml

from deployer.project import INFRASTRUCTURE, REPOSITORY
from deployer.templates import _Loader

EXPORT = (REPOSITORY / "data-api" / "src" / "notes" / "export.rs").read_text()
WORDS = {7: "seven", 30: "thirty"}


def rule(name):
    template = yaml.load((INFRASTRUCTURE / "shared" / "template.yaml").read_text(), Loader=_Loader)
    buckets = [resource["Properties"] for resource in template["Resources"].values() if resource["Type"] == "AWS::S3::Bucket"]
    rules = [rule for bucket in buckets for rule in bucket.get("LifecycleConfiguration", {}).get("Rules", [])]
    [found] = [rule for rule in rules if rule["Id"] == name]
    assert found["Status"] == "Enabled"
    return found


def test_exports_expire_by_the_tag_they_are_written_with():
    key, value = re.search(r'LIFECYCLE_TAG: &str = "(\w+)=(\w+)"', EXPORT).groups()
    expiry = rule("expire-exports")
    assert expiry["TagFilters"] == [{"Key": key, "Value": value}]
    # No prefix selects `{company_id}/exports/`, and none may leave some of them out.
    assert "Prefix" not in expiry
    assert f"after {WORDS[expiry['ExpirationInDays']]} days" in EXPORT


def test_a_strangers_message_expires_when_the_office_is_told_it_does():
    guide = (REPOSITORY / "data-api" / "README.md").read_text()
    expiry = rule("expire-inbox")
    assert f"for {WORDS[expiry['ExpirationInDays']]} days; `POST /messages/{{message_id}}/replay`" in guide
