"""The human page of the API: the OpenAPI document as one plain HTML page, nothing fetched from anywhere."""

from __future__ import annotations

import json
from html import escape
from typing import Any

_STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--line:#d9dee5;--paper:#fbfcfd;--card:#fff;
  --get:#0b6e4f;--post:#1d4ed8;--delete:#b42318;--patch:#a15c00}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf2;--soft:#9aa6b5;--line:#2b3442;--paper:#10151c;--card:#171e28;
  --get:#4cc49a;--post:#86a8ff;--delete:#ff8a80;--patch:#f0b35a}
}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem 1.25rem 6rem}
h1{font-size:1.8rem;margin:.5rem 0}
h2{margin:2.5rem 0 .5rem;text-transform:capitalize}
p{max-width:46rem}
code,pre{font:14px/1.5 ui-monospace,monospace}
pre{background:var(--paper);border:1px solid var(--line);border-radius:6px;padding:.75rem;overflow:auto}
details{background:var(--card);border:1px solid var(--line);border-radius:8px;margin:.5rem 0}
summary{cursor:pointer;padding:.6rem .9rem;display:flex;gap:.8rem;flex-wrap:wrap}
summary b{min-width:4.2rem}
summary span{color:var(--soft)}
details>div{padding:0 .9rem .9rem}
.GET{color:var(--get)}
.POST{color:var(--post)}
.DELETE{color:var(--delete)}
.PATCH,.PUT{color:var(--patch)}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
td,th{text-align:left;vertical-align:top;border-top:1px solid var(--line);padding:.35rem .6rem .35rem 0}
th{color:var(--soft);font-weight:600}
.wide{overflow-x:auto}
a{color:var(--post)}
"""


def page(document: dict[str, Any], instructions: str) -> str:
    """HTML of an OpenAPI document."""
    schemas = document["components"]["schemas"]
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escape(document['info']['title'])}</title><style>{_STYLE}</style><main>",
        f"<h1>{escape(document['info']['title'])}</h1><p>{escape(document['info']['description'])}</p><p>{escape(instructions)}</p>",
        '<p>For programs: <a href="/api/v1">/api/v1</a> · <a href="/api/v1/openapi.json">/api/v1/openapi.json</a></p>',
    ]
    for tag in document["tags"]:
        parts.append(f"<h2>{escape(tag['name'])}</h2>")
        for path, methods in document["paths"].items():
            parts += [_operation(path, method.upper(), operation, schemas) for method, operation in methods.items() if tag["name"] in operation["tags"]]
    return "".join([*parts, "</main></html>"])


def _operation(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    parts = [
        f'<details id="{escape(operation["operationId"])}"><summary><b class="{method}">{method}</b><code>{escape(path)}</code>'
        f"<span>{escape(operation['summary'])}</span></summary><div>"
    ]
    if words := operation.get("description"):
        parts.append(f"<p>{escape(words)}</p>")
    parts.append(f"<p>Scope: <code>{escape(operation['x-scope'])}</code></p>" if "x-scope" in operation else "<p>No key needed.</p>")
    if rows := [(f"{item['name']} ({item['in']})", _kind(item["schema"]), item.get("description", "")) for item in operation.get("parameters", [])]:
        parts.append(_table(("parameter", "type", ""), rows))
    if body := operation.get("requestBody"):
        content = body["content"]["application/json"]
        schema = _follow(content["schema"], schemas)
        required = set(schema.get("required", ()))
        rows = [(name + (" *" if name in required else ""), _kind(field), field.get("description", "")) for name, field in schema.get("properties", {}).items()]
        parts.append(_table(("field (* required)", "type", ""), rows))
        parts.extend(f"<pre>{escape(json.dumps(example['value'], indent=2, ensure_ascii=False))}</pre>" for example in content.get("examples", {}).values())
    rows = [(status, _kind(_content(answer)), answer["description"]) for status, answer in operation["responses"].items()]
    parts.append(_table(("answer", "body", ""), rows))
    return "".join([*parts, "</div></details>"])


def _content(answer: dict[str, Any]) -> dict[str, Any]:
    for media, content in answer.get("content", {}).items():
        return content["schema"] if media == "application/json" else {"type": media}
    return {}


def _follow(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    return schemas[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema


def _kind(schema: dict[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "enum" in schema:
        return " · ".join(str(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_kind(part) for part in schema["anyOf"] if part.get("type") != "null")
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    words = str(schema.get("type", ""))
    low, high = schema.get("minimum", schema.get("minLength")), schema.get("maximum", schema.get("maxLength"))
    if low is not None or high is not None:
        words += f" {low if low is not None else ''}..{high if high is not None else ''}"
    return words


def _table(head: tuple[str, ...], rows: list[tuple[str, str, str]]) -> str:
    heading = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{heading}</tr>{body}</table></div>'
