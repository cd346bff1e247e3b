"""An emulator for the tests that need one, and a clean environment for all of them."""

import contextlib
import itertools
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from deployer.aws import Aws

_START_SECONDS = 30
#: Settings of the person who runs the tests must not reach them.
_SETTINGS = (
    "PARAMETERS_FILE", "NO_EXECUTE", "PACKAGE", "SKIP_BUILD", "BINARIES_DIR", "SKIP_MODEL_CHECK", "ENV_FILES", "FORCE",
    "OUTPUTS_FILE", "WRITE", "CARGO_TARGET_DIR", "AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN",
)  # fmt: skip


_ACCOUNTS = itertools.count(100_000_000_001)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch, tmp_path):
    for name in _SETTINGS:
        monkeypatch.delenv(name, raising=False)
    # Packages made by tests stay out of the checkout.
    monkeypatch.setenv("CARGO_TARGET_DIR", str(tmp_path / "target"))


@pytest.fixture(scope="session")
def emulator(tmp_path_factory):
    """Address of a ministack of its own, on a free loopback port."""
    with _ministack(tmp_path_factory.mktemp("ministack")) as address:
        yield address


@pytest.fixture(scope="session")
def strict_emulator(tmp_path_factory):
    """The same, with IAM policies evaluated: functions run with their role's permissions and no others."""
    with _ministack(tmp_path_factory.mktemp("ministack-auth"), AUTH="true") as address:
        yield address


@contextlib.contextmanager
def _ministack(folder, **settings):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": port,
        "EDGE_PORT": port,
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        **settings,
    }
    command = [str(Path(sys.executable).parent / "ministack")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait(f"http://127.0.0.1:{port}/_ministack/health", process, folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=_START_SECONDS)


def _wait(address, process, log):
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            urllib.request.urlopen(address, timeout=1).close()
            return
        except OSError:
            assert process.poll() is None, f"ministack ended: {log.read_text()}"
            assert time.monotonic() < deadline, f"ministack does not answer: {log.read_text()}"
            time.sleep(0.05)


@pytest.fixture
def account(emulator, monkeypatch):
    """Settings that point at an account of its own on the emulator."""
    number = f"{next(_ACCOUNTS):012d}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", number)  # ministack keeps accounts apart by this
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    return number


@pytest.fixture
def aws(account):
    return Aws.connect("dev")
