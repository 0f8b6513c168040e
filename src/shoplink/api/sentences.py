"""The sentences of problems that are no refusals: title and detail, in English and Chinese."""

import re
from typing import NamedTuple

from shoplink.wording import Tag
from shoplink.wording.input import allowed_in_field


class Wording(NamedTuple):
    """A problem's status, and its title and detail per language."""

    status: int
    title: dict[str, str]
    detail: dict[str, str]


def _of(status: int, en: tuple[str, str], zh: tuple[str, str]) -> Wording:
    return Wording(status, {"en": en[0], "zh": zh[0]}, {"en": en[1], "zh": zh[1]})


PROBLEMS: dict[str, Wording] = {
    "key.unknown": _of(
        401,
        ("No valid API key", "Send a key that is in force as “Authorization: Bearer …”."),
        ("没有有效的 API 密钥", "请以 “Authorization: Bearer …” 发送有效的密钥。"),
    ),
    "scope.missing": _of(
        403,
        ("The key may not do this", "This needs the scope “{scope}”, which the key does not have."),
        ("该密钥无此权限", "此操作需要权限范围 “{scope}”，该密钥没有。"),
    ),
    "actor.not_allowed": _of(
        403,
        ("Not on this one’s behalf", "{actor} may not issue “{command}” here; allowed: {allowed}."),
        ("不能以此身份操作", "{actor} 不能在此执行 “{command}”；允许的身份：{allowed}。"),
    ),
    "not_found": _of(
        404,
        ("Not found", "There is nothing at this address for you."),
        ("未找到", "此地址没有您可以查看的内容。"),
    ),
    "method.not_allowed": _of(
        405,
        ("Method not allowed", "This address answers {allowed}."),
        ("不支持此方法", "此地址支持：{allowed}。"),
    ),
    "refused": _of(
        409,
        ("Refused", "This cannot be done now; every reason is in “reasons”."),
        ("被拒绝", "现在不能这样做；全部原因见 “reasons”。"),
    ),
    "idempotency.in_progress": _of(
        409,
        (
            "Still being worked on",
            "A request with this Idempotency-Key is being worked on; ask again shortly.",
        ),
        ("正在处理", "带有此 Idempotency-Key 的请求正在处理；请稍后重试。"),
    ),
    "body.too_large": _of(
        413,
        ("The body is too large", "A body has at most {limit} bytes; send many commands to /v1/commands."),
        ("请求体过大", "请求体最多 {limit} 字节；大量命令请发送到 /v1/commands。"),
    ),
    "malformed": _of(
        422,
        ("Malformed", "{problem}"),
        ("格式有误", "请求格式有误：{problem}"),
    ),
    "idempotency.other_body": _of(
        422,
        (
            "The key was used for something else",
            "This Idempotency-Key was sent with another request; a new attempt needs a new key.",
        ),
        ("该密钥已用于其他请求", "此 Idempotency-Key 已用于其他请求；新的请求需要新的密钥。"),
    ),
    "internal": _of(
        500,
        ("Something went wrong here", "The fault is ours and was recorded; nothing was stored."),
        ("服务器出错", "这是我们的问题，已被记录；没有保存任何内容。"),
    ),
    "rate.limited": _of(
        429,
        ("Too many requests", "Only so many requests a second are answered; try again in {seconds} s."),
        ("请求过多", "每秒可处理的请求数有限；请在 {seconds} 秒后重试。"),
    ),
    "database.away": _of(
        503,
        ("The database is away", "The database cannot be reached now; try again shortly."),
        ("数据库暂时不可用", "暂时无法连接数据库；请稍后重试。"),
    ),
}
"""Per type of problem what is said about it. Types are append-only."""

_FAULT = re.compile(
    r"(?P<field>[^:]+): (?:missing|found (?P<found>.*?)); allowed: (?P<allowed>.*)", re.DOTALL
)


def say_malformed(sentence: str, tag: Tag) -> str:
    """What is wrong with a field, in a language, from the sentence that the parser makes of it in English."""
    fault = _FAULT.fullmatch(sentence)
    if tag == "en" or fault is None:
        return sentence
    allowed = allowed_in_field(fault["allowed"]).say(tag)
    if fault["found"] is None:
        return f"{fault['field']}：缺少值；应填{allowed}"
    return f"{fault['field']}：发现 {fault['found']}；应填{allowed}"
