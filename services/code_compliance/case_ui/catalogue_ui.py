"""The catalogue as it is loaded: every duty with its sources and what is unverified; two versions side by side."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from kit.web.app import Visit
from services.code_compliance.case_ui.sources import source_in_words
from services.code_compliance.domain.catalogue import Catalogue, Entitlement
from services.code_compliance.domain.receipt import trigger_in_words
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.versions import compare, holders_in_words, limit_in_words, whom_in_words


async def show_catalogue(visit: Visit, rules: Rulebook) -> Response:
    code = _version(rules, visit.query.get("version") or rules.codes[-1].version)
    return visit.render(
        "case_ui/catalogue.html",
        code=code,
        codes=rules.codes,
        rights=[
            {
                "right": right,
                "title": title,
                "duties": [_duty(e, rules) for e in code.entitlements.values() if e.right == right],
            }
            for right, title in code.rights.items()
        ],
        related=[
            {"rule": rule, "sources": [source_in_words(text) for text in rule.sources]}
            for rule in code.related.values()
        ],
        unverified=sum(e.unverified for e in code.entitlements.values()),
        drafts=_drafts(rules),
    )


async def show_comparison(visit: Visit, rules: Rulebook) -> Response:
    first, last = rules.codes[0], rules.codes[-1]
    old = _version(rules, visit.query.get("old") or first.version)
    new = _version(rules, visit.query.get("new") or last.version)
    found = compare(old, new, rules.awaited)
    return visit.render(
        "case_ui/comparison.html",
        old=old,
        new=new,
        codes=rules.codes,
        added=[_duty(e, rules) for e in found.added],
        removed=[_duty(e, rules) for e in found.removed],
        changed=found.changed,
        drafts=_drafts(rules),
    )


def _version(rules: Rulebook, version: str) -> Catalogue:
    """A version by its id; the page is not there for one that is not loaded."""
    for code in rules.codes:
        if code.version == version:
            return code
    raise HTTPException(404)


def _drafts(rules: Rulebook) -> list[dict[str, Any]]:
    """Versions that the catalogue knows of and that are not loaded."""
    loaded = {code.version for code in rules.codes}
    return [
        {"version": known, "sources": [source_in_words(text) for text in known.sources]}
        for known in rules.codes[-1].known_versions
        if known.id not in loaded
    ]


def _duty(entitlement: Entitlement, rules: Rulebook) -> dict[str, Any]:
    return {
        "duty": entitlement,
        "holders": holders_in_words(entitlement),
        "arises": trigger_in_words(entitlement.trigger),
        "limit": limit_in_words(entitlement.clock, rules.awaited),
        "whom": whom_in_words(entitlement),
        "sources": [source_in_words(text) for text in entitlement.sources],
    }
