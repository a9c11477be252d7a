"""What the simulator was asked, for tests to read: never a body, a query or a header."""

from dataclasses import dataclass
from datetime import datetime


@dataclass
class LogEntry:
    """One request; ``status`` is None while it waits and for good when the client left before an answer."""

    time: datetime
    system: str | None
    method: str
    path: str
    account: str | None = None
    status: int | None = None
    fault: str | None = None
    client_left: bool = False

    def as_json(self) -> dict[str, object]:
        """Return the entry as the control port shows it."""
        return {
            "time": self.time.isoformat(),
            "system": self.system,
            "method": self.method,
            "path": self.path,
            "account": self.account,
            "status": self.status,
            "fault": self.fault,
            "client_left": self.client_left,
        }
