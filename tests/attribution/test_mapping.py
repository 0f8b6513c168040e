"""The error of an invalid mapping names the key, what was found and what is expected."""

from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from shoplink.attribution.mapping import MappingError, parse_mapping

WHOLE = """
dates = "mdy"
time_zone = "Europe/London"
amounts = "major"
rates = "percent"
encoding = "gb18030"
delimiter = ";"

[columns]
order_id = "订单编号"
ordered_at = "下单时间"
amount = "实付金额"

[constants]
shop_id = "S1"
currency = "GBP"
commission_rate = 10
"""


def test_a_mapping_is_read_whole() -> None:
    found = parse_mapping(WHOLE, "m.toml")
    assert found.columns == {"order_id": "订单编号", "ordered_at": "下单时间", "amount": "实付金额"}
    assert found.constants == {"shop_id": "S1", "currency": "GBP", "commission_rate": "10"}
    assert (found.dates, found.zone, found.amounts, found.rates) == (
        "mdy",
        ZoneInfo("Europe/London"),
        "major",
        "percent",
    )
    assert (found.encoding, found.delimiter, found.name) == ("gb18030", ";", "m.toml")
    assert (found.decimal, found.thousands, found.repeated_hour, found.empty) == (None, None, None, ())
    more = 'decimal = ","\nthousands = "."\nrepeated_hour = "second"\nempty = ["organic", "自然流量"]\n'
    written = parse_mapping(more + WHOLE, "m.toml")
    assert (written.decimal, written.thousands, written.repeated_hour, written.empty) == (
        ",",
        ".",
        "second",
        ("organic", "自然流量"),
    )
    offset = parse_mapping(WHOLE.replace('time_zone = "Europe/London"', 'utc_offset = "-05:30"'), "m.toml")
    assert offset.zone == timezone(-timedelta(hours=5, minutes=30))


@pytest.mark.parametrize(
    ("change", "to", "message"),
    [
        ("[columns]", "[columns", "m.toml: not TOML: "),
        ("dates", "date", "m.toml: found the key 'date'; allowed: dates, amounts, decimal, thousands"),
        ('"mdy"', '"yyyy-mm-dd"', "m.toml: dates: found 'yyyy-mm-dd'; allowed: ymd, dmy, mdy"),
        ('"major"', "2", "m.toml: amounts: found 2; expected text"),
        ('"Europe/London"', '"London"', "m.toml: time_zone: found 'London'; allowed: a name as Europe/London"),
        ('"Europe/London"', '"../../etc"', "m.toml: time_zone: found '../../etc'; allowed"),
        ("time_zone", 'utc_offset = "+08:00"\ntime_zone', "m.toml: found utc_offset and time_zone; expected one of them"),
        ('time_zone = "Europe/London"', 'utc_offset = "+8"', "m.toml: utc_offset: found '+8'; allowed: +08:00"),
        ('time_zone = "Europe/London"', 'utc_offset = "+24:00"', "m.toml: utc_offset: found '+24:00'"),
        ('"gb18030"', '"chinese-ish"', "m.toml: encoding: found 'chinese-ish'; allowed: utf-8, gb18030"),
        ('";"', '"::"', "m.toml: delimiter: found '::'; allowed"),
        ("order_id =", "order =", "m.toml: columns: found the field 'order'; allowed: order_id, shop_id"),
        ('"订单编号"', "7", "m.toml: columns.order_id: found 7; expected the name of a column as text"),
        ('order_id = "订单编号"\n', "", "m.toml: order_id: missing; expected in [columns]"),
        ('shop_id = "S1"\n', "", "m.toml: shop_id: missing; expected in [columns] or in [constants]"),
        ("[constants]", '[constants]\norder_id = "1"', "m.toml: constants: found the field 'order_id'; allowed: shop_id"),
        ('"GBP"', "1.5", "m.toml: constants.currency: found 1.5; expected text or a whole number"),
        ("[constants]", 'shop_id = "店铺"\n[constants]', "m.toml: shop_id: found in [columns] and in [constants]; expected once"),
        ("[columns]", "columns = 1\n[more]", "m.toml: "),
        ("dates", 'decimal = ";"\ndates', "m.toml: decimal: found ';'; allowed: '.', ','"),
        ("dates", "decimal = 1\ndates", "m.toml: decimal: found 1; expected text"),
        ("dates", "thousands = \"'\"\ndates", "m.toml: thousands: found \"'\"; allowed: ',', '.', ' ', ''"),
        ("dates", 'decimal = ","\nthousands = ","\ndates', "m.toml: found decimal = ',' and thousands = ','; expected two"),
        ("dates", 'empty = "organic"\ndates', "m.toml: empty: found 'organic'; expected a list of texts"),
        ("dates", 'empty = ["organic", ""]\ndates', "m.toml: empty: found ['organic', '']; expected a list of texts"),
        ("dates", 'repeated_hour = "third"\ndates', "m.toml: repeated_hour: found 'third'; allowed: first, second"),
        ('time_zone = "Europe/London"', 'repeated_hour = "first"', "m.toml: found repeated_hour without time_zone"),
        (
            'time_zone = "Europe/London"',
            'repeated_hour = "first"\nutc_offset = "+08:00"',
            "m.toml: found repeated_hour without time_zone; expected both",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_mapping_is_said(change: str, to: str, message: str) -> None:
    assert change in WHOLE
    with pytest.raises(MappingError) as error:
        parse_mapping(WHOLE.replace(change, to, 1), "m.toml")
    assert str(error.value).startswith(message)
