"""Endings and spellings."""

import pytest

from minisora.language.forms import attach, pieces
from minisora.language.tongue import lexicon
from minisora.language.translation import LANGUAGES, language_of


@pytest.mark.parametrize(
    ("stem", "ending", "low", "form"),
    [
        ("kare", "(n)In", "ae", "karenin"),
        ("yıldız", "(n)In", "ae", "yıldızın"),
        ("top", "(n)In", "ae", "topun"),
        ("üçgen", "(n)In", "ae", "üçgenin"),
        ("gözlük/gözlüğ", "(y)I", "ae", "gözlüğü"),
        ("disk", "DA", "ae", "diskte"),
        ("arka plan", "DA", "ae", "arka planda"),
        ("daire", "lAr", "ae", "daireler"),
        ("üçbucaq/üçbucağ", "(n)In", "aə", "üçbucağın"),
        ("dairə", "lAr", "aə", "dairələr"),
        ("ulduz", "lAr", "aə", "ulduzlar"),
        ("klein", "er", "", "kleiner"),
        ("dunkel/dunkl", "er", "", "dunkler"),
        ("звезд", "ой", "", "звездой"),
    ],
)
def test_endings(stem: str, ending: str, low: str, form: str) -> None:
    assert attach(stem, ending, low=low) == form


def test_the_turkish_dots_are_one_letter_however_they_are_typed() -> None:
    turkish = lexicon(language_of("tr"))
    for typed in ("kırmızı", "KIRMIZI", "kirmizi", "KİRMİZİ", "Kırmızı"):
        meanings, unknown = turkish.read(pieces(typed))
        assert ([meaning.value for meaning in meanings], unknown) == (["red"], [])


@pytest.mark.parametrize("code", LANGUAGES[1:])
def test_a_form_has_one_meaning(code: str) -> None:
    """Two lines that hold the same form, in whatever spelling, would make the second one useless."""
    here, found = language_of(code), {}
    known = lexicon(here)
    for kind, value, forms in here.lines():
        for form in forms:
            for each in known.forms_of(form):
                key = known.key(pieces(each))
                assert found.setdefault(key, (kind, value)) == (kind, value), each


@pytest.mark.parametrize("code", LANGUAGES[1:])
def test_the_dictionary_of_errors_offers_what_is_known(code: str) -> None:
    known = lexicon(language_of(code))
    for word, offers in language_of(code).meant.items():
        assert known.read(pieces(word))[1] == pieces(word)
        assert not any(known.read(pieces(offer))[1] for offer in offers), word
