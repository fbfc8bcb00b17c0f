"""What a model cannot judge: texts with nothing in them, and languages it was not shown.

Languages are told apart by script and by function words, which is enough to say "this is not one
of the languages I know"; it is no language identifier, and short texts get no opinion.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection

from models.text import Passage, tokens

_LETTERS_READ = 600
_SAME_SCRIPT = {"HIRAGANA": "CJK", "KATAKANA": "CJK"}

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the and you to of is are it that this for with was have not what your they but my "
        "i'm it's don't can't be on at from we just will would when how why who there been do",
        "de": "der die das und ich nicht ist mit auf ein eine für von sich auch dem den wie noch "
        "nur aber wir ihr bei wenn kann habe hat zu im mir mal schon wird sind war doch",
        "fr": "le la les des est pas je vous que pour dans une avec sur qui ce mais sont il nous "
        "c'est j'ai du et au aux plus bien mon votre ça n'est tout très quand avez depuis",
        "es": "el la los las que no es por para con una del se lo como pero mi muy más está ya "
        "y al le su cuando porque hay son tiene qué si todo esto ustedes gracias desde",
        "pt": "o os as que não é por para com uma do da se no na mas meu muito mais está já e ao "
        "você vocês eu isso tem foi quando são pra até sem minha também",
        "it": "il lo gli che non è per con una del della di si ma mio molto più sono già e al "
        "anche ho questo come ci mi quando perché tutto nel alla ha dove grazie",
        "nl": "de het een en van ik niet is dat met voor op zijn maar wat ook nog wel je jullie "
        "als aan bij naar dan hebben heb kan mijn deze door geen waar om",
        "id": "yang di dan ini itu tidak saya ada untuk dengan dari kami bisa juga sudah tapi "
        "kok gak nggak aja yg kalau akan banget mau lagi apa min udah ga dong",
        "tr": "bir ve bu için çok ama ne var yok mi değil ile daha gibi ben benim kadar bana",
        "pl": "nie się na jest że to jak czy ale już tylko dla przez tak po jestem ma są co od",
        "sv": "och det att jag inte är på som en för med har ni ett kan när av till så om men",
        "da": "og det at jeg ikke er på som en for med har et kan når af til så om men hvad",
        "no": "og det at jeg ikke er på som en for med har et kan når av til så om men hva",
        "fi": "ja ei että en mutta kun niin ole mitä jos kuin myös minun tämä nyt vaan",
        "cs": "je že ale jak už jsem není jsou pro tak když jako ještě jsme která který",
        "ro": "și nu este pentru cu în din mai sunt dar ce cum să am aveți foarte când fost",
        "hu": "az és nem hogy én meg csak már egy ez mint ha vagy nekem mert lesz",
        "vi": "và là của không có cho với được tôi này một các đã người rất nhưng thì mình",
        "sw": "ya wa ni kwa hii yangu lakini sana kama hapa yenu bado sasa nini",
        "tl": "ang ng mga ko po naman lang hindi yung kayo niyo pa din ito kasi wala",
    }.items()
}
_MIN_HITS = 2


def scripts(text: str) -> Counter[str]:
    """Letters of the text by script, such as LATIN or ARABIC; Japanese counts as CJK."""
    found: Counter[str] = Counter()
    for letter in filter(str.isalpha, text[:_LETTERS_READ]):
        name = unicodedata.name(letter, "UNKNOWN").split(" ", 1)[0].split("-", 1)[0]
        found[_SAME_SCRIPT.get(name, name)] += 1
    return found


def main_script(text: str) -> str | None:
    """The script most letters of the text are written in, or None without letters."""
    found = scripts(text).most_common(1)
    return found[0][0] if found else None


def language_of(words: Collection[str]) -> str | None:
    """The language with the most different function words; None if few, or two are level."""
    different = set(words)
    hits = {language: len(listed & different) for language, listed in FUNCTION_WORDS.items()}
    (first, most), (_, second) = Counter(hits).most_common(2)
    return first if most >= _MIN_HITS and most > second else None


def strange(
    passage: Passage,
    words: Collection[str] | None = None,
    *,
    languages: Collection[str],
    known_scripts: Collection[str],
) -> str | None:
    """Why a model that knows these languages and scripts cannot judge the passage, or None.

    `words` are the passage's tokens where the caller has them already.
    """
    if words is None:
        words = tokens(passage.text, passage.brand)
    spelled = [word for word in words if any(map(str.isalpha, word))]
    plain = [word for word in spelled if not word.startswith("_")]
    if not plain:
        return _nothing_in(words)
    script = main_script(" ".join(plain[:100]))
    if script is not None and known_scripts and script not in known_scripts:
        return f"It is written in a script the model was not shown ({script.title()})."
    language = language_of(plain) or _tagged(passage.lang)
    if language is not None and languages and language not in languages:
        return f"It is in a language the model was not shown ({language})."
    return None


def _tagged(tag: str | None) -> str | None:
    """The language a platform names, unless it says that it does not know (und, zxx, qme)."""
    primary = (tag or "").split("-", 1)[0].lower()
    return primary if len(primary) == 2 and primary.isalpha() else None


def _nothing_in(words: Collection[str]) -> str:
    kinds = set(words)
    if not kinds:
        return "There is no text in it."
    if kinds == {"_link_"}:
        return "There is only a link in it."
    if kinds <= {"_link_", "_handle_", "_brand_", "_email_"}:
        return "There are only names and links in it."
    return "There are no words in it, only signs, numbers or emoji."
