"""The human page of the API: the OpenAPI document as one plain HTML page, nothing fetched from anywhere."""

from __future__ import annotations

import json
import re
import shlex
from html import escape
from typing import Any

_STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--line:#d9dee5;--paper:#f6f7f9;--card:#fff;--act:#1d4ed8;
  --get:#0b6e4f;--post:#1d4ed8;--delete:#b42318;--patch:#a15c00}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf2;--soft:#9aa6b5;--line:#2b3442;--paper:#10151c;--card:#171e28;--act:#86a8ff;
  --get:#4cc49a;--post:#86a8ff;--delete:#ff8a80;--patch:#f0b35a}
}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
header{display:flex;gap:.6rem 1.2rem;align-items:center;flex-wrap:wrap;padding:.8rem 1.25rem;border-bottom:1px solid var(--line);background:var(--card)}
header b{margin-right:auto;font-size:1.1rem}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1.25rem 6rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .5rem}
h2{font-size:1.35rem;margin:2.5rem 0 .3rem}
h3{font-size:1rem;margin:1.6rem 0 .4rem;color:var(--soft);font-weight:600}
p,ol{max-width:46rem}
li{margin:.35rem 0}
code,pre{font:14px/1.5 ui-monospace,monospace}
code{overflow-wrap:anywhere}
pre{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.75rem .9rem;overflow:auto;max-width:100%}
details{background:var(--card);border:1px solid var(--line);border-radius:8px;margin:.45rem 0}
details pre{background:var(--paper)}
summary{cursor:pointer;padding:.6rem .9rem;
  display:grid;grid-template-columns:4.4rem minmax(0,auto) 1fr 1rem;gap:.2rem .8rem;align-items:baseline;list-style:none}
summary::-webkit-details-marker{display:none}
summary::after{content:"\\203a";grid-column:4;grid-row:1;color:var(--soft);font-size:1.2rem;line-height:1;transition:transform .1s}
details[open]>summary::after{transform:rotate(90deg)}
summary span{color:var(--soft)}
summary.plain{grid-template-columns:minmax(0,auto) 1fr 0 1rem}
:focus-visible{outline:3px solid var(--act);outline-offset:2px}
details>div{padding:0 .9rem .9rem}
.GET{color:var(--get)}
.POST{color:var(--post)}
.DELETE{color:var(--delete)}
.PATCH,.PUT{color:var(--patch)}
.soft{color:var(--soft)}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
td,th{text-align:left;vertical-align:top;border-top:1px solid var(--line);padding:.35rem .9rem .35rem 0}
th{color:var(--soft);font-weight:600;border-top:0}
td:first-child code{white-space:nowrap}
.wide{overflow-x:auto}
a{color:var(--act)}
@media(max-width:44rem){
  summary{grid-template-columns:4.2rem minmax(0,1fr) 1rem}
  summary::after{grid-column:3}
  summary span{grid-column:1/-1}
  thead{display:none}
  td{display:block;border:0;padding:.1rem 0}
  tr{display:block;border-top:1px solid var(--line);padding:.45rem 0}
}
"""
_CODE = re.compile(r"`([^`]+)`")
_STEP = re.compile(r"\s+(?=[1-9]\. )")
_NUMBER = re.compile(r"^[1-9]\. ")
_GROUPS = {
    "": "Discovery", "openapi.json": "Discovery", "sequences": "Sequences", "frames": "Frames", "scripts": "Scripts", "styles": "Styles",
    "webhooks": "Webhooks", "stories": "Stories", "series": "Series", "series-assets": "Series", "credits": "Credits",
    "sessions": "Signing in", "api-keys": "API keys",
}  # fmt: skip


def page(document: dict[str, Any], instructions: str) -> str:
    """HTML of an OpenAPI document."""
    schemas, base = document["components"]["schemas"], document["servers"][0]["url"]
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escape(document['info']['title'])}</title><style>{_STYLE}</style>",
        '<header><b>Storyfarm</b><a href="/api-keys">API keys</a><a href="/api/v1">Root</a><a href="/api/v1/openapi.json">OpenAPI</a></header><main>',
        f"<h1>{escape(document['info']['title'])}</h1><p>{escape(document['info']['description'])}</p>",
        _steps(instructions),
        _quick_start(document, base),
    ]
    for tag in document["tags"]:
        parts.append(f"<h2>{escape(tag['name'].capitalize())}</h2><p class=soft>{escape(tag['description'])}</p>")
        groups: dict[str, list[str]] = {}
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if tag["name"] in operation["tags"]:
                    groups.setdefault(_group(path), []).append(_operation(path, method.upper(), operation, schemas))
        for name, operations in groups.items():
            parts += [f"<h3>{escape(name)}</h3>", *operations]
    parts += ["<h2>Data</h2><p class=soft>What the answers above name.</p>", *(_schema(name, schema) for name, schema in sorted(schemas.items()))]
    return "".join([*parts, "</main></html>"])


def _words(text: str) -> str:
    """Text as HTML, with what stands in backticks as code."""
    return _CODE.sub(r"<code>\1</code>", escape(text, quote=False))


def _steps(instructions: str) -> str:
    """An account with numbered steps in it: a paragraph, a list, and what follows the last step's first sentence as a paragraph again."""
    before, *steps = _STEP.split(instructions)
    if not steps:
        return f"<p>{_words(before)}</p>"
    last, _, after = steps[-1].partition(". Every ")
    steps[-1] = last + ("." if after else "")
    items = "".join(f"<li>{_words(_NUMBER.sub('', step))}</li>" for step in steps)
    return f"<p>{_words(before)}</p><ol>{items}</ol>" + (f"<p>{_words('Every ' + after)}</p>" if after else "")


def _quick_start(document: dict[str, Any], base: str) -> str:
    """The first example as a command, to be pasted into a shell."""
    examples = document["paths"]["/api/v1/sequences"]["post"]["requestBody"]["content"]["application/json"].get("examples", {})
    body = json.dumps(next(iter(examples.values()))["value"], indent=2, ensure_ascii=False) if examples else "{}"
    command = f'curl -X POST {base}/api/v1/sequences \\\n  -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\\n  -d {shlex.quote(body)}'
    return f"<pre>{escape(command, quote=False)}</pre>"


def _group(path: str) -> str:
    """The heading that a path stands under."""
    if "/frames/" in path:
        return _GROUPS["frames"]
    part = path.removeprefix("/api/v1").strip("/").partition("/")[0]
    return _GROUPS.get(part, part.capitalize())


def _operation(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    parts = [
        f'<details id="{escape(operation["operationId"])}"><summary><b class="{method}">{method}</b><code>{escape(path)}</code>'
        f"<span>{escape(operation['summary'])}</span></summary><div>"
    ]
    if words := operation.get("description"):
        parts.append(f"<p>{_words(words)}</p>")
    scope = operation.get("x-scope")
    needs = "No key needed." if scope is None else "Needs a session." if scope == "session" else f"Scope: <code>{escape(scope)}</code>"
    parts.append(f"<p class=soft>{needs}</p>")
    if rows := [(f"{item['name']} ({item['in']})", _kind(item["schema"]), item.get("description", "")) for item in operation.get("parameters", [])]:
        parts.append(_table(("parameter", "type", ""), rows))
    if body := operation.get("requestBody"):
        content = body["content"]["application/json"]
        parts.append(_fields(_follow(content["schema"], schemas)))
        parts.extend(f"<pre>{escape(json.dumps(example['value'], indent=2, ensure_ascii=False))}</pre>" for example in content.get("examples", {}).values())
    rows = [(status, _kind(_content(answer)), answer["description"]) for status, answer in operation["responses"].items()]
    parts.append(_table(("answer", "body", ""), rows))
    return "".join([*parts, "</div></details>"])


def _schema(name: str, schema: dict[str, Any]) -> str:
    """One of the document's schemas."""
    words = f"<p>{_words(schema['description'])}</p>" if schema.get("description") else ""
    inner = _fields(schema) if schema.get("properties") else f"<p>{_kind(schema)}</p>"
    return f'<details id="{escape(name)}"><summary class=plain><code>{escape(name)}</code></summary><div>{words}{inner}</div></details>'


def _fields(schema: dict[str, Any]) -> str:
    required = set(schema.get("required", ()))
    rows = [(name + (" *" if name in required else ""), _kind(field), field.get("description", "")) for name, field in schema.get("properties", {}).items()]
    return _table(("field (* required)", "type", ""), rows)


def _content(answer: dict[str, Any]) -> dict[str, Any]:
    for media, content in answer.get("content", {}).items():
        return content["schema"] if media == "application/json" else {"type": media}
    return {}


def _follow(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    return schemas[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema


def _kind(schema: dict[str, Any]) -> str:
    """A schema in a few words, as HTML: names of schemas lead to them."""
    if "$ref" in schema:
        name = escape(str(schema["$ref"]).rsplit("/", 1)[1])
        return f'<a href="#{name}">{name}</a>'
    if "enum" in schema or "const" in schema:
        return " · ".join(escape(str(value)) for value in schema.get("enum", [schema.get("const")]))
    if "anyOf" in schema:
        return " or ".join(_kind(part) for part in schema["anyOf"] if part.get("type") != "null")
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"by name: {_kind(schema['additionalProperties'])}"
    words = escape(str(schema.get("type", "")))
    low, high = schema.get("minimum", schema.get("minLength")), schema.get("maximum", schema.get("maxLength"))
    if low is not None or high is not None:
        words += f" {low if low is not None else ''}..{high if high is not None else ''}"
    return words


def _table(head: tuple[str, ...], rows: list[tuple[str, str, str]]) -> str:
    """A table of (text, HTML, text with code in backticks)."""
    heading = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(f"<tr><td><code>{escape(first)}</code></td><td>{second}</td><td>{_words(third)}</td></tr>" for first, second, third in rows)
    return f'<div class="wide"><table><thead><tr>{heading}</tr></thead><tbody>{body}</tbody></table></div>'
