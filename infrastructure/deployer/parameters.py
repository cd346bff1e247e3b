"""The parameters of a deployment: one plain file for all stacks, checked against the templates and each other.

A key is a parameter's name, or `stack.Name` for a value that one stack gets instead of the others. Values are strings.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from deployer.errors import DeployError
from deployer.project import INFRASTRUCTURE, LOCAL, STACKS, shown
from deployer.templates import Template

#: Set by the deployment itself for each function, never by the file.
PACKAGE_PARAMETERS = ("LambdaCodeBucket", "LambdaCodeKey", "LambdaImageUri")

#: AWS wants the queue's visibility timeout to be this many times the function's timeout.
VISIBILITY_FACTOR = 6


@dataclass
class Parameters:
    """The values of one environment."""

    environment: str
    path: Path
    values: dict[str, str]

    def get(self, name: str, default: str = "") -> str:
        """A value that applies to every stack."""
        return self.values.get(name, default)

    def for_stack(self, template: Template) -> dict[str, str]:
        """What a template gets: everything it declares and the file has. The rest takes the template's default."""
        chosen = {}
        for name in template.parameters:
            value = self.values.get(f"{template.stack}.{name}", self.values.get(name))
            if value is not None:
                chosen[name] = value
        return chosen

    def effective(self, template: Template, name: str) -> str:
        """The value a stack ends up with, its template's default included."""
        value = self.for_stack(template).get(name)
        return value if value is not None else (template.parameters[name].default or "")


def file_of(environment: str, override: str | None) -> Path:
    """The file in use: PARAMETERS_FILE, else parameters/{env}.json."""
    return Path(override) if override else INFRASTRUCTURE / "parameters" / f"{environment}.json"


def read(environment: str, path: Path, overrides: list[str]) -> Parameters:
    """Reads the file and applies `Name=value` overrides."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_no_duplicates)
    except FileNotFoundError as error:
        raise DeployError(
            f"there is no {shown(path)}: copy infrastructure/parameters/dev.json to it and set its values, "
            "or name another file with PARAMETERS_FILE="
        ) from error
    except OSError as error:
        raise DeployError(f"{shown(path)} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise DeployError(f"{shown(path)} is not valid JSON: {error}") from error
    if not isinstance(document, dict):
        raise DeployError(f'{shown(path)} must be one JSON object: {{"Parameter": "value", …}}')
    wrong = [name for name, value in document.items() if isinstance(value, (dict, list)) or value is None]
    if wrong:
        raise DeployError(*(f"{shown(path)}: {name} must be a string" for name in wrong))
    values = {name: _text(value) for name, value in document.items()}
    for override in overrides:
        name, separator, value = override.partition("=")
        if not separator or not name:
            raise DeployError(f"--set {override}: write it as --set Name=value")
        values[name] = value
    return Parameters(environment, path, values)


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} is there twice")
    return dict(pairs)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def problems(parameters: Parameters, templates: dict[str, Template], wanted: list[str]) -> list[str]:
    """Everything wrong with the values, as far as it concerns the stacks that are wanted.

    `templates` holds every stack's template: whether a name is known is a question about all of them.
    """
    found = [f"{shown(parameters.path)}: {text}" for text in _unknown(parameters, templates)]
    if parameters.get("EnvironmentName") != parameters.environment:
        found.append(
            f"{shown(parameters.path)}: EnvironmentName is {parameters.get('EnvironmentName')!r} but {parameters.environment!r} "
            "is being deployed: set it, or choose the file that belongs to this environment"
        )
    told = set()
    for stack in wanted:
        for text in _values(parameters, templates[stack]):
            if text not in told:
                told.add(text)
                found.append(f"{shown(parameters.path)}: {text}")
    found += [f"{shown(parameters.path)}: {text}" for text in _contradictions(parameters, templates)]
    return found


def _unknown(parameters: Parameters, templates: dict[str, Template]) -> list[str]:
    found = []
    everywhere = {name for template in templates.values() for name in template.parameters}
    for key in parameters.values:
        stack, dot, name = key.rpartition(".")
        if name in PACKAGE_PARAMETERS:
            found.append(f"{key} is set by the deployment itself: remove it")
        elif dot and stack not in STACKS:
            found.append(f"{key}: there is no stack {stack!r}; the stacks are {', '.join(STACKS)}")
        elif dot and name not in templates[stack].parameters:
            found.append(f"{key}: the stack {stack} has no parameter {name}")
        elif name not in everywhere:
            found.append(f"{key} is not a parameter of any stack: remove it or correct its spelling")
    return found


def _values(parameters: Parameters, template: Template) -> list[str]:
    found = []
    given = parameters.for_stack(template)
    for name, declared in template.parameters.items():
        if name in PACKAGE_PARAMETERS:
            continue
        value = given.get(name, declared.default)
        if value is None:
            found.append(f"{name} is missing")
            continue
        problem = declared.problem(value)
        if problem:
            found.append(problem)
    return found


def _contradictions(parameters: Parameters, templates: dict[str, Template]) -> list[str]:
    found = []
    parser = templates["voice-parser"]
    try:
        timeout, visibility, lease = (
            float(parameters.effective(parser, name))
            for name in ("LambdaTimeoutSeconds", "QueueVisibilitySeconds", "LeaseSeconds")
        )
    except ValueError:
        return found  # already reported as not a number
    if visibility < VISIBILITY_FACTOR * timeout:
        found.append(
            f"QueueVisibilitySeconds is {visibility:g}, less than {VISIBILITY_FACTOR} × LambdaTimeoutSeconds "
            f"({timeout:g}): raise it to {VISIBILITY_FACTOR * timeout:g} or shorten the timeout"
        )
    if 2 * lease > visibility:
        found.append(
            f"LeaseSeconds is {lease:g}, more than half of QueueVisibilitySeconds ({visibility:g}): the lease must end "
            "well before the backstop, so shorten it"
        )
    if parameters.environment != LOCAL:
        found += _only_local(parameters, templates)
    return found


def _only_local(parameters: Parameters, templates: dict[str, Template]) -> list[str]:
    found = []
    parser = templates["voice-parser"]
    for name in ("TwilioBaseUrl", "OpenAiBaseUrl"):
        if parameters.effective(parser, name).startswith("http://"):
            found.append(f"{name} is plain http: credentials and recordings would travel unencrypted, use https")
    if parameters.get("PublicWebhookUrl").startswith("http://"):
        found.append("PublicWebhookUrl is plain http: use https")
    if parameters.effective(parser, "TwilioMediaHosts"):
        found.append("TwilioMediaHosts is for the local stack only: leave it empty")
    return found


def write_values(path: Path, values: dict[str, str]) -> None:
    """Puts values into the file, leaving the order of the rest."""
    document = json.loads(path.read_text(encoding="utf-8"))
    document.update(values)
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
