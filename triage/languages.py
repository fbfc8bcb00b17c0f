"""Languages: their names as people read them, by the codes that posts carry."""

LANGUAGES = {
    "en": "English", "de": "German", "es": "Spanish", "fr": "French", "it": "Italian",
    "pt": "Portuguese", "nl": "Dutch", "pl": "Polish", "ru": "Russian", "tr": "Turkish",
    "ar": "Arabic", "hi": "Hindi", "ja": "Japanese", "ko": "Korean", "zh": "Chinese",
}  # fmt: skip


def language_name(code: str) -> str:
    """`de` -> `German`; a code without a name as it is, and none as an unknown language."""
    return LANGUAGES.get(code, code) or "unknown language"
