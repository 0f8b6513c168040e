"""The human pages of the API: plain HTML made of its OpenAPI document, with nothing fetched from anywhere."""

from html import escape
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
h2{margin-top:3rem;border-top:1px solid #ddd;padding-top:1rem}h2 code{font-size:1rem}
pre{background:#f5f5f5;padding:1rem;overflow:auto;font-size:.85rem}
table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0}
nav li{list-style:none}nav ul{padding:0}
@media(prefers-color-scheme:dark){body{background:#161616;color:#eee}pre{background:#222}a{color:#8cf}}
"""


class Pages(DocsBase):
    """One page with every operation."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **_: Any) -> HttpResponse:  # noqa: ARG002 (ninja's signature)
        """The page."""
        response = HttpResponse(page(api.get_openapi_schema()))
        response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
        return response


def page(document: dict[str, Any]) -> str:
    """The HTML of an OpenAPI document."""
    operations = [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    index = "".join(
        f'<li><a href="#{operation["operationId"]}"><code>{method} {escape(path)}</code></a></li>'
        for method, path, operation in operations
    )
    about = "".join(f"<p>{escape(part)}</p>" for part in document["info"]["description"].split("\n\n"))
    body = "".join(_operation(*operation) for operation in operations)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>shoplink API</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f'<h1>shoplink API</h1>{about}<p>As a document: <a href="openapi.json">openapi.json</a></p>'
        f"<nav><ul>{index}</ul></nav>{body}</body></html>"
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parameters = "".join(
        f"<tr><td><code>{escape(parameter['name'])}</code></td><td>{parameter['in']}"
        f"{', required' if parameter['required'] else ''}</td><td>{escape(parameter.get('description', ''))}</td></tr>"
        for parameter in operation["parameters"]
    )
    answers = "".join(
        f"<tr><td>{status}</td><td>{escape(answer['description'])}</td></tr>"
        for status, answer in operation["responses"].items()
    )
    examples = "".join(
        f"<h3>{title}</h3><pre>{escape(_written(example))}</pre>" for title, example in _examples(operation)
    )
    return (
        f'<h2 id="{operation["operationId"]}"><code>{method} {escape(path)}</code></h2>'
        f"<p>{escape(operation.get('description', ''))}</p><table>{parameters}</table>{examples}"
        f"<h3>Answers</h3><table>{answers}</table>"
    )


def _examples(operation: dict[str, Any]) -> list[tuple[str, Any]]:
    """The examples of the request's body and of the answer of a success."""
    bodies = [("Body", operation.get("requestBody", {}))]
    bodies += [("Answer", answer) for status, answer in operation["responses"].items() if int(status) < 300]  # noqa: PLR2004 (a success)
    return [
        (title, example["value"])
        for title, body in bodies
        for media in body.get("content", {}).values()
        for example in media.get("examples", {}).values()
    ]


def _written(example: Any) -> str:
    if isinstance(example, str):
        return example
    return msgspec.json.format(msgspec.json.encode(example)).decode()
