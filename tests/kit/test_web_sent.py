"""A form with a file: its text stands in place of a field, and what cannot be used is said."""

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from kit.web import sent
from kit.web.sent import EMPTY, NO_CSV, NOT_UTF_8, TOO_LARGE, Form, form_of

SIDE = b"----WebKitFormBoundary7MA4YWxkTrZu0gW"


def body(file: bytes | None, name: bytes = b"acts.csv", field: bytes = b"text_file", text: bytes = b"typed") -> bytes:
    """What a browser sends of a form with a box, a file input and one more field."""
    parts = [b'name="text"\r\n\r\n' + text, b'name="who"\r\n\r\nZo\xc3\xab']
    if file is not None:
        parts.insert(1, b'name="%s"; filename="%s"\r\nContent-Type: text/csv\r\n\r\n%s' % (field, name, file))
    whole = b"".join(b"--%s\r\nContent-Disposition: form-data; %s\r\n" % (SIDE, part) for part in parts)
    return whole + b"--%s--\r\n" % SIDE


async def read(whole: bytes, upload: str | None = "text", piece: int = 1000) -> tuple[Form, str]:
    pieces = [whole[at : at + piece] for at in range(0, len(whole), piece)]

    async def receive() -> Message:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    kind = b"multipart/form-data; boundary=" + SIDE
    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", kind)]}
    return await form_of(Request(scope, receive), upload)


@pytest.mark.parametrize("piece", [1, 7, 10_000])
async def test_a_file_stands_in_place_of_its_field_however_it_is_cut(piece: int) -> None:
    form, wrong = await read(body("\ufeffa,b\r\né,2\r\n".encode()), piece=piece)
    assert (form, wrong) == ({"text": ["a,b\né,2\n"], "who": ["Zoë"]}, "")


async def test_without_a_file_the_field_counts_and_a_file_in_another_place_is_left_out() -> None:
    typed = {"text": ["typed"], "who": ["Zoë"]}
    assert await read(body(b"", name=b"")) == (typed, "")
    assert await read(body(None)) == (typed, "")
    assert await read(body(b"x" * 50, field=b"other")) == (typed, "")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"a" * (sent.LARGEST_FILE + 1), TOO_LARGE),
        (b"a" * (2 * sent.LARGEST_FILE), TOO_LARGE),
        (b" \r\n", EMPTY),
        (b"", EMPTY),
        (b"PK\x03\x04 a spreadsheet", NO_CSV),
        ("a,b\né".encode("cp1252"), NOT_UTF_8),
        ("a,b".encode("utf-16"), NOT_UTF_8),
    ],
)
async def test_a_file_that_cannot_be_used_is_said_and_what_was_typed_stays(file: bytes, said: str) -> None:
    assert await read(body(file)) == ({"text": ["typed"], "who": ["Zoë"]}, said)


async def test_a_file_up_to_the_bound_is_read() -> None:
    form, wrong = await read(body(b"a" * sent.LARGEST_FILE), piece=60_000)
    assert (len(form["text"][0]), wrong) == (sent.LARGEST_FILE, "")


@pytest.mark.parametrize(
    ("whole", "upload", "status"),
    [
        (body(b"a"), None, 415),
        (b"nothing of the kind", "text", 400),
        (body(None, text=b"\xff"), "text", 400),
        (body(None, text=b"x" * (sent.LARGEST_FORM + 1)), "text", 413),
        (body(b"x" * (sent.LARGEST_BODY + 1)), "text", 413),
        (body(b"a")[: -len(SIDE) - 6] * 700, "text", 413),
    ],
    ids=["no file wanted", "no parts", "not UTF-8", "long text", "long body", "many parts"],
)
async def test_what_is_no_such_form_is_refused(whole: bytes, upload: str | None, status: int) -> None:
    with pytest.raises(HTTPException) as refused:
        await read(whole, upload, 100_000)
    assert refused.value.status_code == status
