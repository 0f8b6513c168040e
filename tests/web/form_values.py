"""What somebody who means no good, or whose program is broken, sends instead of what a form asks for."""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

from tests.web.rendered_forms import RenderedForm

OTHERS = (
    "northbank-books",
    "hh-home-gb",
    "zhou.zhou",
    "leo.hart",
    "mei.lin",
    "person_mei",
    "person_alex",
    "northbank-books.01",
    "olivia-gaiwan",
    "platform",
    "support",
)
"""Ids of the demo world: somebody's, and so not those of most who send them."""

DEEP_TOML = ("a = " + "[" * 5_000, "[" * 5_000, "a." * 5_000 + "a = 1", "x = " + "{a=" * 5_000)
SEEDS: tuple[bytes, ...] = (
    *(
        text.encode()
        for text in (
            *(
                "",
                " ",
                "\u3000",
                "0",
                "-1",
                "1e400",
                "NaN",
                "9" * 5_000,
                "\u0663",
                "true",
                "null",
                "[]",
                "{}",
            ),
            *(
                "a\nb",
                "a\r\nBcc: victim@example.com",
                "a\x00b",
                "\x1b[2J",
                "\u202eb",
                "\u200b",
                "\ufeff",
                "\u2028",
            ),
            *("\U0001f4a9" * 100, "a\u0301" * 200, "x" * 201, "x" * 4_001, "\uffff", "\ufdd0"),
            *(
                "2026-13-45T99:99",
                "0001-01-01T00:00",
                "9999-12-31T23:59:59.999999+14:00",
                "2026-01-01",
                "12345678901",
            ),
            *(
                "'; DROP TABLE person; --",
                "{{ 7*7 }}",
                "{% debug %}",
                "{0.__class__}",
                "%s %(a)s",
                "<b onclick=x>",
            ),
            *(
                "//evil.example/",
                "javascript:alert(1)",
                "../../etc/passwd",
                "\\\\host\\share",
                "/\\evil.example",
            ),
            *(
                "a@b.c",
                "a@b@c.example",
                "A" * 250 + "@example.com",
                "UK",
                "XX",
                "zh",
                "xx",
                "grant",
                "send",
                "fix",
            ),
            *DEEP_TOML,
            *OTHERS,
        )
    ),
    *(b"\xed\xa0\x80", b"\xff\xfe", b"\xc0\xaf", b"\xe4\xb8", b"x" * 1_000_000),
)
"""Bytes, since a browser need not send UTF-8: surrogates, overlong and broken sequences are among them."""

FILES = (
    b"",
    b"PK\x03\x04" + b"\x00" * 40,
    b"\xff\xfeh\x00",
    b"%PDF-1.7",
    "账号名\n达人".encode("gb18030"),
    b"handle\n" + b"a\n" * 3_000,
    b"\x00" * 200_000,
    b'"' * 100,
    b"sep=;\n",
)


class Sent(NamedTuple):
    """A body and its kind."""

    body: bytes
    kind: str


def _value() -> st.SearchStrategy[bytes]:
    text = st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))
    return st.one_of(st.sampled_from(SEEDS), text, st.binary(max_size=30))


def _plausible(name: str, values: Iterable[str]) -> list[bytes]:
    """What a field holds as the page shows it, or what a person might type into an empty one."""
    typed = {"email": "new@example.com", "handle": "jacklin07", "handles": "jacklin07", "note": "because"}
    return [(value or typed.get(name, "")).encode() for value in values]


@st.composite
def posts(draw: st.DrawFn, form: RenderedForm) -> Sent:
    """A form as it could be sent: some of its fields with other values, repeated, left out or joined by strange ones."""
    fields = {name: _plausible(name, values) for name, values in form.fields.items()}
    for name, offered in form.choices.items():
        if draw(st.booleans()) and offered:
            fields[name] = [draw(st.sampled_from(offered)).encode()]
    if form.buttons:
        name, value = draw(st.sampled_from(form.buttons))
        fields[name] = [value.encode()]
    names = sorted(fields) or ["a"]
    fields.setdefault(names[0], [])
    wrong = st.lists(
        st.sampled_from(names), min_size=draw(st.sampled_from((0, 1, 1))), max_size=3, unique=True
    )
    for name in draw(wrong):
        fields[name] = draw(
            st.one_of(
                st.lists(_value(), min_size=1, max_size=1),
                st.just([]),
                st.lists(_value(), min_size=2, max_size=3),
                _value().map(lambda value, old=fields[name]: [*old, value]),  # type: ignore[misc]
            )
        )
    if draw(st.integers(0, 9)) == 0:
        fields[
            draw(st.sampled_from(("do", "seen", "next", "place", "withdraw", "switch_language", "a[]")))
        ] = [draw(_value())]
    pairs = [(name, value) for name, values in fields.items() for value in values]
    if form.files or draw(st.integers(0, 19)) == 0:
        files = form.files or tuple(names[:1])
        return _multipart(pairs, [(name, draw(_file())) for name in files])
    body = b"&".join(f"{quote_from_bytes(n.encode())}={quote_from_bytes(v)}".encode() for n, v in pairs)
    return Sent(body, "application/x-www-form-urlencoded")


def _file() -> st.SearchStrategy[bytes]:
    return st.one_of(st.sampled_from(FILES), st.binary(max_size=300))


def _multipart(pairs: list[tuple[str, bytes]], files: list[tuple[str, bytes]]) -> Sent:
    limit = "BoUnDaRy7"
    parts = [b'Content-Disposition: form-data; name="%s"\r\n\r\n%s' % (n.encode(), v) for n, v in pairs]
    parts += [
        b'Content-Disposition: form-data; name="%s"; filename="a.csv"\r\n\r\n%s' % (n.encode(), v)
        for n, v in files
    ]
    body = b"".join(b"--%s\r\n%s\r\n" % (limit.encode(), part) for part in parts)
    return Sent(body + b"--%s--\r\n" % limit.encode(), f"multipart/form-data; boundary={limit}")
