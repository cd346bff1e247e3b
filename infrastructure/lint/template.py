"""Reading a decoded template: resources by type, references, numbers behind parameters."""

from collections.abc import Iterator
from typing import Any


def resources(template: dict[str, Any], *types: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Logical id and properties of each resource of the given types."""
    for name, resource in (template.get("Resources") or {}).items():
        if isinstance(resource, dict) and resource.get("Type") in types:
            properties = resource.get("Properties")
            yield name, properties if isinstance(properties, dict) else {}


def referenced(value: Any) -> str | None:
    """The logical id behind a Ref or a GetAtt."""
    if isinstance(value, dict) and len(value) == 1:
        if "Ref" in value:
            return value["Ref"]
        if "Fn::GetAtt" in value:
            attribute = value["Fn::GetAtt"]
            return attribute.split(".")[0] if isinstance(attribute, str) else attribute[0]
    return None


def number(template: dict[str, Any], value: Any) -> float | None:
    """A number as written, or the default of the parameter it refers to. None when there is neither."""
    if isinstance(value, dict) and "Ref" in value:
        parameter = (template.get("Parameters") or {}).get(value["Ref"], {})
        value = parameter.get("Default")
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def listed(value: Any) -> list[Any]:
    """A value that may be one or a list, with the branches of Fn::If side by side."""
    if isinstance(value, list):
        return [item for entry in value for item in listed(entry)]
    if isinstance(value, dict) and "Fn::If" in value:
        return [item for branch in value["Fn::If"][1:] for item in listed(branch)]
    return [] if value is None else [value]
