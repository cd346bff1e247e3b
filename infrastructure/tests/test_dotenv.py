"""Reading `.env` files."""

import pytest

from deployer import dotenv
from deployer.errors import DeployError


def test_the_usual_ways_of_writing_a_value(tmp_path):
    path = tmp_path / ".env"
    path.write_text("# comment\n\nA=1\nexport B = two # comment\nC=\"a # b\"\nD='x=y'\nE=a#b\nF=\n")
    assert dotenv.read(path) == {"A": "1", "B": "two", "C": "a # b", "D": "x=y", "E": "a#b", "F": ""}


def test_a_file_that_is_not_there_has_no_values(tmp_path):
    assert dotenv.read(tmp_path / ".env") == {}


def test_nonsense_is_pointed_out_without_showing_it(tmp_path):
    path = tmp_path / ".env"
    path.write_text("A=1\nsk-secret\n")
    with pytest.raises(DeployError) as caught:
        dotenv.read(path)
    assert ":2 is not" in str(caught.value)
    assert "sk-secret" not in str(caught.value)


def test_files_agree_or_are_refused_without_showing_values(tmp_path):
    first, second = tmp_path / "a.env", tmp_path / "b.env"
    first.write_text("TOKEN=one-secret\nONLY_HERE=1\nEMPTY=\n")
    second.write_text("TOKEN=one-secret\nEMPTY=set\n")
    assert dotenv.merge([first, second]) == {"TOKEN": "one-secret", "ONLY_HERE": "1", "EMPTY": "set"}
    second.write_text("TOKEN=other-secret\n")
    with pytest.raises(DeployError, match=r"TOKEN differs between .*a\.env and .*b\.env") as caught:
        dotenv.merge([first, second])
    assert "secret" not in str(caught.value)
