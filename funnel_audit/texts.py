"""Every text a person reads, in English and Russian: gettext catalogues for words, babel for numbers, money and dates.

The English sentence is the key (msgid). To add a text write ``texts.say("...")`` or ``texts.count("...", "...", n)`` with literal
strings, mark constants that are translated later with ``N_("...")`` and translate them with ``texts.word(...)``; then run
``python tools/catalogues.py``, fill the new entries in ``funnel_audit/locale/ru/LC_MESSAGES/funnel_audit.po`` and run it again.

Numbers, money and dates carry no-break spaces, so that they never wrap in the middle. Babel is loaded with the first number.
"""

from __future__ import annotations

import datetime as dt
import gettext
import re
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from babel.core import Locale

Lang = Literal["en", "ru"]
LANGUAGES: tuple[Lang, ...] = get_args(Lang)
DOMAIN = "funnel_audit"
LOCALE_DIR = Path(__file__).parent / "locale"
NBSP = "\N{NO-BREAK SPACE}"
DASH = "\N{EN DASH}"


def marked(message: str) -> str:
    """Mark a constant for the catalogue, under the name ``N_``; ``Texts.word`` translates it where it is shown."""
    return message


N_ = marked


def language_of(name: str) -> Lang | None:
    """``ru_RU.UTF-8`` -> ``ru``; None for a language that is not there."""
    code = name.strip().lower().replace("-", "_").split(".")[0].split("_")[0]
    return next((lang for lang in LANGUAGES if lang == code), None)


def pick_language(option: str | None, env: Mapping[str, str]) -> Lang:
    """The language of the output: ``--lang``, else the first that is set of LC_ALL, LC_MESSAGES, LANG; else English."""
    if option:
        lang = language_of(option)
        if lang is None:
            raise ValueError(f"no such language: {option!r}; there are {', '.join(LANGUAGES)}")
        return lang
    first = next((env[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if env.get(key)), "")
    return language_of(first) or "en"


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    if lang == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALE_DIR, languages=[lang], fallback=True)


class Texts:
    """The texts of one language. Parameters of ``say`` and ``count``: int and float are written as numbers, the rest as it is."""

    def __init__(self, lang: str) -> None:
        self.lang: Lang = language_of(lang) or "en"
        self._words = _catalogue(self.lang)

    # words

    def say(self, msgid: str, /, **params: object) -> str:
        """The sentence in this language, its ``{name}`` places filled."""
        return self._fill(self._words.gettext(msgid), params)

    def count(self, singular: str, plural: str, n: int, /, **params: object) -> str:
        """The sentence in the plural form for ``n``, which fills ``{n}``: "1 deal", "2 deals"; «1 сделка», «2 сделки», «5 сделок»."""
        return self._fill(self._words.ngettext(singular, plural, n), {"n": n, **params})

    def word(self, message: str) -> str:
        """Translate a text that was marked with ``N_``, or give it back as it is; braces in it mean nothing."""
        return self._words.gettext(message) if message else message

    def _fill(self, pattern: str, params: Mapping[str, object]) -> str:
        if not params:
            return pattern
        plain = {key: self._plain(value) for key, value in params.items()}
        for key, value in plain.items():
            if value.endswith(".") and not value.endswith("..") and f"{{{key}}}." in pattern:  # «31 марта 2026 г.» ends a sentence
                pattern = re.sub(rf"\{{{key}\}}\.(?=\s|$)", f"{{{key}}}", pattern)
        return pattern.format(**plain)

    def _plain(self, value: object) -> str:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return self.number(value) if isinstance(value, int) else self.amount(value)
        return str(value)

    # numbers

    @cached_property
    def _locale(self) -> Locale:
        from babel.core import Locale

        return Locale.parse(self.lang)

    def number(self, value: float, digits: int = 0) -> str:
        """``1 234,5`` or ``1,234.5`` with exactly so many decimals."""
        from babel.numbers import format_decimal

        places = "." + "0" * digits if digits else ""
        return format_decimal(round(value, digits) + 0, format="#,##0" + places, locale=self._locale)

    def amount(self, value: float) -> str:
        """A number that is not a count (days, wins): one decimal below 10, none from there on, ``3`` for 3.0."""
        return self.number(value, _decimals(value))

    def percent(self, share: float, digits: int | None = 1) -> str:
        """``12,3 %`` or ``12.3%`` of a 0-1 share; ``digits=None``: one decimal below 10 %, none from there on."""
        return self._percent_pattern().replace("#", self.points(share, digits))

    def percent_range(self, low: float, high: float, digits: int | None = 1) -> str:
        """``61-74 %`` with an en dash, the sign once."""
        return self._percent_pattern().replace("#", self.points_range(low, high, digits))

    def points(self, share: float, digits: int | None = None) -> str:
        """A 0-1 share in per cent without the sign, for a column that has it in its heading."""
        return self.number(share * 100, _decimals(share * 100) if digits is None else digits)

    def points_range(self, low: float, high: float, digits: int | None = None) -> str:
        """Two shares as ``61-74``; both with the decimals of the lower one, so that ``8.7-10.4`` does not become ``8.7-10``."""
        if digits is None:
            digits = max(_decimals(low * 100), _decimals(high * 100)) if high < 0.2 else 0
        return f"{self.points(low, digits)}{DASH}{self.points(high, digits)}"

    def range(self, low: float, high: float) -> str:
        """Two numbers as ``0.8-4.1``."""
        digits = max(_decimals(low), _decimals(high)) if high < 20 else 0
        return f"{self.number(low, digits)}{DASH}{self.number(high, digits)}"

    def _percent_pattern(self) -> str:
        return "#" + (NBSP if self.lang == "ru" else "") + "%"

    # money

    def money(self, value: float, currency: str | None = None, *, short: bool = False) -> str:
        """``1 234 567 ₽`` or ``RUB 1,234,567``; short: ``1,2 млн ₽`` or ``RUB 1.2M``. Without a currency only the number."""
        figure = self._compact(value) if short else self.number(value)
        if not currency:
            return figure
        from babel.numbers import get_currency_symbol

        symbol = get_currency_symbol(currency, locale=self._locale)
        if self.lang == "ru":
            return f"{figure}{NBSP}{symbol}"
        sign, figure = ("-", figure[1:]) if figure.startswith("-") else ("", figure)
        return f"{sign}{symbol}{NBSP if symbol[-1:].isalnum() else ''}{figure}"

    def _compact(self, value: float) -> str:
        from babel.numbers import format_compact_decimal

        if abs(value) < 1000:
            return self.number(value)
        power = 1000.0
        while abs(value) / power >= 999.5:
            power *= 1000
        digits = 1 if abs(value) / power < 99.95 else 0
        return format_compact_decimal(round(value / power, digits) * power, locale=self._locale, fraction_digits=digits)

    # time

    def days(self, value: float) -> str:
        """``1 day``, ``12 days``; «12 дней», «2,5 дня» (a fraction takes the form of 2)."""
        figure = self.amount(value)
        whole = round(value) if figure == self.number(value) else 2
        return self.count("{figure} day", "{figure} days", whole, figure=figure.replace(" ", NBSP)).replace(" ", NBSP)

    def date(self, value: dt.date | str) -> str:
        """``31 March 2026``, «31 марта 2026 г.»; takes a date or text that begins with ``YYYY-MM-DD``; other text stays as it is."""
        day = _as_date(value)
        if day is None:
            return str(value)
        months: Mapping[int, str] = self._locale.months["format"]["wide"]
        return self.say("{day} {month} {year}", day=str(day.day), month=months[day.month], year=str(day.year)).replace(" ", NBSP)

    def short_date(self, value: dt.date | str) -> str:
        """``31 Mar 2026``, ``31.03.2026``."""
        day = _as_date(value)
        if day is None:
            return str(value)
        if self.lang == "ru":
            return f"{day:%d.%m.%Y}"
        months: Mapping[int, str] = self._locale.months["format"]["abbreviated"]
        return NBSP.join((str(day.day), months[day.month], str(day.year)))

    def quarter(self, name: str) -> str:
        """``2026Q1`` as ``Q1 2026``, «I кв. 2026 г.»; other text stays as it is."""
        year, _, number = name.partition("Q")
        if not (year.isdigit() and number in ("1", "2", "3", "4")):
            return name
        roman = ("I", "II", "III", "IV")[int(number) - 1]
        return self.say("Q{quarter} {year}", quarter=number, roman=roman, year=year).replace(" ", NBSP)

    def month(self, name: str) -> str:
        """``2026-01`` as ``Jan 26``, «янв. 26»; other text stays as it is."""
        year, _, number = name.partition("-")
        if not (len(year) == 4 and number.isdigit() and 1 <= int(number) <= 12):
            return name
        months: Mapping[int, str] = self._locale.months["stand-alone"]["abbreviated"]
        return f"{months[int(number)]}{NBSP}{year[2:]}"

    # lists

    def listing(self, items: list[str]) -> str:
        """``a, b and c``; «a, b и c»."""
        if len(items) < 2:
            return "".join(items)
        return self.say("{some} and {last}", some=", ".join(items[:-1]), last=items[-1])


def _decimals(value: float) -> int:
    """One decimal where it says something: below 10 and not whole."""
    return 1 if abs(value) < 9.95 and round(value, 1) != round(value) else 0


def _as_date(value: dt.date | str) -> dt.date | None:
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value[:10])
    except ValueError:
        return None
