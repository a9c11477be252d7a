"""The ready sets of parameters, each named for the framework it stands for, and the clauses they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_pwmgmt.policy.parameter import Value


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A place in a framework. ``reference`` as its readers cite it, ``says`` in our words.

    ``read_in`` tells where we read it: the framework's own text, a reprint of it, or somebody's summary.
    """

    reference: str
    says: str
    read_in: str


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One framework as parameters.

    ``about`` says for whom it is and what it leaves open. ``parameters`` and ``clauses`` are by the name of a rule;
    clauses by ``RULE.PARAMETER`` where its parameters stand for different ones. A rule without a clause is ours: it
    stands in every profile, and contradicts none.
    """

    name: str
    title: str
    url: str
    about: str
    parameters: Mapping[str, Mapping[str, Value]]
    clauses: Mapping[str, tuple[Clause, ...]] = field(default_factory=dict)


_OWN_TEXT = "the framework's own text"
_REPRINT = "a reprint of the framework's text"
_SUMMARY = "a summary by a third party"

_NIST_LENGTH = Clause(
    reference="§3.1.1.2 (1)",
    says="At least 15 characters where the password is the only factor; at least 8 where it is one of several.",
    read_in=_OWN_TEXT,
)
_NIST_COMPOSITION = Clause(
    reference="§3.1.1.2 (5)",
    says="No other composition rules, such as mixtures of different kinds of characters.",
    read_in=_OWN_TEXT,
)
_NIST_EXPIRY = Clause(
    reference="§3.1.1.2 (6)",
    says="No periodic change; a change where there is evidence of compromise.",
    read_in=_OWN_TEXT,
)
_NIST_BLOCKLIST = Clause(
    reference="§3.1.1.2",
    says="A new password is compared with a blocklist of common, expected or compromised ones.",
    read_in=_OWN_TEXT,
)
NIST: Final = Profile(
    name="nist-800-63b-4",
    title="NIST SP 800-63B-4",
    url="https://pages.nist.gov/800-63-4/sp800-63b.html",
    about="For passwords that are the only factor, as a service account's are. Nothing is demanded of their characters,"
    " and none has to change after a time. For accounts with a second factor the length may be set to 8.",
    parameters={
        "minimum-length": {"length": 15},
        "server-rules": {"no_composition": True, "no_expiry": True},
    },
    clauses={
        "minimum-length": (_NIST_LENGTH,),
        "character-classes": (_NIST_COMPOSITION,),
        "common-password": (_NIST_BLOCKLIST,),
        "breached-password": (_NIST_BLOCKLIST,),
        "recipe": (_NIST_LENGTH,),
        "rotation": (_NIST_EXPIRY,),
        "connection-tls": (
            Clause(
                reference="§3.1.1.2",
                says="Passwords are requested over an authenticated protected channel with approved encryption.",
                read_in=_OWN_TEXT,
            ),
        ),
        "server-rules.no_composition": (_NIST_COMPOSITION,),
        "server-rules.no_expiry": (_NIST_EXPIRY,),
    },
)

_CIS_LENGTH = (
    Clause(
        reference="Controls v8, safeguard 5.2",
        says="At least 14 characters for an account without a second factor, 8 for one with it.",
        read_in=_REPRINT,
    ),
    Clause(
        reference="Password Policy Guide, 5.1.1",
        says="At least 14 characters for accounts that have only a password.",
        read_in=_SUMMARY,
    ),
)
_CIS_COMPOSITION = Clause(
    reference="Password Policy Guide, 5.1.2",
    says="At least one character that is no letter, for accounts that have only a password.",
    read_in=_SUMMARY,
)
_CIS_DENY_LIST = Clause(
    reference="Password Policy Guide, 5.1.4",
    says="A new password is compared with a list of known bad ones.",
    read_in=_SUMMARY,
)
CIS: Final = Profile(
    name="cis",
    title="CIS Password Policy Guide (2021) and CIS Controls v8",
    url="https://www.cisecurity.org/insights/white-papers/cis-password-policy-guide",
    about="For accounts that have only a password. The guide has passwords changed for a reason, and once a year as a "
    "backstop.",
    parameters={
        "minimum-length": {"length": 14},
        "character-classes": {"non_letters": 1},
        "rotation": {"max_days": 365},
    },
    clauses={
        "minimum-length": _CIS_LENGTH,
        "character-classes": (_CIS_COMPOSITION,),
        "common-password": (_CIS_DENY_LIST,),
        "breached-password": (_CIS_DENY_LIST,),
        "recipe": (*_CIS_LENGTH, _CIS_COMPOSITION),
        "rotation": (
            Clause(
                reference="Password Policy Guide, 5.1.3",
                says="Change on an event, with expiry after one year as a backstop.",
                read_in=_SUMMARY,
            ),
        ),
        "password-reuse": (
            Clause(reference="Controls v8, safeguard 5.2", says="Unique passwords for all assets.", read_in=_REPRINT),
        ),
    },
)

_PCI_COMPLEXITY = (
    Clause(
        reference="8.3.6",
        says="At least 12 characters, with digits and letters. It is said of people's accounts only.",
        read_in=_REPRINT,
    ),
    Clause(
        reference="8.6.3",
        says="Passwords of application and system accounts are complex enough for how often they are changed.",
        read_in=_REPRINT,
    ),
)
PCI: Final = Profile(
    name="pci-dss-4",
    title="PCI DSS 4.0.1",
    url="https://www.pcisecuritystandards.org/document_library/",
    about="Requirement 8.6.3 leaves complexity and frequency for application and system accounts to the entity's own "
    "risk analysis. This profile starts from the figures that 8.3.6 and 8.3.9 give for people; write those of your "
    "analysis over them.",
    parameters={
        "minimum-length": {"length": 12},
        "character-classes": {"letters": 1, "digits": 1},
        "rotation": {"max_days": 90},
    },
    clauses={
        "minimum-length": _PCI_COMPLEXITY,
        "character-classes": _PCI_COMPLEXITY,
        "recipe": _PCI_COMPLEXITY,
        "rotation": (
            Clause(
                reference="8.3.9",
                says="Changed at least every 90 days where it is the only factor, or its risk is always analysed.",
                read_in=_REPRINT,
            ),
            Clause(
                reference="8.6.3",
                says="Passwords of application and system accounts are changed periodically, as the entity's analysis "
                "says.",
                read_in=_REPRINT,
            ),
        ),
        "connection-tls": (
            Clause(
                reference="8.3.2",
                says="Authentication factors are unreadable during transmission, by strong cryptography.",
                read_in=_REPRINT,
            ),
        ),
    },
)

_OKTA_COMPLEXITY = Clause(
    reference="Default policy, settings.password.complexity",
    says="At least 8 characters, with a lower-case letter, an upper-case letter and a digit.",
    read_in="the policy of a new tenant, as its API answered",
)
OKTA: Final = Profile(
    name="okta-default",
    title="Okta's default password policy",
    url="https://help.okta.com/en-us/content/topics/security/policies/configure-password-policies.htm",
    about="What a new Okta tenant demands of length and characters: for a stack whose passwords should be fit for any "
    "such tenant. That no part of the login is in them is left to the tenant's own rules, which a preview reads.",
    parameters={
        "minimum-length": {"length": 8},
        "character-classes": {"lower": 1, "upper": 1, "digits": 1},
    },
    clauses={
        "minimum-length": (_OKTA_COMPLEXITY,),
        "character-classes": (_OKTA_COMPLEXITY,),
        "recipe": (_OKTA_COMPLEXITY,),
    },
)

PROFILES: Final[Mapping[str, Profile]] = MappingProxyType({each.name: each for each in (NIST, CIS, PCI, OKTA)})
DEFAULT_PROFILE: Final = NIST.name
