"""What holds in every test."""

from __future__ import annotations

pytest_plugins = ["tests.loopback_only", "tests.canary_watch", "tests.seeds"]
