"""The signs and short names by which people write currencies beside amounts, and the currencies that each may mean.

From the symbols of CLDR 46 and what shops in these countries write. Signs that also abbreviate numbers (K, M, B) are left out.
"""

from shoplink.core.commerce.currency import MINOR_DIGITS

_DOLLARS = """
    ARS AUD BBD BMD BND BSD BZD CAD CLP COP CUP DOP FJD GYD HKD JMD KYD LRD MXN NAD NIO NZD SBD SGD SRD TTD TWD USD UYU
    XCD
"""
_SIGNS: dict[str, str] = {
    "$": _DOLLARS,
    "£": "EGP FKP GBP GIP LBP SDG SHP SSP SYP",
    "¥": "CNY JPY",
    "₩": "KPW KRW",
    "KR": "DKK ISK NOK SEK",
    "KR.": "DKK ISK NOK SEK",
    "RS": "INR LKR MUR NPR PKR SCR",
    "RS.": "INR LKR MUR NPR PKR SCR",
    "₨": "INR LKR MUR NPR PKR SCR",
    "元": "CNY HKD MOP TWD",
    **{
        sign: code
        for code, signs in {
            "AED": "د.إ DH DHS",
            "ARS": "AR$ $AR",
            "AUD": "A$ AU$ $A $AU",
            "AZN": "₼",
            "BDT": "৳ TK",
            "BND": "B$ $BN",
            "BHD": "د.ب BD",
            "BRL": "R$ BR$",
            "CAD": "C$ CA$ $CA",
            "CHF": "FR. SFR SFR.",
            "CLP": "CL$ CLP$ $CL",
            "CNY": "CN¥ ¥CN RMB RMB¥ 人民币",
            "COP": "CO$ COL$ $CO",
            "CRC": "₡",
            "CZK": "KČ",
            "DOP": "RD$",
            "EGP": "E£ EG£ LE ج.م",
            "EUR": "€ EURO EUROS 欧元",
            "GBP": "GB£ UK£ £GB 英镑",
            "GEL": "₾",
            "GHS": "GH₵ ₵",
            "HKD": "HK$ $HK 港币 港元",
            "HUF": "FT",
            "IDR": "RP RP.",
            "ILS": "₪ NIS",
            "INR": "₹",
            "IQD": "د.ع",
            "JOD": "د.أ JD",
            "JPY": "JP¥ 円 日元",
            "KES": "KSH KSH.",
            "KHR": "៛",
            "KRW": "원 韩元",
            "KWD": "د.ك KD",
            "KZT": "₸",
            "LAK": "₭",
            "MAD": "د.م",
            "MNT": "₮",
            "MOP": "MOP$",
            "MXN": "MX$ MEX$ $MX",
            "MYR": "RM 令吉",
            "NGN": "₦",
            "NZD": "NZ$ $NZ",
            "OMR": "ر.ع R.O.",
            "PEN": "S/ S/.",
            "PHP": "₱ PHP₱",
            "PLN": "ZŁ",
            "PYG": "₲ GS.",
            "QAR": "ر.ق QR",
            "RON": "LEI",
            "RUB": "₽",
            "SAR": "ر.س SR \u20c1",
            "SGD": "S$ SG$ $SG 新币",
            "THB": "฿ TH฿ บาท 泰铢",
            "TRY": "₺ TL",
            "TWD": "NT$ $TW 台币",
            "TZS": "TSH",
            "UAH": "₴",
            "UGX": "USH",
            "USD": "US$ $US 美元",
            "UYU": "$U $UY",
            "VND": "₫ Đ VNĐ 越南盾",
            "ZAR": "R",
        }.items()
        for sign in signs.split()
    },
}

CURRENCIES_OF_SIGN: dict[str, tuple[str, ...]] = {
    **{code: (code,) for code in MINOR_DIGITS},
    **{sign: tuple(codes.split()) for sign, codes in _SIGNS.items()},
}
"""The currencies that a sign may mean; letters of signs are upper case. A code of ISO 4217 is a sign of its own currency."""
