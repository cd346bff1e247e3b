"""Alarms watch metrics that the functions really write: a misspelt name would never ring."""

import re

import yaml

from deployer.project import FUNCTIONS, INFRASTRUCTURE, REPOSITORY
from deployer.templates import _Loader

SOURCE = (REPOSITORY / "shared" / "src" / "metrics.rs").read_text()
NAMESPACE = re.search(r'pub const NAMESPACE: &str = "(\w+)"', SOURCE)[1]
NAMES = set(re.findall(r'Self::\w+ => "(\w+)",', SOURCE))
DIMENSIONS = set(re.search(r'"Dimensions": \[\[([^\]]+)\]\]', SOURCE)[1].replace('"', "").split(", "))


def test_own_alarms_name_existing_metrics():
    template = yaml.load((INFRASTRUCTURE / "monitoring" / "template.yaml").read_text(), Loader=_Loader)
    alarms = [
        resource["Properties"] for resource in template["Resources"].values() if resource["Type"] == "AWS::CloudWatch::Alarm"
    ]
    own = [alarm for alarm in alarms if not alarm["Namespace"].startswith("AWS/")]
    assert own
    for alarm in own:
        assert alarm["Namespace"] == NAMESPACE
        assert alarm["MetricName"] in NAMES
        # CloudWatch finds a metric only by exactly the dimensions it was written with.
        dimensions = {dimension["Name"]: dimension["Value"] for dimension in alarm["Dimensions"]}
        assert set(dimensions) == DIMENSIONS
        assert dimensions["Function"] in FUNCTIONS
