"""Which currency a sign, a code or a name in an export means. A sign alone is a guess: $ is taken for the US dollar."""

from __future__ import annotations

import re

_CODE_TEXT = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP "
    "CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR "
    "ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT "
    "MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD "
    "SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND "
    "VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL "
)
CODES = frozenset(_CODE_TEXT.split())

_NAMES = {
    "RUB": "₽|руб|р|рубль|рубли|рублей|российский рубль|rur|ruble|rouble|russian ruble|rubles",
    "USD": "$|us$|доллар|доллары|доллар сша|доллары сша|us dollar|u.s. dollar|united states dollar|dollar|us dollars",
    "EUR": "€|евро|euro|euros",
    "GBP": "£|фунт|фунт стерлингов|pound|pound sterling|british pound|british pound sterling",
    "KZT": "₸|тг|тенге|казахстанский тенге|tenge|kazakhstani tenge",
    "UAH": "₴|грн|гривна|гривня|украинская гривна|hryvnia|ukrainian hryvnia",
    "BYN": "br|бел руб|бел. руб|белорусский рубль|белорусские рубли|belarusian ruble|belarussian ruble|byr",
    "PLN": "zł|zl|злотый|польский злотый|zloty|polish zloty",
    "BRL": "r$|бразильский реал|real|brazilian real|real brasileiro",
    "CNY": "юань|китайский юань|yuan|chinese yuan|yuan renminbi|rmb",
    "JPY": "¥|иена|японская иена|yen|japanese yen",
    "INR": "₹|rs|индийская рупия|indian rupee|rupee",
    "TRY": "₺|tl|турецкая лира|turkish lira|lira",
    "ILS": "₪|шекель|shekel|israeli new shekel",
    "KRW": "₩|вона|won|south korean won",
    "GEL": "₾|лари|грузинский лари|lari|georgian lari",
    "AMD": "֏|драм|армянский драм|dram|armenian dram",
    "AZN": "₼|манат|азербайджанский манат|azerbaijani manat",
    "UZS": "сум|узбекский сум|so'm|uzbekistani som|uzbekistan sum",
    "KGS": "киргизский сом|kyrgyzstani som",
    "CZK": "kč|чешская крона|czech koruna",
    "HUF": "ft|форинт|forint|hungarian forint",
    "BGN": "лв|лев|болгарский лев|bulgarian lev",
    "CHF": "fr|швейцарский франк|swiss franc",
    "CAD": "c$|ca$|канадский доллар|canadian dollar",
    "AUD": "a$|au$|австралийский доллар|australian dollar",
    "MXN": "mx$|мексиканское песо|mexican peso",
    "PEN": "s/|sol|новый соль|peruvian sol",
    "SEK": "шведская крона|swedish krona",
    "NOK": "норвежская крона|norwegian krone",
    "DKK": "датская крона|danish krone",
    "AED": "дирхам|дирхам оаэ|uae dirham",
}
_BY_NAME = {name: code for code, names in _NAMES.items() for name in names.split("|")}


def currency_code(text: str) -> str | None:
    """The ISO code that a code, a sign or a name (Russian or English) means; None when it is none that is known."""
    words = re.sub(r"\s+", " ", text).strip().rstrip(".")
    if words.upper() in CODES:
        return words.upper()
    return _BY_NAME.get(words.casefold())
