"""What every page must be, read from its HTML alone; `problems` gives a list that should be empty."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from urllib.parse import unquote_plus, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from html5lib.html5parser import ParseError

_PERSONAL = (
    ("an e-mail address", re.compile(r"[\w.+-]+@[\w-]+\.\w+")),
    ("a telephone number", re.compile(r"(?<!\d)(?:\+44|0)\d{9,10}(?!\d)")),
    ("a postcode", re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")),
)
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,}", re.I)
_UNLABELLED = frozenset({"hidden", "submit", "button", "reset", "image"})


def read(html: str) -> Element:
    """The tree of a page; AssertionError says where the HTML is not valid."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    try:
        tree: Element = parser.parse(html)
    except ParseError as error:
        line, column = parser.tokenizer.stream.position()
        near = "\n".join(html.splitlines()[max(0, line - 3) : line + 1])
        raise AssertionError(f"invalid HTML at line {line}, column {column}: {error}\n{near}") from None
    return tree


def text_of(element: Element | None) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def personal_in(address: str, words: Collection[str] = ()) -> str | None:
    """What makes an address personal, or None: it may hold ids, dates, numbers and words of closed lists only."""
    plain = _ID.sub("", unquote_plus(address))
    for name, pattern in _PERSONAL:
        if pattern.search(plain):
            return name
    return next((f"'{word}'" for word in words if word.lower() in plain.lower()), None)


def problems(html: str, policy: str, words: Collection[str] = (), neutral: bool = False) -> list[str]:
    """Everything wrong with a page. `policy` is its Content-Security-Policy; `words` may be in no address."""
    try:
        tree = read(html)
    except AssertionError as error:
        return [str(error)]
    return problems_of(tree, policy, words, neutral)


def problems_of(tree: Element, policy: str, words: Collection[str] = (), neutral: bool = False) -> list[str]:
    """Everything wrong with a page that was read."""
    return [
        *_headings(tree),
        *_ids(tree),
        *_labels(tree),
        *_inline(tree, policy),
        *_forms(tree),
        *_addresses(tree, words),
        *(_neutral(tree) if neutral else ()),
    ]


def _headings(tree: Element) -> Iterator[str]:
    title, headings = text_of(tree.find(".//title")), [text_of(h) for h in tree.iter("h1")]
    if len(headings) != 1:
        yield f"{len(headings)} h1 on the page titled '{title}'"
    elif not headings[0] or not title.removeprefix("Error: ").startswith(headings[0]):
        yield f"the title '{title}' does not begin with the heading '{headings[0]}'"
    root = tree if tree.tag == "html" else tree.find("html")
    if root is None or not root.get("lang"):
        yield "the page does not say its language"


def _ids(tree: Element) -> Iterator[str]:
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    yield from (f"the id '{name}' is there {count} times" for name, count in ids.items() if count > 1)
    for element in tree.iter():
        for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
            for target in (element.get(attribute) or "").split():
                if target not in ids:
                    yield f"{attribute}='{target}' of <{element.tag}> leads nowhere"
    for link in tree.iter("a"):
        href = link.get("href") or ""
        if href.startswith("#") and len(href) > 1 and href[1:] not in ids:
            yield f"the link '{text_of(link)}' to {href} leads nowhere"


def _labels(tree: Element) -> Iterator[str]:
    labelled = {label.get("for") for label in tree.iter("label") if text_of(label)}
    wrapped = {id(inner) for label in tree.iter("label") for inner in label.iter()}
    for element in tree.iter():
        if element.tag not in ("input", "select", "textarea") or element.get("type") in _UNLABELLED:
            continue
        named = element.get("aria-label") or element.get("aria-labelledby")
        if not named and element.get("id") not in labelled and id(element) not in wrapped:
            yield f"the field '{element.get('name')}' has no label"
    yield from ("a picture has no alt text" for image in tree.iter("img") if image.get("alt") is None)
    for button in tree.iter("button"):
        if not text_of(button) and not button.get("aria-label"):
            yield "a button has no words"


def _inline(tree: Element, policy: str) -> Iterator[str]:
    found = re.search(r"'nonce-([\w-]+)'", policy)
    for script in tree.iter("script"):
        if found is None or script.get("nonce") != found[1]:
            yield "a script has no nonce"
    if any(True for _ in tree.iter("style")):
        yield "a style element, which the policy forbids"
    for element in tree.iter():
        for name in element.attrib:
            if name == "style" or name.startswith("on"):
                yield f"<{element.tag}> has an inline {name}, which the policy forbids"


def _forms(tree: Element) -> Iterator[str]:
    for form in tree.iter("form"):
        names = {field.get("name") for field in form.iter("input")}
        if (form.get("method") or "get").lower() == "post" and "csrf_token" not in names:
            yield f"the form to {form.get('action') or 'this page'} has no token"


def _addresses(tree: Element, words: Collection[str]) -> Iterator[str]:
    for element in tree.iter():
        for attribute in ("href", "action", "formaction", "src"):
            address = element.get(attribute)
            if address and not address.startswith(("mailto:", "tel:")) and (what := personal_in(address, words)):
                yield f"{attribute} of <{element.tag}> holds {what}"
        if element.tag == "a" and urlsplit(element.get("href") or "").scheme == "javascript":
            yield "a link runs a script"


def _neutral(tree: Element) -> Iterator[str]:
    whole = text_of(tree).lower()
    yield from (
        f"a neutral page says '{word}'"
        for word in ("handrail", "crime", "police", "victim", "offence", "abuse", "assault")
        if word in text_of(tree.find(".//title")).lower() or (word == "handrail" and word in whole)
    )
    if not any("govuk-exit-this-page" in (element.get("class") or "") for element in tree.iter()):
        yield "a neutral page has no way out"
