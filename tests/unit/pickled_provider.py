"""Print what Pulumi stores in the state for our provider class. Run by any interpreter, with this one's packages.

grpc is compiled for one interpreter. It plays no part in pickling, so nobody stands in its place here.
"""

from __future__ import annotations

import sys
from types import ModuleType


class _Anything(type):
    def __getattr__(cls, name: str) -> _Anything:
        return cls


class _Nobody(metaclass=_Anything):
    pass


class _NoGrpc(ModuleType):
    __version__ = "9999"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__ = []

    def __getattr__(self, name: str) -> type[_Nobody]:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nobody


for _name in ("grpc", "grpc.aio", "grpc.experimental", "grpc._utilities"):
    sys.modules[_name] = _NoGrpc(_name)

from pulumi.dynamic.dynamic import serialize_provider  # noqa: E402 -- grpc has to be out of the way first

from pulumi_pwmgmt.provider import CredentialProvider  # noqa: E402 -- same

sys.stdout.write(serialize_provider(CredentialProvider()))
