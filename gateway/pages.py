"""The pages of who is signed in: plain HTML of our own that works without JavaScript and asks nothing of anybody else."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from html import escape

from starlette.responses import HTMLResponse

from farm.store import Key
from gateway.route import SCOPES

_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
}
_MEANINGS = {
    "stories:generate": "make films and register faces: spends credits",
    "stories:read": "see stories, jobs and credits",
    "assets:read": "see characters, scenes, items and clips",
}

_STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--line:#d9dee5;--paper:#f6f7f9;--card:#fff;--act:#1d4ed8;--on:#fff;--bad:#b42318;--good:#0b6e4f}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf2;--soft:#9aa6b5;--line:#2b3442;--paper:#10151c;--card:#171e28;--act:#86a8ff;--on:#0c1220;
  --bad:#ff8a80;--good:#4cc49a}
}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
header{display:flex;gap:.6rem 1.2rem;align-items:center;flex-wrap:wrap;padding:.8rem 1.25rem;border-bottom:1px solid var(--line);background:var(--card)}
header b{margin-right:auto;font-size:1.1rem}
header span{color:var(--soft)}
main{max-width:58rem;margin:0 auto;padding:1.5rem 1.25rem 5rem}
main.narrow{max-width:26rem;padding-top:8vh}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .5rem}
h2{font-size:1.15rem;margin:2rem 0 .6rem}
p{margin:.4rem 0 1rem;max-width:44rem}
.soft{color:var(--soft)}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1.1rem 1.25rem;margin:1rem 0}
.card>:first-child{margin-top:0}
.card>p:first-child{margin-bottom:.8rem}
label.field{display:block;font-weight:600;margin:.8rem 0 .2rem}
input[type=text],input[type=email],input[type=password]{width:100%;font:inherit;padding:.55rem .7rem;border:1px solid var(--soft);border-radius:6px;
  background:var(--paper);color:var(--ink)}
label.tick{display:flex;gap:.5rem;align-items:baseline;margin:.3rem 0}
fieldset{border:0;padding:0;margin:1rem 0}
legend{font-weight:600;padding:0}
button{font:inherit;font-weight:600;padding:.5rem 1rem;border-radius:6px;border:1px solid var(--act);background:var(--act);color:var(--on);cursor:pointer}
button.quiet{background:none;color:var(--ink);border-color:var(--line)}
button.end{background:none;color:var(--bad);border-color:var(--bad);padding:.25rem .7rem;font-weight:500}
:focus-visible{outline:3px solid var(--act);outline-offset:2px}
.bad,.good{border-left:4px solid var(--bad);padding:.6rem .9rem;background:var(--card);border-radius:4px}
.good{border-color:var(--good)}
.bad{max-width:none}
code{font:15px/1.5 ui-monospace,monospace}
.key{display:block;padding:.7rem .9rem;margin:.6rem 0;background:var(--paper);border:1px solid var(--line);border-radius:6px;
  overflow-wrap:anywhere;user-select:all}
.list{padding:.3rem 1.25rem}
.list p{margin:.6rem 0}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
td,th{text-align:left;vertical-align:top;border-top:1px solid var(--line);padding:.6rem .9rem .6rem 0}
th{color:var(--soft);font-weight:600;border-top:0}
td.word{overflow-wrap:anywhere;min-width:7rem}
tr.over td{color:var(--soft)}
td{white-space:nowrap}
td.word{white-space:normal}
td:last-child{padding-right:0;text-align:right}
@media(max-width:44rem){thead{display:none}
  td,td:last-child{display:block;border:0;padding:.15rem 0;text-align:left}
  tr{display:block;border-top:1px solid var(--line);padding:.6rem 0}
  tbody tr:first-child{border:0}
  td:first-child{font-weight:600}
  header form{margin-left:auto}
}
a{color:var(--act)}
"""


def sign_in_page(*, email: str = "", problem: str | None = None, status: int = 200) -> HTMLResponse:
    """The page on which one signs in; `problem` says why the last attempt failed."""
    body = (
        '<main class="narrow"><h1>Storyfarm</h1><p class="soft">Sign in to manage your team\'s API keys.</p>'
        f"{_problem(problem)}"
        '<form class="card" method="post" action="/sign-in">'
        '<label class="field" for="email">E-mail address</label>'
        f'<input id="email" name="email" type="email" autocomplete="username" required maxlength="254" value="{escape(email)}"'
        f"{'' if email else ' autofocus'}>"
        '<label class="field" for="password">Password</label>'
        f'<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="200"{" autofocus" if email else ""}>'
        "<p></p><button>Sign in</button></form>"
        '<p class="soft">No account, or a forgotten password? Whoever runs this farm can help.</p></main>'
    )
    return _page("Sign in", body, status)


def keys_page(
    user: str,
    keys: Iterable[Key],
    *,
    made: Iterable[Key] = (),
    problem: str | None = None,
    name: str = "",
    chosen: Collection[str] = SCOPES,
    status: int = 200,
) -> HTMLResponse:
    """The team's API keys; those of `made` have just been created and are shown in full. `name` and `chosen` are what the form holds."""
    known = list(keys)
    rows = "".join(_row(key) for key in sorted(known, key=lambda key: key.revoked_at is not None))
    table = (
        f'<div class="wide"><table><thead><tr><th>Name</th><th>Key</th><th>Scopes</th><th>Created</th><th></th></tr></thead><tbody>{rows}</tbody></table></div>'
        if known
        else '<p class="soft">There are none yet.</p>'
    )
    ticks = "".join(
        f'<label class="tick"><input type="checkbox" name="scopes" value="{scope}"{" checked" if scope in chosen else ""}><span><code>{scope}</code> '
        f'<span class="soft">{_MEANINGS[scope]}</span></span></label>'
        for scope in SCOPES
    )
    shown = "".join(
        f'<div class="card good" role="status"><b>The key “{escape(one.name)}”. Copy it now: it is not shown again.</b>'
        f'<code class="key">{escape(one.key)}</code>'
        '<span class="soft">Send it with every request as <code>Authorization: Bearer …</code>; keep it out of pages and public repositories.</span></div>'
        for one in made
    )
    body = (
        f'<header><b>Storyfarm</b><a href="/docs">API reference</a><span>{escape(user)}</span>'
        '<form method="post" action="/sign-out"><button class="quiet">Sign out</button></form></header>'
        '<main><h1>API keys</h1><p class="soft">Programs call the farm with a key. A key sees your team\'s stories only; a revoked one ends at once.</p>'
        f"{_problem(problem)}{shown}"
        f'<h2>Create a key</h2><form class="card" method="post" action="/api-keys"><label class="field" for="name">Name</label>'
        f'<input id="name" name="name" type="text" required maxlength="200" placeholder="What it is for, such as Production" value="{escape(name)}">'
        f"<fieldset><legend>Scopes</legend>{ticks}</fieldset><button>Create key</button></form>"
        f'<h2>Your team\'s keys</h2><div class="card list">{table}</div>'
        '<h2>Your sessions</h2><form class="card" method="post" action="/sign-out-everywhere"><p class="soft">A lost laptop, a borrowed browser? '
        "This ends every session of yours, here too. Keys stay as they are.</p>"
        '<button class="quiet">Sign out everywhere</button></form></main>'
    )
    return _page("API keys", body, status)


def _row(key: Key) -> str:
    when = datetime.fromtimestamp(key.created_at, UTC).strftime("%Y-%m-%d")
    if key.revoked_at is not None:
        last = f"revoked {datetime.fromtimestamp(key.revoked_at, UTC).strftime('%Y-%m-%d')}"
    else:
        last = (
            f'<form method="post" action="/api-keys/{escape(key.id)}/revoke"><button class="end" aria-label="Revoke {escape(key.name)}">Revoke</button></form>'
        )
    return (
        f'<tr{" class=over" if key.revoked_at is not None else ""}><td class="word">{escape(key.name)}</td><td><code>{escape(key.prefix)}…</code></td>'
        f"<td>{'<br>'.join(f'<code>{escape(scope)}</code>' for scope in key.scopes)}</td><td>{when}</td><td>{last}</td></tr>"
    )


def _problem(text: str | None) -> str:
    return f'<p class="bad" role="alert">{escape(text[:1].upper() + text[1:])}.</p>' if text else ""


def _page(title: str, body: str, status: int) -> HTMLResponse:
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} · Storyfarm</title><style>{_STYLE}</style></head><body>"
    )
    return HTMLResponse(f"{head}{body}</body></html>", status_code=status, headers=_HEADERS)
