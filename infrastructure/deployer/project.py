"""What there is to deploy: the stacks in their order, the functions, and where their files are."""

from pathlib import Path

#: The repository, two folders above this file's package.
REPOSITORY = Path(__file__).resolve().parents[2]
INFRASTRUCTURE = REPOSITORY / "infrastructure"

#: Each stack uses only exports of stacks before it.
STACKS = ("ecr", "shared", "customer-lookup", "voice-parser", "webhook-handler", "data-api", "monitoring")

#: The stacks that hold a function; the cargo binary has the same name.
FUNCTIONS = ("customer-lookup", "voice-parser", "webhook-handler", "data-api")

#: The one environment that is an emulator on this machine.
LOCAL = "local"


def shown(path: Path) -> Path:
    """A path as the operator knows it: from the repository's root where it is inside."""
    path = path.resolve()
    return path.relative_to(REPOSITORY) if path.is_relative_to(REPOSITORY) else path


def stack_name(environment: str, stack: str) -> str:
    """Name of a stack in CloudFormation."""
    return f"{environment}-ai-voice-{stack}"


def function_name(environment: str, function: str) -> str:
    """Name of a function in Lambda."""
    return f"{environment}-ai-voice-{function}"


def artifacts_bucket(environment: str, account: str, region: str) -> str:
    """Bucket of the zip packages; made by the stack `ecr`."""
    return f"{environment}-ai-voice-artifacts-{account}-{region}"
