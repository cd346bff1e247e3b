"""Each rule accepts its good template and finds what is wrong with its bad one."""

from pathlib import Path

import pytest
from cfnlint import decode
from cfnlint.template import Template

from lint.rules.batch_failures import BatchFailures
from lint.rules.export_names import ExportNames
from lint.rules.invoke_permission import InvokePermission
from lint.rules.least_privilege import LeastPrivilege
from lint.rules.log_retention import LogRetention
from lint.rules.queue_visibility import QueueVisibility

TEMPLATES = Path(__file__).parent / "templates"

#: Rule, its templates' name, what it must say about the bad one (in order).
CASES = [
    (QueueVisibility, "queue_visibility", ["299 s, less than 6 × 50 s", "30 s, less than 6 × 10 s", "cannot be compared"]),
    (BatchFailures, "batch_failures", ["WithoutTypes has no", "WithEmptyTypes has no"]),
    (InvokePermission, "invoke_permission", ["lets apigateway.amazonaws.com", "lets events.amazonaws.com"]),
    (
        LeastPrivilege,
        "least_privilege",
        ["allows every resource", "allows s3:*", "every resource", "everything but a list", "managed policies"],
    ),
    (ExportNames, "export_names", ["export of Plain", "export of OtherPrefix"]),
    (LogRetention, "log_retention", ["KeptForEver keeps", "Silent has no log group", "Elsewhere has no log group"]),
]


def findings(rule, name):
    path = str(TEMPLATES / name)
    template, problems = decode.decode(path)
    assert not problems, problems
    return [match.message for match in rule().match(Template(path, template))]


@pytest.mark.parametrize(("rule", "name", "expected"), CASES, ids=[case[1] for case in CASES])
def test_good_template_passes(rule, name, expected):
    assert findings(rule, f"{name}.good.yaml") == []


@pytest.mark.parametrize(("rule", "name", "expected"), CASES, ids=[case[1] for case in CASES])
def test_bad_template_is_found_out(rule, name, expected):
    messages = findings(rule, f"{name}.bad.yaml")
    assert len(messages) == len(expected), messages
    for message, part in zip(messages, expected, strict=True):
        assert part in message


def test_every_rule_has_a_test():
    files = {path.stem for path in (Path(__file__).parents[1] / "rules").glob("[!_]*.py")}
    assert files == {name for _, name, _ in CASES}
