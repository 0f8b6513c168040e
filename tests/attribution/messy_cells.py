"""Random cells as people and programs write them, and as they spoil them."""

import random

from tests.attribution.naive_cells import Settings

CURRENCIES = ("GBP", "USD", "BRL", "VND", "JPY", "CNY", "KWD", "IDR", "MYR", "EUR", "CLF")
SETTINGS = (
    Settings(),
    Settings(thousands="."),
    Settings(amounts="major", rates="percent"),
    Settings(amounts="major", rates="fraction", dates="dmy", zone="Europe/London"),
    Settings(amounts="major", decimal=",", dates="mdy", zone="America/New_York", repeated_hour="first"),
    Settings(amounts="major", decimal=".", thousands=",", zone="America/New_York", repeated_hour="second"),
    Settings(amounts="major", thousands=" ", zone="Asia/Shanghai"),
    Settings(amounts="major", decimal=",", thousands="."),
    Settings(amounts="major", thousands=""),
)
_SIGNS = (
    "£",
    "$",
    "US$",
    "R$",
    "₫",
    "¥",
    "￥",
    "RM",
    "Rp",
    "€",
    "元",
    "KD",
    "usd",
    "GBP",
    "Vnd",
    "C$",
    "K",
    "万",
    "%",
)
_WIDE = str.maketrans("0123456789.,-$", "０１２３４５６７８９．，－＄")
_NOISE = "0123456789.,,..   -+$£¥RMK万%()'eE/xZ:\u00a0"


def money(chance: random.Random) -> str:
    """A cell of amounts."""
    whole = str(chance.randrange(10 ** chance.choice((1, 2, 3, 3, 4, 6, 6, 9, 13, 16, 18))))
    mark = chance.choice((",", ".", " ", "\u00a0", "", "", "'"))
    if mark:
        whole = f"{int(whole):,}".replace(",", mark)
    fraction = chance.choice(("", "", "0", "5", "00", "50", "000", "250", "500", "0000", "1250", "12345"))
    text = whole + (chance.choice(".,") + fraction if fraction else "")
    sign = chance.choice(_SIGNS) if chance.random() < 0.3 else ""
    space = chance.choice(("", " "))
    text = f"{sign}{space}{text}" if chance.random() < 0.6 else f"{text}{space}{sign}"
    return _spoiled(chance, chance.choice(("", "", "", "", "-", "+", "'")) + text)


def rate(chance: random.Random) -> str:
    """A cell of rates."""
    whole = chance.choice(("0", "1", "10", "12", "15", "100", "1250", "10000", "99999"))
    text = whole + chance.choice(("", "", ".5", ",5", ".125", ".0001", ".00005", ".50000000", ",25"))
    return _spoiled(chance, text + chance.choice(("", "", "%", " %", "％")))


def instant(chance: random.Random) -> str:
    """A cell of instants."""
    year, month, day = chance.randrange(2008, 2042), chance.randrange(1, 14), chance.randrange(1, 32)
    if chance.random() < 0.2:
        year, month, day = chance.choice(((2026, 11, 1), (2026, 3, 8), (2026, 3, 29), (2026, 10, 25)))
    two = chance.choice(("02d", "d"))
    between = chance.choice("-/.")
    date = chance.choice(
        (
            f"{year}{between}{month:{two}}{between}{day:{two}}",
            f"{year}年{month}月{day}日",
            f"{day:{two}}{between}{month:{two}}{between}{year}",
            f"{month:{two}}{between}{day:{two}}{between}{year}",
        )
    )
    time = f"{chance.randrange(25):{two}}:{chance.randrange(61):02d}"
    if chance.random() < 0.7:
        time += f":{chance.randrange(60):02d}"
        time += chance.choice(("", "", ".5", ".123456", ".123456000", ".1234567", ".000000001", ".000"))
    time += chance.choice(("", "", "", " AM", "pm", " PM"))
    offset = chance.choice(
        (
            "",
            "",
            "Z",
            " Z",
            " UTC",
            "GMT",
            "UTC+8",
            " UTC+08:00",
            "+0800",
            " -03",
            "-05:30",
            " GMT-3:30",
            " (GMT+8)",
            " +8",
        )
    )
    return _spoiled(chance, date + chance.choice((" ", "T", " ", "  ")) + time + offset)


def _spoiled(chance: random.Random, text: str) -> str:
    """The same text most of the time; else full-width, or with a character more, less or changed."""
    if chance.random() < 0.05:
        return text.translate(_WIDE)
    if text and chance.random() < 0.15:
        place = chance.randrange(len(text))
        return text[:place] + chance.choice((chance.choice(_NOISE), "")) + text[place + chance.randrange(2) :]
    return text
