"""The same binary gives the same package; a different one does not."""

import os
import zipfile

import pytest

from deployer import packages
from deployer.errors import DeployError


@pytest.fixture
def binaries(tmp_path, monkeypatch):
    folder = tmp_path / "binaries"
    folder.mkdir()
    monkeypatch.setenv("BINARIES_DIR", str(folder))
    (folder / "data-api").write_bytes(b"#!/bin/sh\nexit 0\n" * 1000)
    return folder


def test_packages_do_not_depend_on_time_place_or_mode(tmp_path):
    first = packages.write_zip(tmp_path / "a.zip", {"b": b"2", "bootstrap": b"1"}, level=9)
    second = packages.write_zip(tmp_path / "b.zip", {"bootstrap": b"1", "b": b"2"}, level=9)
    assert first == second
    assert packages.write_zip(tmp_path / "c.zip", {"bootstrap": b"1", "b": b"3"}, level=9) != first


def test_the_bootstrap_is_executable(tmp_path):
    packages.write_zip(tmp_path / "a.zip", {"bootstrap": b"1"}, level=1)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        (entry,) = archive.infolist()
    assert (entry.filename, entry.external_attr >> 16, entry.date_time[0]) == ("bootstrap", 0o100755, 1980)


def test_a_touched_binary_gives_the_same_key(binaries):
    first = packages.make("dev", "data-api")
    os.utime(binaries / "data-api", (1, 1))
    (binaries / "data-api").chmod(0o600)
    assert packages.make("dev", "data-api") == first
    assert first.key == f"functions/data-api/{first.sha256}.zip"


def test_a_changed_binary_gives_another_key(binaries):
    first = packages.make("dev", "data-api")
    (binaries / "data-api").write_bytes(b"#!/bin/sh\nexit 1\n" * 1000)
    assert packages.make("dev", "data-api").sha256 != first.sha256


def test_a_missing_binary_is_named(binaries):
    with pytest.raises(DeployError, match=r"there is no .*voice-parser: build it"):
        packages.make("dev", "voice-parser")


def test_local_builds_are_native_and_others_arm64():
    assert packages.build_command("local", ["data-api"])[:2] == ["cargo", "build"]
    assert {"--release", "--arm64"} <= set(packages.build_command("dev", ["data-api"]))
