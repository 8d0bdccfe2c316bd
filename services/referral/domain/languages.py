"""Languages of people and services by their tag (IETF BCP 47), in words for everybody (names of ISO 639)."""

LANGUAGES = {
    "en": "English",
    "ar": "Arabic",
    "bn": "Bengali",
    "bfi": "British Sign Language",
    "fa": "Farsi",
    "gu": "Gujarati",
    "hi": "Hindi",
    "ku": "Kurdish",
    "pa": "Panjabi",
    "pl": "Polish",
    "ro": "Romanian",
    "so": "Somali",
    "ur": "Urdu",
    "cy": "Welsh",
    "zh": "Chinese",
}


def language_name(tag: str) -> str:
    """The name of a language tag, or the tag itself."""
    return LANGUAGES.get(tag, tag)
