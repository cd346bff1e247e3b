"""Builds the functions and makes their packages.

The same binary always gives the same zip, and a zip is stored under the hash of its content: what did not change is
neither uploaded nor deployed again.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from deployer.aws import Aws, code_of, message_of
from deployer.errors import DeployError
from deployer.project import LOCAL, REPOSITORY, artifacts_bucket, function_name

#: The earliest time a zip can hold. Any fixed one does: it must not come from the clock or the file.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
#: Raised when packages of an unchanged binary would come out different.
_FORMAT = 1
#: What Lambda takes in a zip, unpacked.
MAX_UNPACKED_BYTES = 250 * 1024 * 1024


@dataclass(frozen=True)
class Package:
    """A zip on this machine."""

    function: str
    path: Path
    sha256: str

    @property
    def key(self) -> str:
        """Where it is stored in the artifacts bucket."""
        return f"functions/{self.function}/{self.sha256}.zip"


def target_directory() -> Path:
    """Cargo's target directory."""
    return Path(os.environ.get("CARGO_TARGET_DIR") or REPOSITORY / "target")


def binary_path(environment: str, function: str) -> Path:
    """Where the built binary is. BINARIES_DIR overrides it, for packages that were built elsewhere."""
    override = os.environ.get("BINARIES_DIR")
    if override:
        return Path(override) / function
    if environment == LOCAL:
        return target_directory() / "debug" / function
    return target_directory() / "lambda" / function / "bootstrap"


def build_command(environment: str, functions: list[str]) -> list[str]:
    """The command that builds the binaries: this machine's for the local stack, arm64 Linux for AWS."""
    packages = [argument for name in functions for argument in ("--package", name, "--bin", name)]
    if environment == LOCAL:
        return ["cargo", "build", "--locked", *packages]
    return ["cargo", "lambda", "build", "--locked", "--release", "--arm64", *packages]


def build(environment: str, functions: list[str]) -> None:
    """Runs cargo; its own messages go to the terminal."""
    command = build_command(environment, functions)
    tools = str(Path(sys.executable).parent)
    result = subprocess.run(  # noqa: S603
        command, cwd=REPOSITORY, env={**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', '')}"}, check=False
    )
    if result.returncode != 0:
        raise DeployError(f"`{' '.join(command)}` failed; its messages are above. Nothing was deployed")


def make(environment: str, function: str) -> Package:
    """Makes the zip of one built binary, or takes the one made earlier from the same file."""
    binary = binary_path(environment, function)
    try:
        status = binary.stat()
    except OSError as error:
        raise DeployError(f"there is no {binary}: build it, without SKIP_BUILD=1") from error
    folder = target_directory() / "packages" / environment
    folder.mkdir(parents=True, exist_ok=True)
    path, note = folder / f"{function}.zip", folder / f"{function}.json"
    source = {"format": _FORMAT, "binary": str(binary.resolve()), "size": status.st_size, "mtime_ns": status.st_mtime_ns}
    made = _read_note(note)
    if made and made.get("source") == source and path.exists():
        return Package(function, path, made["sha256"])
    local = environment == LOCAL
    content = _stripped(binary, folder / f"{function}.{os.getpid()}.stripped") if local else binary.read_bytes()
    if len(content) > MAX_UNPACKED_BYTES:
        raise DeployError(f"{binary} is {len(content)} bytes; Lambda takes {MAX_UNPACKED_BYTES}")
    sha256 = write_zip(path, {"bootstrap": content}, level=1 if local else 9)
    note.write_text(json.dumps({"source": source, "sha256": sha256}), encoding="utf-8")
    return Package(function, path, sha256)


def make_all(environment: str, functions: list[str]) -> dict[str, Package]:
    """Makes several packages side by side: stripping and compressing are most of a local deployment."""
    with ThreadPoolExecutor(max_workers=len(functions) or 1) as pool:
        return dict(zip(functions, pool.map(lambda function: make(environment, function), functions), strict=True))


def _read_note(note: Path) -> dict | None:
    try:
        return json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _stripped(binary: Path, scratch: Path) -> bytes:
    """The binary without debug information, which makes most of a development build. Without `strip`, as it is."""
    strip = shutil.which("strip")
    if strip:
        result = subprocess.run(  # noqa: S603
            [strip, "-o", str(scratch), str(binary)], capture_output=True, check=False
        )
        if result.returncode == 0:
            content = scratch.read_bytes()
            scratch.unlink()
            return content
        scratch.unlink(missing_ok=True)
    return binary.read_bytes()


def write_zip(path: Path, files: dict[str, bytes], level: int) -> str:
    """Writes a zip that depends on its content alone, and gives the SHA-256 of it. Files are executable."""
    scratch = path.with_suffix(f".{os.getpid()}.part")
    with zipfile.ZipFile(scratch, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=_ZIP_TIME)
            entry.create_system = 3  # Unix, whatever this machine is
            entry.external_attr = 0o100755 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name], compresslevel=level)
    scratch.replace(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def upload(aws: Aws, environment: str, packages: list[Package]) -> list[str]:
    """Stores packages that are not there yet; one line each."""
    bucket = artifacts_bucket(environment, aws.account, aws.region)
    client = aws.client("s3")

    def one(package: Package) -> str:
        try:
            client.head_object(Bucket=bucket, Key=package.key)
            return f"{package.function}: package unchanged"
        except ClientError as error:
            if code_of(error) not in ("404", "NoSuchKey", "NotFound"):
                raise _no_bucket(environment, bucket, error) from error
        try:
            with package.path.open("rb") as body:
                client.put_object(Bucket=bucket, Key=package.key, Body=body)
        except ClientError as error:
            raise _no_bucket(environment, bucket, error) from error
        return f"{package.function}: package uploaded, {package.path.stat().st_size / 1_000_000:.1f} MB"

    with ThreadPoolExecutor(max_workers=len(packages) or 1) as pool:
        return list(pool.map(one, packages))


def _no_bucket(environment: str, bucket: str, error: ClientError) -> DeployError:
    if code_of(error) == "NoSuchBucket":
        return DeployError(f"the bucket {bucket} does not exist: `make deploy ENV={environment} STACK=ecr` makes it")
    return DeployError(f"the bucket {bucket} cannot be used: {message_of(error)}")


def type_changes(aws: Aws, environment: str, functions: list[str], wanted: str) -> list[str]:
    """Functions that run from the other package type, which AWS cannot change in place. `wanted` is Zip or Image."""
    found = []
    client = aws.client("lambda")
    for function in functions:
        name = function_name(environment, function)
        try:
            current = client.get_function_configuration(FunctionName=name).get("PackageType", "Zip")
        except ClientError as error:
            if code_of(error) == "ResourceNotFoundException":
                continue
            found.append(f"the function {name} cannot be looked up: {message_of(error)}")
            continue
        if current != wanted:
            found.append(
                f"{name} runs from a{'n image' if current == 'Image' else ' zip'}, and AWS cannot change that in place: deploy "
                f"with PACKAGE={current.lower()}, or delete its stack first (`aws cloudformation delete-stack "
                f"--stack-name {name}`) and accept that it is away until it is deployed again"
            )
    return found
