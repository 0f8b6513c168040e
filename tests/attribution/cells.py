"""Cells of every form that an export may have, with their value or the word for their problem."""

from datetime import datetime
from typing import NamedTuple

from shoplink.attribution.instants import to_micros
from shoplink.attribution.mapping import Mapping, parse_mapping


def at(text: str) -> int:
    """An instant in microseconds."""
    return to_micros(datetime.fromisoformat(text))


class Cell(NamedTuple):
    """A cell of a column, and its expected reading."""

    field: str
    text: str
    value: object = None
    wrong: str | None = None


COLUMNS = {
    "order_id": "订单编号",
    "shop_id": "店铺ID",
    "account_id": "达人ID",
    "ordered_at": "下单时间",
    "amount": "实付金额",
    "currency": "币种",
    "commission_rate": "佣金率",
    "refund": "退款金额",
}
FINE = {
    "order_id": "5764607523034234881",
    "shop_id": "S1",
    "account_id": "",
    "ordered_at": "2026-11-01T10:00:00Z",
    "amount": "100",
    "currency": "GBP",
    "commission_rate": "",
    "refund": "",
}


def mapping_of(settings: str) -> Mapping:
    """A mapping of all columns, with these settings."""
    columns = "\n".join(f'{field} = "{column}"' for field, column in COLUMNS.items())
    return parse_mapping(f"{settings}\n[columns]\n{columns}\n", "mapping.toml")


SETTINGS: dict[str, tuple[Cell, ...]] = {
    "": (
        Cell("order_id", "5764607523034234881", "5764607523034234881"),
        Cell("order_id", "5764607523034234881\t", "5764607523034234881"),
        Cell("order_id", "  576 460 ", "576 460"),
        Cell("order_id", "", wrong="missing"),
        Cell("order_id", " \t ", wrong="missing"),
        Cell("order_id", "5.76461E+18", wrong="rounded"),
        Cell("order_id", "5,76461E+18", wrong="rounded"),
        Cell("order_id", "5764607523034230000.00", wrong="rounded"),
        Cell("order_id", "x" * 64, "x" * 64),
        Cell("order_id", "单" * 65, wrong="too_long"),
        Cell("shop_id", "", wrong="missing"),
        Cell("account_id", "", None),
        Cell("account_id", "7.4E18", wrong="rounded"),
        Cell("ordered_at", "2026-11-01T10:00:00Z", at("2026-11-01T10:00:00+00:00")),
        Cell("ordered_at", "2026-11-01T10:00:00.5+08:00", at("2026-11-01T02:00:00.5+00:00")),
        Cell("ordered_at", "2026-11-01 10:00:00.123456-05:30", at("2026-11-01T15:30:00.123456+00:00")),
        Cell("ordered_at", "2026/11/1 9:05 +0800", at("2026-11-01T01:05:00+00:00")),
        Cell("ordered_at", "2026/11/1 9:05 UTC+08:00", at("2026-11-01T01:05:00+00:00")),
        Cell("ordered_at", "2026年11月1日 21:05:07 GMT-0100", at("2026-11-01T22:05:07+00:00")),
        Cell("ordered_at", "2026-11-01 10:00:00.123456+00", at("2026-11-01T10:00:00.123456+00:00")),
        Cell("ordered_at", "2026-11-01 10:00-03", at("2026-11-01T13:00:00+00:00")),
        Cell("ordered_at", "2026-11-01T00:00Z", at("2026-11-01T00:00:00+00:00")),
        Cell("ordered_at", "2026-11-01 00:00Z", at("2026-11-01T00:00:00+00:00")),
        Cell("ordered_at", "2026-11-01 10:00:00 UTC", at("2026-11-01T10:00:00+00:00")),
        Cell("ordered_at", "2026-11-01 10:00 GMT", at("2026-11-01T10:00:00+00:00")),
        Cell("ordered_at", "2026-11-01 10:00:00 UTC+8", at("2026-11-01T02:00:00+00:00")),
        Cell("ordered_at", "2026-11-01 10:00:00 GMT-3:30", at("2026-11-01T13:30:00+00:00")),
        Cell("ordered_at", "2026-11-01 10:00:00 (GMT+8)", at("2026-11-01T02:00:00+00:00")),
        Cell("ordered_at", "2026-11-01T10:00:00.120000000Z", at("2026-11-01T10:00:00.12+00:00")),
        Cell("ordered_at", "2026-11-01T10:00:00.123456000+08:00", at("2026-11-01T02:00:00.123456+00:00")),
        Cell("ordered_at", "2026-11-01T10:00:00.123456001Z", wrong="not_instant"),
        Cell("ordered_at", "2026-11-01T10:00:00.1234560000Z", wrong="not_instant"),
        Cell("ordered_at", "2026-11-01 10:000Z", wrong="not_instant"),
        Cell("ordered_at", "2026-11-01 10:00:00 UTC+24", wrong="not_instant"),
        Cell("ordered_at", "2026-11-01 10:00:00 PST", wrong="not_instant"),
        Cell("ordered_at", "2026-11-01 10:00:00 +8", wrong="not_instant"),
        Cell("ordered_at", "1762336800", wrong="not_instant"),
        Cell("ordered_at", "2024-02-29T23:59:59Z", at("2024-02-29T23:59:59+00:00")),
        Cell("ordered_at", "2026-02-29T10:00:00Z", wrong="not_instant"),
        Cell("ordered_at", "2026-13-01T10:00:00Z", wrong="not_instant"),
        Cell("ordered_at", "2026-11-01T24:00:00Z", wrong="not_instant"),
        Cell("ordered_at", "2026-11-01T10:60:00Z", wrong="not_instant"),
        Cell("ordered_at", "2026-11-01T10:00:00.1234567Z", wrong="not_instant"),
        Cell("ordered_at", "45962.41", wrong="not_instant"),
        Cell("ordered_at", "2026-11-01", wrong="no_time"),
        Cell("ordered_at", "2026-11-01 10:00:00", wrong="no_offset"),
        Cell("ordered_at", "2026/11/1 9:05", wrong="no_offset"),
        Cell("ordered_at", "", wrong="missing"),
        Cell("amount", "1,234", 1234),
        Cell("amount", "0", 0),
        Cell("amount", "1,000", 1_000),
        Cell("amount", "12 345", 12_345),
        Cell("amount", "１２３４", 1_234),
        Cell("amount", "'1234", 1_234),
        Cell("amount", "1.234", wrong="not_whole"),
        Cell("amount", "GBP 1234", wrong="not_whole"),
        Cell("amount", "1234567890123456789012345", wrong="too_large"),
        Cell("amount", "9007199254740991", 2**53 - 1),
        Cell("amount", "9007199254740992", wrong="too_large"),
        Cell("amount", "-5", wrong="negative"),
        Cell("amount", "12.50", wrong="not_whole"),
        Cell("amount", "12.00", wrong="not_whole"),
        Cell("amount", "1,23", wrong="not_whole"),
        Cell("amount", "£12", wrong="not_whole"),
        Cell("amount", "", wrong="missing"),
        Cell("currency", "gbp", "GBP"),
        Cell("currency", "XYZ", wrong="unknown"),
        Cell("currency", "英镑", wrong="unknown"),
        Cell("currency", "", wrong="missing"),
        Cell("commission_rate", "1250", 1250),
        Cell("commission_rate", "10000", 10_000),
        Cell("commission_rate", "10001", wrong="not_rate"),
        Cell("commission_rate", "-1", wrong="not_rate"),
        Cell("commission_rate", "12.5", wrong="not_rate"),
        Cell("commission_rate", "10%", wrong="not_rate"),
        Cell("commission_rate", "", None),
        Cell("refund", "100", 100),
        Cell("refund", "", None),
        Cell("refund", "101", wrong="more_than_amount"),
        Cell("refund", "-1", wrong="negative"),
    ),
    'utc_offset = "+08:00"\namounts = "major"\nrates = "percent"': (
        Cell("ordered_at", "2026-11-01 10:00:00", at("2026-11-01T02:00:00+00:00")),
        Cell("ordered_at", "2026-11-01T10:00:00Z", at("2026-11-01T10:00:00+00:00")),
        Cell("ordered_at", "2026年1月2日 3:04", at("2026-01-01T19:04:00+00:00")),
        Cell("ordered_at", "yesterday", wrong="not_instant"),
        Cell("amount", "1,234.50", 123_450),
        Cell("amount", "12", 1_200),
        Cell("amount", "0.10", 10),
        Cell("amount", "0.105", wrong="too_fine"),
        Cell("amount", "0.1000", 10),
        Cell("amount", "1234.500000000000000000", 123_450),
        Cell("amount", "0.1000001", wrong="too_fine"),
        Cell("amount", "-0.01", wrong="negative"),
        *(
            Cell("amount", text, wrong="not_number")
            for text in (
                "1e3",
                ".5",
                "12.",
                "(12.00)",
                "12.50%",
                "1.2K",
                "12.5万",
                "1,23,456.00",
                "12,34.50",
                "$",
                "£",
                "12 34",
            )
        ),
        *(
            Cell("amount", text, wrong="not_number")
            for text in ("1 250,000.00", "1,250 000", "12.00-", "1.2.3", "££ 12 £ 3")
        ),
        *(
            Cell("amount", text, 123_450)
            for text in (
                *(
                    "1.234,50",
                    "1 234.50",
                    "1\u00a0234,50",
                    "1\u202f234,5",
                    "１，２３４．５０",
                    "+1234.50",
                    "'1234.50",
                    '="1234.50"',
                ),
                *("£1,234.50", "£1.234,50", "£ 1234.50 GBP", "￡1234,50", "UK£1234.50"),
                *("GBP1234.5", "GBP 1,234.50", "1234.50gbp", "1234.50 GBP"),
            )
        ),
        Cell("amount", "1,234,567", 123_456_700),
        Cell("amount", "1.234.567", 123_456_700),
        Cell("amount", "0.500", 50),
        Cell("amount", "0,500", 50),
        Cell("amount", "1234.500", 123_450),
        Cell("amount", "1234,5000", 123_450),
        Cell("amount", "13812345678", 1_381_234_567_800),
        Cell("amount", "90071992547409.91", 2**53 - 1),
        Cell("amount", "90071992547409.92", wrong="too_large"),
        Cell("amount", "9007199254740992", wrong="too_large"),
        Cell("amount", "9999999999999999.99", wrong="too_large"),
        Cell("amount", "123456789012345678901234567890", wrong="too_large"),
        *(
            Cell("amount", text, wrong="ambiguous")
            for text in ("1.250", "1,250", "£1,250", "199.000", "1.255", "999,999 GBP")
        ),
        *(
            Cell("amount", text, wrong="other_currency")
            for text in ("$12", "EUR 12.50", "12.50 USD", "￥12", "RM 12", "£12 USD")
        ),
        Cell("amount", "-£12", wrong="negative"),
        Cell("amount", "£-12.50", wrong="negative"),
        Cell("amount", "\u221212.50", wrong="negative"),
        Cell("refund", "£99,99", 9_999),
        Cell("refund", "-", None),
        Cell("refund", "1,000", wrong="ambiguous"),
        Cell("refund", "99.99", 9_999),
        Cell("refund", "100.01", wrong="more_than_amount"),
        Cell("commission_rate", "12.5%", 1_250),
        Cell("commission_rate", "12.5 %", 1_250),
        Cell("commission_rate", "12.500000000", 1_250),
        Cell("commission_rate", "12,5%", 1_250),
        Cell("commission_rate", "１２．５％", 1_250),
        Cell("commission_rate", "10000000000000", wrong="not_rate"),
        Cell("commission_rate", "100", 10_000),
        Cell("commission_rate", "0.005", wrong="not_rate"),
        Cell("commission_rate", "100.01", wrong="not_rate"),
        Cell("commission_rate", "ten", wrong="not_rate"),
    ),
    'amounts = "major"\ndecimal = ","\nthousands = "."': (
        Cell("amount", "1.250", 125_000),
        Cell("amount", "1.250,5", 125_050),
        Cell("amount", "1250,50", 125_050),
        Cell("amount", "£ 1.250", 125_000),
        Cell("amount", "12.34", wrong="other_marks"),
        Cell("amount", "1,250.00", wrong="other_marks"),
        Cell("amount", "1 250,00", wrong="other_marks"),
        Cell("amount", "1,250", 125),
        Cell("amount", "1,251", wrong="too_fine"),
    ),
    'amounts = "major"\ndecimal = "."': (
        Cell("amount", "1.250", 125),
        Cell("amount", "1,250", 125_000),
        Cell("amount", "1 250.5", 125_050),
        Cell("amount", "12,34", wrong="other_marks"),
        Cell("amount", "1.251", wrong="too_fine"),
    ),
    'amounts = "major"\nthousands = ""': (
        Cell("amount", "1.250", 125),
        Cell("amount", "1,25", 125),
        Cell("amount", "1,250.00", wrong="other_marks"),
    ),
    'amounts = "minor"\nthousands = "."': (
        Cell("amount", "1.250", 1_250),
        Cell("amount", "1,250", wrong="not_whole"),
    ),
    'time_zone = "Europe/London"\ndates = "dmy"\nrates = "fraction"': (
        Cell("ordered_at", "05/07/2026 10:00:00", at("2026-07-05T09:00:00+00:00")),
        Cell("ordered_at", "5/12/2026 10:00", at("2026-12-05T10:00:00+00:00")),
        Cell("ordered_at", "05.12.2026 10:00", at("2026-12-05T10:00:00+00:00")),
        Cell("ordered_at", "29/03/2026 00:59:59", at("2026-03-29T00:59:59+00:00")),
        Cell("ordered_at", "29/03/2026 01:30", wrong="no_such_hour"),
        Cell("ordered_at", "29/03/2026 02:00", at("2026-03-29T01:00:00+00:00")),
        Cell("ordered_at", "25/10/2026 00:59:59.999999", at("2026-10-24T23:59:59.999999+00:00")),
        Cell("ordered_at", "25/10/2026 01:30", wrong="repeated_hour"),
        Cell("ordered_at", "25/10/2026 01:30 +01:00", at("2026-10-25T00:30:00+00:00")),
        Cell("ordered_at", "25/10/2026 02:00", at("2026-10-25T02:00:00+00:00")),
        Cell("ordered_at", "05/07/2009 10:00:00", wrong="no_such_hour"),
        Cell("ordered_at", "2026-07-05 10:00:00", at("2026-07-05T09:00:00+00:00")),
        Cell("ordered_at", "31/11/2026 10:00:00", wrong="not_instant"),
        Cell("commission_rate", "0.125", 1_250),
        Cell("commission_rate", "1", 10_000),
        Cell("commission_rate", "1.0001", wrong="not_rate"),
        Cell("commission_rate", "0.00005", wrong="not_rate"),
    ),
    'time_zone = "America/New_York"\ndates = "mdy"\nrepeated_hour = "first"\nempty = ["organic", "自然流量"]': (
        Cell("ordered_at", "11/01/2026 1:30 AM", at("2026-11-01T05:30:00+00:00")),
        Cell("ordered_at", "11/01/2026 0:59", at("2026-11-01T04:59:00+00:00")),
        Cell("ordered_at", "11/01/2026 2:00 AM", at("2026-11-01T07:00:00+00:00")),
        Cell("ordered_at", "03/08/2026 2:30 AM", wrong="no_such_hour"),
        Cell("ordered_at", "2026-11-01 10:00 UTC", at("2026-11-01T10:00:00+00:00")),
        Cell("account_id", "organic", None),
        Cell("account_id", "Organic", None),
        Cell("account_id", "自然流量", None),
        Cell("account_id", "organics", "organics"),
    ),
    'time_zone = "America/New_York"\ndates = "mdy"\nrepeated_hour = "second"': (
        Cell("ordered_at", "11/01/2026 1:30 AM", at("2026-11-01T06:30:00+00:00")),
        Cell("ordered_at", "11/01/2026 1:30 AM -04:00", at("2026-11-01T05:30:00+00:00")),
        Cell("ordered_at", "11/01/2026", wrong="no_time"),
    ),
    'time_zone = "America/New_York"\ndates = "mdy"': (
        Cell("ordered_at", "11/22/2026 3:04:05 PM", at("2026-11-22T20:04:05+00:00")),
        Cell("ordered_at", "11/22/2026 12:04:05 AM", at("2026-11-22T05:04:05+00:00")),
        Cell("ordered_at", "11/22/2026 12:04 pm", at("2026-11-22T17:04:00+00:00")),
        Cell("ordered_at", "7/4/2026 11:59:59 AM", at("2026-07-04T15:59:59+00:00")),
        Cell("ordered_at", "11/22/2026 0:04 AM", wrong="not_instant"),
        Cell("ordered_at", "11/22/2026 13:04 PM", wrong="not_instant"),
        Cell("ordered_at", "22/11/2026 3:04 PM", wrong="not_instant"),
        Cell("ordered_at", "11/01/2026 1:30 AM", wrong="repeated_hour"),
    ),
}
"""The cells by settings of a mapping; all other cells of a row are fine."""
