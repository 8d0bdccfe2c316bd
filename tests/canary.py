"""One invented person who must be found nowhere in clear, and the search for her."""

import base64
from collections.abc import Iterable, Iterator
from urllib.parse import quote_plus

import asyncpg

NAMES = ("Zephyrina", "Quillfeather")
PHONE, EMAIL = "07700 900987", "zephyrina.q@example.org"
ADDRESS = ("77 Canary Wharfside", "ZZ99 9XY")
OFFICER = "PC Bartholomew Inkwell"
PHONES = (PHONE, "07700900987", "+447700900987", "7700900987")
BORN = ("1987-03-09", "19870309", "09/03/1987", "9/3/1987", "9 March 1987", "March 9, 1987")
WORDS = (*NAMES, *PHONES, EMAIL, *ADDRESS, "ZZ999XY", *BORN, OFFICER, "periwinkle")
DETAIL = {
    "given_names": NAMES[0],
    "family_name": NAMES[1],
    "date_of_birth": BORN[0],
    "address": {"lines": [ADDRESS[0]], "postcode": ADDRESS[1]},
    "code_word": "periwinkle",
    "channels": [
        {"kind": "mobile", "value": PHONE, "safety": "safe"},
        {"kind": "email", "value": EMAIL, "safety": "safe"},
    ],
    "officer_in_case": {"name": OFFICER, "email": "inkwell@example.org", "phone": "0121 496 0998"},
}


TABLES = """
select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p') and n.nspname !~ '^(pg_|information_schema)' order by 1
"""


def shapes() -> Iterator[tuple[str, str]]:
    """Each word as it could stand in a table, a log, a record or an address, in whatever base."""
    for word in WORDS:
        for form in {word, word.lower(), word.upper()}:
            yield word, form.lower()
            yield word, quote_plus(form).lower()
            yield word, form.encode().hex()
            yield word, form.encode("utf-16-le").hex()
            for shift in range(3):
                yield word, in_base64(form.encode(), shift).lower()


def in_base64(text: bytes, shift: int) -> str:
    """The signs that `text` alone decides in the base64 of something longer that has it after `shift` bytes."""
    first, last = -(-shift * 8 // 6), (shift + len(text)) * 8 // 6
    return base64.b64encode(bytes(shift) + text).decode()[first:last]


def clear_in(texts: Iterable[str]) -> set[str]:
    """The words of the canary that are found in some texts."""
    whole = "\n".join(texts).lower()
    return {word for word, shape in shapes() if shape in whole}


async def tables_of(dsn: str, database: str) -> dict[str, list[str]]:
    """Every row of every table of a database, all columns as text (bytea as hex). `dsn` is of any database there."""
    connection = await asyncpg.connect(f"{dsn.rsplit('/', 1)[0]}/{database}")
    try:
        names = [row["name"] for row in await connection.fetch(TABLES)]
        return {name: [r[0] for r in await connection.fetch(f"select t::text from {name} t")] for name in names}
    finally:
        await connection.close()
