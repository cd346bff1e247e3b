"""Reads what the deployment needs to know of the CloudFormation templates: their text and their parameters."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from deployer.errors import DeployError
from deployer.project import INFRASTRUCTURE, shown

#: CloudFormation's limit for a template passed in the request.
MAX_TEMPLATE_BYTES = 51_200


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags, which are kept as {tag: value}."""


def _tag(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix: value}


_Loader.add_multi_constructor("!", _tag)


@dataclass(frozen=True)
class Parameter:
    """One parameter as a template declares it."""

    name: str
    type: str
    default: str | None
    pattern: str | None
    constraint: str | None
    allowed: tuple[str, ...]
    minimum: float | None
    maximum: float | None

    def problem(self, value: str) -> str | None:
        """What is wrong with a value, or None."""
        if self.type == "Number":
            try:
                number = float(value)
            except ValueError:
                return f"{self.name} must be a number, not {value!r}"
            if self.minimum is not None and number < self.minimum:
                return f"{self.name} is {value}, less than {self.minimum:g}"
            if self.maximum is not None and number > self.maximum:
                return f"{self.name} is {value}, more than {self.maximum:g}"
        if self.allowed and value not in self.allowed:
            return f"{self.name} is {value!r}; it can be {', '.join(self.allowed)}"
        if self.pattern and not re.fullmatch(self.pattern, value):
            if not value:
                return f"{self.name} is empty"
            return f"{self.name} is {value!r}; it must be {self.constraint or 'as ' + self.pattern}"
        return None


@dataclass(frozen=True)
class Template:
    """One template."""

    stack: str
    body: str
    parameters: dict[str, Parameter]


def load(stack: str, folder: Path = INFRASTRUCTURE) -> Template:
    """Reads one stack's template."""
    path = folder / stack / "template.yaml"
    try:
        body = path.read_text(encoding="utf-8")
        document = yaml.load(body, Loader=_Loader)  # noqa: S506
    except OSError as error:
        raise DeployError(f"{shown(path)} cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise DeployError(f"{shown(path)} is not valid YAML: {error}") from error
    if not isinstance(document, dict) or "Resources" not in document:
        raise DeployError(f"{shown(path)} is not a CloudFormation template: it has no Resources")
    if len(body.encode()) > MAX_TEMPLATE_BYTES:
        raise DeployError(f"{shown(path)} is larger than the {MAX_TEMPLATE_BYTES} bytes CloudFormation takes in a request")
    declared = document.get("Parameters") or {}
    return Template(stack, body, {name: _parameter(name, spec) for name, spec in declared.items()})


def _parameter(name: str, spec: dict[str, Any]) -> Parameter:
    default = spec.get("Default")
    return Parameter(
        name=name,
        type=spec.get("Type", "String"),
        default=None if default is None else str(default),
        pattern=spec.get("AllowedPattern"),
        constraint=spec.get("ConstraintDescription"),
        allowed=tuple(str(value) for value in spec.get("AllowedValues", ())),
        minimum=spec.get("MinValue"),
        maximum=spec.get("MaxValue"),
    )
