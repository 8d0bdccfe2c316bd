"""The first page: what this is, and where this role works."""

from starlette.responses import Response

from kit.web.app import Visit

PLACES = (
    ("Cases", "/cases", "case.read", "The queues of the hub, by risk and working time left."),
    ("Take somebody in", "/cases/new", "case.write", "Somebody who rings or comes by themselves."),
    ("Your referrals", "/portal", "portal.read", "What was sent to your organisation."),
    (
        "The Victims' Code",
        "/rights",
        "rights.read",
        "What is due, what is late, and the one act that stops each clock.",
    ),
    ("Feedback", "/feedback", "feedback.read", "How it was, in people's own scores."),
    ("Returns", "/returns", "returns.read", "Read what each quarter came to."),
    ("Provider returns", "/portal/signed", "returns.read", "What each provider counted and signed for its quarter."),
    ("Operations", "/operations", "operations.read", "What is stuck, and what to do about it."),
)

BY_RIGHT = {
    "/returns": (
        ("returns.sign", "Check, sign and seal the quarter."),
        ("returns.draw", "Draw and check the quarter, and restate it."),
    )
}
"""What more somebody may do in a place, by permission; the first that they have counts."""


def _hint(visit: Visit, path: str, otherwise: str) -> str:
    return next((text for right, text in BY_RIGHT.get(path, ()) if visit.may(right)), otherwise)


async def show(visit: Visit) -> Response:
    places = [(*place[:3], _hint(visit, place[1], place[3])) for place in PLACES if visit.may(place[2])]
    return visit.render("case_ui/start.html", places=places)
