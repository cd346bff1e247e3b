"""The command line: `deploy.sh ENV WHAT… [--set Name=value]…`, and the settings that come as environment variables."""

import argparse
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from deployer import dotenv, packages, parameters, preflight, report
from deployer.aws import Aws
from deployer.errors import DeployError
from deployer.operations import Operations
from deployer.project import LOCAL, REPOSITORY, STACKS, shown
from deployer.secrets import SecretStore
from deployer.stacks import Stacks
from deployer.templates import Template, load

SECRET_COMMANDS = ("secrets-check", "secrets-create", "secrets-update", "secrets-get-arns")
OPERATIONS = ("reconcile", "dlq", "redrive")
COMMANDS = ("all", *STACKS, "preflight", "outputs", *SECRET_COMMANDS, *OPERATIONS)

USAGE = """\
usage: infrastructure/deploy.sh ENV WHAT… [--set Name=value]…

ENV     dev, prod, …: infrastructure/parameters/ENV.json must exist. `local` is the emulator of `make run`.
WHAT    all                 every stack, in order
        ecr shared customer-lookup voice-parser webhook-handler data-api monitoring
                            one stack, or several
        preflight           the checks alone
        outputs             addresses and names of what is deployed
        secrets-check       compare the .env files with Secrets Manager
        secrets-create      create the secrets that do not exist
        secrets-update      put new values where they differ
        secrets-get-arns    print their ARNs; WRITE=1 puts them into the parameter file
        reconcile           enqueue messages whose webhook was lost; SINCE=6h looks back further than two hours
        dlq                 what is in the dead-letter queue, and why
        redrive             give dead letters back to the queue; SID=… only that message
--set   overrides one parameter for this run

Settings (environment variables):
  AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL   as for the AWS CLI
  PARAMETERS_FILE=…    another parameter file
  NO_EXECUTE=1         show what would change, change nothing
  PACKAGE=zip          zip packages (the default); image is not available yet
  SKIP_BUILD=1         deploy the binaries that are there
  BINARIES_DIR=…       take the binaries from this folder, named as the functions
  SKIP_MODEL_CHECK=1   do not ask the model provider about the models
  ENV_FILES=a:b        read the secrets from these files, not webhook-handler/.env and voice-parser/.env
  FORCE=1              secrets-update: also inside the rotation window
  OUTPUTS_FILE=…       also write the addresses and names there, as JSON
"""


def say(line: str) -> None:
    """One line to the operator, at once."""
    print(line, flush=True)


def flag(name: str) -> bool:
    """A yes-or-no setting."""
    value = os.environ.get(name, "").strip().lower()
    if value in ("", "0", "no", "false"):
        return False
    if value in ("1", "yes", "true"):
        return True
    raise DeployError(f"{name} is {value!r}: it can be 1 or 0")


class Session:
    """One run: the environment, its parameters, the connection."""

    def __init__(self, environment: str, overrides: list[str]) -> None:
        self.environment = environment
        path = parameters.file_of(environment, os.environ.get("PARAMETERS_FILE"))
        self.parameters = parameters.read(environment, path, overrides)
        self.templates: dict[str, Template] = {stack: load(stack) for stack in STACKS}
        self.aws = Aws.connect(environment)
        say(self._where())

    def _where(self) -> str:
        endpoint = f" at {self.aws.endpoint}" if self.aws.endpoint else ""
        return f"environment {self.environment}: account {self.aws.account}, region {self.aws.region}{endpoint}"

    def deploy(self, wanted: list[str]) -> None:
        """Preflight, build, package, stacks."""
        execute = not flag("NO_EXECUTE")
        request = preflight.Request(
            environment=self.environment,
            wanted=wanted,
            package_type=os.environ.get("PACKAGE") or "zip",
            build=not flag("SKIP_BUILD") and not os.environ.get("BINARIES_DIR"),
        )
        self._local_addresses()
        self.preflight(request)
        if request.functions and request.build:
            packages.build(self.environment, request.functions)
        made = packages.make_all(self.environment, request.functions)
        stacks = Stacks(self.aws, self.environment, say)
        if "ecr" in wanted:
            self._one(stacks, "ecr", made, execute)
        if made and execute:
            for line in packages.upload(self.aws, self.environment, list(made.values())):
                say(line)
        for stack in wanted:
            if stack != "ecr":
                self._one(stacks, stack, made, execute)
        if not execute:
            say("NO_EXECUTE=1: nothing was changed")

    def _one(self, stacks: Stacks, stack: str, made: dict[str, packages.Package], execute: bool) -> None:
        template = self.templates[stack]
        values = self.parameters.for_stack(template)
        if stack in made:
            values["LambdaCodeBucket"] = packages.artifacts_bucket(self.environment, self.aws.account, self.aws.region)
            values["LambdaCodeKey"] = made[stack].key
        try:
            stacks.deploy(template, values, execute)
        except DeployError as error:
            # A preview of a first deployment cannot see what earlier stacks would export.
            if execute or "No export named" not in str(error):
                raise
            say(f"{stack}: would be created; its changes can be shown once the stacks before it exist")

    def _local_addresses(self) -> None:
        """The emulator serves the webhook under a path of its own; its id is pinned by the template."""
        if self.environment == LOCAL and not self.parameters.get("PublicWebhookUrl"):
            pinned = re.search(r"ms-custom-id: (\w+)", self.templates["shared"].body)
            if pinned:
                self.parameters.values["PublicWebhookUrl"] = f"{report.local_api_url(self.aws, pinned[1])}/webhook"

    def preflight(self, request: preflight.Request) -> None:
        """Stops with every problem at once."""
        findings = preflight.check(self.aws, request, self.parameters, self.templates)
        for note in findings.notes:
            say(f"note: {note}")
        if findings.problems:
            raise DeployError(*findings.problems)
        say("preflight: no problems")

    def report(self) -> None:
        """Prints addresses and names, and writes OUTPUTS_FILE."""
        found = report.gather(self.aws, self.environment, Stacks(self.aws, self.environment, say))
        for line in report.lines(found):
            say(line)
        path = os.environ.get("OUTPUTS_FILE")
        if path:
            report.write(Path(path), found)

    def secrets(self, command: str) -> bool:
        """One of the secrets commands; false when `secrets-check` finds something missing."""
        override = os.environ.get("ENV_FILES")
        if override:
            paths = [Path(path) for path in override.split(":") if path]
            unknown = [str(path) for path in paths if not path.exists()]
            if unknown:
                raise DeployError(*(f"ENV_FILES: there is no {path}" for path in unknown))
        else:
            paths = [REPOSITORY / "webhook-handler" / ".env", REPOSITORY / "voice-parser" / ".env"]
        sources = " or ".join(str(shown(path)) for path in paths)
        values = dotenv.merge(paths) if command != "secrets-get-arns" else {}
        store = SecretStore(self.aws, self.environment, values, sources)
        if command == "secrets-get-arns":
            self._arns(store)
            return True
        if command == "secrets-check":
            lines, complete = store.check()
        elif command == "secrets-create":
            lines, complete = store.create(), True
        else:
            window = preflight.previous_token_window(self.parameters, self.templates)
            lines, complete = store.update(window, flag("FORCE")), True
        for line in lines:
            say(line)
        return complete

    def operate(self, command: str) -> None:
        """One of the commands for a running environment."""
        operations = Operations(self.aws, self.environment, say)
        if command == "reconcile":
            lines = operations.reconcile(os.environ.get("SINCE") or None)
        elif command == "dlq":
            lines = operations.dlq()
        else:
            lines = operations.redrive(os.environ.get("SID") or None)
        for line in lines:
            say(line)

    def _arns(self, store: SecretStore) -> None:
        found = store.arns()
        for name, arn in found.items():
            say(f"{name}={arn}")
        if flag("WRITE"):
            parameters.write_values(self.parameters.path, found)
            say(f"written to {shown(self.parameters.path)}")


def _parse(arguments: list[str]) -> tuple[str, list[str], list[str]]:
    parser = argparse.ArgumentParser(prog="infrastructure/deploy.sh", usage=USAGE, add_help=False)
    parser.add_argument("environment", nargs="?")
    parser.add_argument("what", nargs="*")
    parser.add_argument("--set", action="append", default=[], dest="overrides")
    parser.add_argument("-h", "--help", action="store_true")
    parser.error = lambda message: _usage(message)  # type: ignore[method-assign]
    parsed = parser.parse_args(arguments)
    if parsed.help:
        say(USAGE)
        raise SystemExit(0)
    if not parsed.environment or not parsed.what:
        _usage("say which environment and what to deploy")
    if not re.fullmatch("[a-z][a-z0-9-]{0,15}", parsed.environment):
        _usage(f"{parsed.environment!r} is not an environment's name: lower case letters, digits and hyphens, at most 16")
    unknown = [what for what in parsed.what if what not in COMMANDS]
    if unknown:
        _usage(f"{', '.join(unknown)}: it can be {', '.join(COMMANDS)}")
    return parsed.environment, parsed.what, parsed.overrides


def _usage(problem: str) -> None:
    print(f"{USAGE}\n{problem}", file=sys.stderr)
    raise SystemExit(2)


def run(environment: str, what: list[str], overrides: list[str]) -> int:
    """Does what is asked, secrets first, stacks in their order."""
    started = time.monotonic()
    session = Session(environment, overrides)
    complete = True
    for command in SECRET_COMMANDS:
        if command in what:
            complete = session.secrets(command) and complete
    wanted = [stack for stack in STACKS if "all" in what or stack in what]
    if wanted:
        session.deploy(wanted)
        if not flag("NO_EXECUTE"):
            session.report()
        say(f"done in {time.monotonic() - started:.1f} s")
    elif "preflight" in what:
        session.preflight(
            preflight.Request(environment, list(STACKS), os.environ.get("PACKAGE") or "zip", not flag("SKIP_BUILD"))
        )
    if not wanted and "outputs" in what:
        session.report()
    for command in OPERATIONS:
        if command in what:
            session.operate(command)
    return 0 if complete else 1


def main(arguments: list[str], execute: Callable[[str, list[str], list[str]], int] = run) -> int:
    """Runs the command; the exit status is 0, 1 for a problem, 2 for a wrong command line."""
    environment, what, overrides = _parse(arguments)
    try:
        return execute(environment, what, overrides)
    except DeployError as error:
        print("\n".join(f"error: {problem}" for problem in error.problems), file=sys.stderr)
    except (ClientError, BotoCoreError) as error:
        print(f"error: AWS: {error}", file=sys.stderr)
    except BrokenPipeError:
        # Whoever read the output went away; what was begun is done or reported by CloudFormation.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print("\nstopped; what CloudFormation has begun it finishes on its own", file=sys.stderr)
        return 130
    return 1
