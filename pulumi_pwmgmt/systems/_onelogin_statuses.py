"""What OneLogin's numbers for a user's status mean, and what to do about each. It is no system of its own.

https://developers.onelogin.com/api-docs/2/users/user-resource
"""

from __future__ import annotations

from types import MappingProxyType

from pulumi_pwmgmt.system import SET_ANOTHER

NAMES = MappingProxyType(
    {
        0: "Unactivated",
        1: "Active",
        2: "Suspended",
        3: "Locked",
        4: "Password expired",
        5: "Awaiting password reset",
        7: "Password Pending",
        8: "Security questions required",
    }
)
TROUBLED = MappingProxyType(
    {
        "Unactivated": "activate the user",
        "Suspended": "reactivate the user, or take the credential out of the program",
        "Locked": "unlock the user, or wait until the lock runs out",
        "Password expired": SET_ANOTHER,
        "Awaiting password reset": SET_ANOTHER,
        "Password Pending": SET_ANOTHER,
        "Security questions required": "log in as the user once and answer them, or take them out of its policy",
    }
)
