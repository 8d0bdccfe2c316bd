"""Whether what a person wrote is to be read first: one reading for every page on which they write."""


def speaks_of_danger(words: str, signs: tuple[str, ...]) -> bool:
    """Whether free text holds one of the signs for which it is read first. It decides nothing by itself."""
    folded = f" {' '.join(words.casefold().replace('’', chr(39)).split())} "
    return any(sign in folded for sign in signs)
