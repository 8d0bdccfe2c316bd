"""Pages of the directory: for everybody as words and as open data, and for those who keep it."""

from collections.abc import Sequence

from kit.listening import Context
from kit.web.app import Page
from services.referral.directory_ui import (
    by_telephone,
    capacity,
    closures,
    contracts,
    ends,
    gaps,
    importing,
    providers,
    public,
)
from services.referral.directory_ui.room import Room

KEEP = "directory.write"
UPLOADS = {"/directory/import/check": "list"}


def pages(context: Context) -> Sequence[Page]:
    """Every page of the directory, the public ones first."""
    room = Room(context)
    one = "/directory/contracts/{id}"
    seen = (
        ("/directory", public.show_list),
        ("/directory/service/{id}", public.show_service),
        ("/directory/services", public.services),
        ("/directory/services/{id}", public.service),
        ("/directory/organizations", public.organizations),
    )
    reply = "/directory/capacity/{contract_id}/{week}/{proof}"
    told = "/directory/capacity/{contract_id}/told"
    kept = (
        ("/directory/capacity", capacity.show, "GET"),
        (told, by_telephone.ask, "GET"),
        (told, by_telephone.say, "POST"),
        ("/directory/contracts", contracts.show_all, "GET"),
        ("/directory/contracts/new", contracts.ask_new, "GET"),
        ("/directory/contracts/new/check", contracts.check, "POST"),
        ("/directory/contracts/new", contracts.save, "POST"),
        (one, contracts.show_one, "GET"),
        (f"{one}/change", contracts.ask_change, "GET"),
        (f"{one}/check", contracts.check, "POST"),
        (f"{one}/change", contracts.save, "POST"),
        (f"{one}/end", ends.end, "POST"),
        (f"{one}/put-back", ends.put_back, "POST"),
        ("/directory/changes/{version_id}/cancel", contracts.cancel, "POST"),
        (f"{one}/closures", closures.ask, "GET"),
        (f"{one}/closures", closures.save, "POST"),
        ("/directory/closures", closures.show_all, "GET"),
        ("/directory/automatic", closures.show_automatic, "GET"),
        ("/directory/automatic", closures.propose, "POST"),
        ("/directory/automatic/{change_id}", closures.decide, "POST"),
        ("/directory/providers", providers.show_all, "GET"),
        ("/directory/providers/new", providers.ask, "GET"),
        ("/directory/providers/new", providers.save, "POST"),
        ("/directory/providers/{provider_id}", providers.ask, "GET"),
        ("/directory/providers/{provider_id}", providers.save, "POST"),
        ("/directory/kept/{change_id}/cancel", providers.cancel, "POST"),
        ("/directory/import", importing.ask, "GET"),
        ("/directory/import/check", importing.look, "POST"),
        ("/directory/import", importing.take, "POST"),
    )
    return (
        *(Page(path, room(view), public=True) for path, view in seen),
        Page(reply, room(capacity.ask), public=True),
        Page(reply, room(capacity.answer), public=True, methods=("POST",)),
        *gaps.pages(context),
        *(Page(path, room(view), KEEP, methods=(method,), upload=UPLOADS.get(path)) for path, view, method in kept),
    )
