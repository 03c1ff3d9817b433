"""Labels that mean the same compare equal, and no others do."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel_audit.labels import nearest, normal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Счёт на предоплату", "Cчёт на предоплату"),  # Bitrix24's own name starts with a Latin C
        ("Счёт отправлен", "счет  ОТПРАВЛЕН "),
        ("Счёт отправлен", "Счет\u00a0отправлен"),
        ("Счёт", "Cчët"),  # Latin C, Latin ë, Latin t
        ("Макет/проект утвержден", "Maкeт/пpoeкт утвeрждён"),
        ("Встреча", "\ufeffВстре\u00adча\u200b"),
        ("Встреча назначена", "Встреча\r\n\tназначена"),
        ("Встреча", "\u202eВстреча\u202c"),
        ("Meeting held", "MEETING  HELD"),
        ("Meeting held", "Ｍｅｅｔｉｎｇ　ｈｅｌｄ"),  # full width
        ("Йогурт", unicodedata.normalize("NFD", "Йогурт")),
        ("Счёт", unicodedata.normalize("NFD", "Счёт")),
        ("Угода виграна: оплачено клієнтом", "Угода виграна: оплачено клiєнтом"),  # Latin i
        ("Выиграно ✔", "Выиграно ✔\ufe0f"),
        ("STRASSE", "straße"),
    ],
)
def test_two_ways_of_writing_one_label_are_equal(one: str, other: str) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Встреча назначена", "Встреча состоялась"),
        ("Closed Won", "Closed Lost"),
        ("Счет", "Счета"),
        ("Встреча 1", "Встреча 2"),
        ("КП", "KP"),  # no Cyrillic letter in the second: it stays Latin
        ("Счет-договор", "Счет договор"),
        ("Новая", "Новый"),
        ("шаг", "щаг"),
        ("мои", "мой"),
    ],
)
def test_different_labels_stay_apart(one: str, other: str) -> None:
    assert normal(one) != normal(other)


def test_a_word_without_cyrillic_stays_latin() -> None:
    assert normal("C3:NEW") == "c3:new"
    assert normal("CPA") == "cpa"


def test_latin_and_cyrillic_words_of_one_label_are_kept_apart() -> None:
    assert normal("CRM-форма") == "crm-форма"


def test_a_label_of_invisible_characters_is_empty() -> None:
    assert normal(" \u200b\ufeff\u00ad\x00\u202e\t") == ""


_mixed = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("ёЁеëEeiіxyXC\u0308\u0306\u0301 \u200b\u00adсСчЙ")), max_size=20)


@given(_mixed)
def test_normal_is_idempotent(label: str) -> None:
    assert normal(normal(label)) == normal(label)


@given(_mixed)
def test_normal_has_no_outer_or_double_space(label: str) -> None:
    assert normal(label) == " ".join(normal(label).split())


@given(st.text(alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюя ", max_size=20))
def test_case_and_yo_do_not_matter_in_russian(label: str) -> None:
    assert normal(label) == normal(label.upper()) == normal(label.replace("ё", "е"))


def test_nearest_ignores_case_and_returns_labels_as_written() -> None:
    assert nearest("ALIASSES", ["aliases", "name", "won"]) == ("aliases",)
    assert nearest("Счёт отправлн", ["Счет отправлен", "Встреча назначена"]) == ("Счет отправлен",)


def test_nearest_finds_nothing_among_strangers() -> None:
    assert nearest("zzz", ["aliases", "name"]) == ()
