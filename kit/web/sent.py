"""What a form sent: its fields, and on a page that takes one, a text file in place of a field."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request

LARGEST_FORM = 1_000_000
LARGEST_FILE = 900_000
LARGEST_BODY = 20_000_000
"""What is listened to at all: a file beyond LARGEST_FILE is left out, so that the page can say so."""
MOST_FIELDS = 2_000
PLAIN, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
TOO_LARGE = f"The file must be smaller than {LARGEST_FILE // 1000:,} kB. Split it and send the parts one by one"
NO_CSV = "The file must be a CSV. In a spreadsheet choose “Save as”, then “CSV UTF-8”"
NOT_UTF_8 = "The file must be in UTF-8. In a spreadsheet choose “Save as”, then “CSV UTF-8”"
EMPTY = "The file is empty. Choose another one"
Form = dict[str, list[str]]


class Unreadable(ValueError):
    """A file that cannot be used; the message says what to do."""


def text_of(file: bytes) -> str:
    """The text of a file. Raises Unreadable for what is too large, empty, no plain text, or not in UTF-8."""
    if len(file) > LARGEST_FILE:
        raise Unreadable(TOO_LARGE)
    if not file.strip():
        raise Unreadable(EMPTY)
    if file.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(NOT_UTF_8)
    if any(sign < 32 and sign not in b"\t\n\r" for sign in set(file)):
        raise Unreadable(NO_CSV)
    try:
        return file.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise Unreadable(NOT_UTF_8) from None


async def form_of(request: Request, upload: str | None = None) -> tuple[Form, str]:
    """The fields of a form, each with all its values, and what is wrong with its file, or nothing.

    On a page that takes a file, the text of `<upload>_file` stands in place of the field `upload`. Neither its name
    nor its bytes are kept."""
    kind, options = parse_options_header(request.headers.get("content-type"))
    try:
        if kind == PLAIN.encode():
            sent, files = await _plain(request), list[bytes]()
        elif upload and kind == PARTS.encode() and (boundary := options.get(b"boundary")):
            read = await _parts(request, boundary, f"{upload}_file")
            sent, files = read.fields, read.files
        else:
            raise HTTPException(415)
    except (ValueError, FormParserError):
        raise HTTPException(400) from None
    form = {name: [value.replace("\0", "") for value in values] for name, values in sent.items()}
    for file in files[-1:]:
        try:
            form[str(upload)] = [text_of(file)]
        except Unreadable as wrong:
            return form, str(wrong)
    return form, ""


async def _plain(request: Request) -> Form:
    body = await body_of(request, LARGEST_FORM)
    if body is None:
        raise HTTPException(413)
    return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")


async def body_of(request: Request, most: int) -> bytes | None:
    """What was sent; None when it is larger than it may be."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)


class _Reading:
    """A form read part by part: fields are kept whole, of the one wanted file no more than what tells it is too large,
    and of any other nothing."""

    def __init__(self, wanted: str) -> None:
        self.fields: Form = {}
        self.files: list[bytes] = []
        self._wanted, self._kept, self._count = wanted, 0, 0
        self._name, self._body = "", bytearray()
        self._file: bytes | None = None
        self._head, self._said = bytearray(), bytearray()

    def begin(self) -> None:
        self._name, self._file, self._body = "", None, bytearray()
        self._count += 1
        if self._count > MOST_FIELDS:
            raise HTTPException(413)

    def head(self, data: bytes, start: int, end: int) -> None:
        self._head += data[start:end]

    def said(self, data: bytes, start: int, end: int) -> None:
        self._said += data[start:end]

    def end_head(self) -> None:
        if self._head.lower() == b"content-disposition":
            _, told = parse_options_header(bytes(self._said))
            self._name, self._file = told.get(b"name", b"").decode(), told.get(b"filename")
        self._head, self._said = bytearray(), bytearray()

    def take(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            room = LARGEST_FILE + 1 - len(self._body) if self._name == self._wanted else 0
            self._body += data[start : min(end, start + room)]
            return
        self._kept += end - start
        if self._kept > LARGEST_FORM:
            raise HTTPException(413)
        self._body += data[start:end]

    def end(self) -> None:
        if self._file is None:
            self.fields.setdefault(self._name, []).append(self._body.decode())
        elif self._file and self._name == self._wanted:
            self.files.append(bytes(self._body))


async def _parts(request: Request, boundary: bytes, wanted: str) -> _Reading:
    reading = _Reading(wanted)
    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": reading.begin,
            "on_header_field": reading.head,
            "on_header_value": reading.said,
            "on_header_end": reading.end_head,
            "on_part_data": reading.take,
            "on_part_end": reading.end,
        },
    )
    async for chunk in _at_most(request, LARGEST_BODY):
        parser.write(chunk)
    parser.finalize()
    return reading


async def _at_most(request: Request, most: int) -> AsyncIterator[bytes]:
    """What comes in, piece by piece, up to a size."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise HTTPException(413)
        yield chunk
