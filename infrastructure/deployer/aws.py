"""The connection to AWS: region, endpoint, clients made once, and who we are."""

import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from deployer.errors import DeployError
from deployer.project import LOCAL

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def code_of(error: ClientError) -> str:
    """AWS's code for what went wrong."""
    return error.response.get("Error", {}).get("Code", "")


def message_of(error: ClientError) -> str:
    """AWS's sentence for what went wrong."""
    return error.response.get("Error", {}).get("Message", str(error))


@dataclass
class Aws:
    """Clients for one account and region."""

    region: str
    endpoint: str | None

    @classmethod
    def connect(cls, environment: str) -> "Aws":
        """Finds region and endpoint. `local` is refused anywhere but on loopback."""
        endpoint = os.environ.get("AWS_ENDPOINT_URL") or None
        if environment == LOCAL:
            if endpoint is None:
                raise DeployError(
                    "ENV=local is deployed to the emulator of the local stack: run `make run`, which does it, "
                    "or set AWS_ENDPOINT_URL to a running one (http://127.0.0.1:4566)"
                )
            if urlsplit(endpoint).hostname not in _LOOPBACK:
                raise DeployError(f"ENV=local is for an emulator on this machine, but AWS_ENDPOINT_URL is {endpoint}")
            os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
            os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        try:
            region = region or boto3.Session().region_name
        except BotoCoreError as error:
            raise DeployError(f"{error}: correct AWS_PROFILE or run `aws configure`") from error
        if not region and environment == LOCAL:
            region = "us-east-1"
        if not region:
            raise DeployError("no AWS region is set: export AWS_REGION=… or give the profile a region")
        return cls(region, endpoint)

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(region_name=self.region)

    def client(self, service: str) -> Any:
        """A client, made once."""
        clients = self.__dict__.setdefault("_clients", {})
        if service not in clients:
            retries = Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=5, read_timeout=60)
            clients[service] = self._session.client(service, config=retries)
        return clients[service]

    @cached_property
    def account(self) -> str:
        """The account id. The first call that needs working credentials."""
        return self.identity["Account"]

    @cached_property
    def identity(self) -> dict[str, str]:
        """Account and caller."""
        try:
            return self.client("sts").get_caller_identity()
        except ClientError as error:
            raise DeployError(f"AWS refused the credentials: {message_of(error)}") from error
        except BotoCoreError as error:
            where = f" at {self.endpoint}" if self.endpoint else ""
            raise DeployError(
                f"AWS does not answer{where}, or there are no credentials ({error}): "
                + ("is the local stack running?" if self.endpoint else "run `aws configure` or set AWS_PROFILE")
            ) from error

    @cached_property
    def partition(self) -> str:
        """aws, aws-cn or aws-us-gov."""
        return self.identity["Arn"].split(":")[1]

    @property
    def domain(self) -> str:
        """Domain of AWS's own addresses in this partition."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    @property
    def is_loopback(self) -> bool:
        """Whether this is an emulator on this machine."""
        return self.endpoint is not None and urlsplit(self.endpoint).hostname in _LOOPBACK
