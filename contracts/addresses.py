"""Which service answers which address: one table for the front proxy, the deployment's gateway and the navigation."""

from dataclasses import dataclass
from typing import Literal

Origin = Literal["staff", "neutral"]
INSIDE = ("/livez", "/metrics", "/readyz")
"""What a process tells those who watch it, and names what it is: nothing for people outside."""


@dataclass(frozen=True, slots=True)
class Path:
    """All addresses at or below `prefix` go to `service`. With a label it stands in the navigation of those who have
    the permission (None: of everybody signed in)."""

    prefix: str
    service: str
    label: str | None = None
    permission: str | None = None
    origin: Origin = "staff"


PATHS: tuple[Path, ...] = (
    Path("/", "referral"),
    Path("/sign-in", "referral"),
    Path("/sign-out", "referral"),
    Path("/assets", "referral"),
    Path("/cases", "referral", "Cases", "case.read"),
    Path("/referrals", "referral", "Referrals", "referral.write"),
    Path("/portal", "referral", "Your referrals", "portal.read"),
    Path("/directory", "referral", "Directory"),
    Path("/rights", "code_compliance", "Victims' Code", "rights.read"),
    Path("/rights/operations", "code_compliance"),
    Path("/feedback", "feedback", "Feedback", "feedback.read"),
    Path("/feedback/operations", "feedback"),
    Path("/returns", "returns", "Returns", "returns.read"),
    Path("/returns/operations", "returns"),
    Path("/portal/signed", "referral", "Provider returns", "returns.read"),
    Path("/published", "returns"),
    Path("/operations", "referral", "Operations", "operations.read"),
    Path("/", "feedback", origin="neutral"),
    Path("/assets", "feedback", origin="neutral"),
    Path("/tell-us", "code_compliance", origin="neutral"),
    Path("/yours", "code_compliance", origin="neutral"),
)

OPERATIONS: tuple[tuple[str, str], ...] = (
    ("Referral hub", "/operations"),
    ("Victims' Code", "/rights/operations"),
    ("Feedback", "/feedback/operations"),
    ("Returns", "/returns/operations"),
)


def service_of(path: str, origin: Origin = "staff") -> str:
    """The service of the longest prefix at or above `path` ("/cases/7" is below "/cases", "/casesfoo" is not)."""
    fits = [entry for entry in PATHS if entry.origin == origin and _is_below(path, entry.prefix)]
    return max(fits, key=lambda entry: len(entry.prefix)).service


def _is_below(path: str, prefix: str) -> bool:
    return prefix == "/" or path == prefix or path.startswith(prefix + "/")


def navigation(permissions: frozenset[str]) -> tuple[Path, ...]:
    """What stands in the navigation of somebody with these permissions, in order."""
    return tuple(
        entry for entry in PATHS if entry.label and (entry.permission is None or entry.permission in permissions)
    )


COUNTS_ALL = (
    "What was taken, waits or was set aside counts every record, whoever it is about, restricted people too, and says"
    " of nobody who they are."
)
"""Said on the page of operations of a service that hides restricted people."""
