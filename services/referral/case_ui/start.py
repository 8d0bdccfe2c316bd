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
    ("Returns", "/returns", "returns.read", "Draw, check, sign and seal the quarter."),
    ("Operations", "/operations", "operations.read", "What is stuck, and what to do about it."),
)


async def show(visit: Visit) -> Response:
    places = [place for place in PLACES if visit.may(place[2])]
    return visit.render("case_ui/start.html", places=places)
