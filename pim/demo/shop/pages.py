"""The pages: everything, one category, one product, and the page that is not there."""

from __future__ import annotations

from html import escape
from urllib.parse import quote, urlencode

from pim.demo.shop import sheet_view as view
from pim.demo.shop.markup import clean
from pim.demo.shop.sheet_view import Sheet
from pim.demo.shop.store import Store
from pim.demo.shop.words import LANGUAGES, word

DEFAULT_LOCALE = "en_US"


def page(
    store: Store,
    name: str,
    locale: str,
    rest: list[str],
    query: dict[str, str],
    *,
    base: str = "",
    channel: str = "",
) -> tuple[int, str]:
    """(status, HTML). `base`: what stands before the locale in the addresses of this channel's pages."""
    # Read before the sheets: a change in between is then seen as news by the page, never missed.
    version = store.version()
    known = locale in LANGUAGES
    locale = locale if known else DEFAULT_LOCALE
    root = f"{base}/{locale}"
    sheets = store.sheets()
    status, heading, body, category = 404, word("missing_page", locale), "", None
    if known and not rest:
        category = query.get("category", "")
        status, heading, body = 200, name, home(sheets, locale, root, category)
    elif known and len(rest) == 2 and rest[0] == "p":
        sheet = next((sheet for sheet in sheets if sheet.get("sku") == rest[1]), None)
        if sheet:
            status, heading, body = 200, view.title(sheet, locale), product(sheet, sheets, locale, root)
        else:
            heading = word("gone", locale)
    if status == 404:
        back = f'<a class="button" href="{root}/">{escape(word("home", locale))}</a>'
        body = f'<div class="empty"><h1>{escape(heading)}</h1>{back}</div>'
    tail = (
        f"p/{quote(rest[1])}"
        if len(rest) == 2
        else (f"?{urlencode({'category': category})}" if category else "")
    )
    return status, frame(
        name,
        heading,
        body,
        navigation(sheets, locale, root, category),
        locale,
        tail,
        version,
        base=base,
        channel=channel,
    )


def frame(
    name: str,
    heading: str,
    body: str,
    menu: str,
    locale: str,
    tail: str,
    version: int,
    *,
    base: str,
    channel: str,
) -> str:
    root = f"{base}/{locale}"
    language = LANGUAGES[locale][0]
    switch = "".join(
        f'<li><a href="{base}/{code}/{tail}" lang="{short}" hreflang="{short}"{" aria-current=true" if code == locale else ""}>{label}</a></li>'
        for code, (short, label) in LANGUAGES.items()
    )
    shown = heading if heading == name else f"{heading} – {name}"
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(shown)}</title>
<link rel="icon" href="/static/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/shop.css">
<script src="/static/shop.js" defer></script>
</head>
<body data-version="{version}" data-channel="{escape(channel)}" data-updated="{escape(word("updated", locale))}">
<a class="skip" href="#content">{escape(word("skip", locale))}</a>
<header class="top">
<a class="brand" href="{root}/"><img src="/static/mark.svg" alt="" width="34" height="34"><span>{escape(name)}</span></a>
<nav class="languages" aria-label="{escape(word("language", locale))}"><ul>{switch}</ul></nav>
</header>
<nav class="menu" aria-label="{escape(word("categories", locale))}">{menu}</nav>
<main id="content" tabindex="-1">{body}</main>
<footer><p>{escape(word("footer", locale))}</p></footer>
<p class="news" role="status" aria-live="polite"></p>
</body>
</html>
"""


def places(sheet: Sheet, locale: str, depth: int = 1) -> list[tuple[str, str]]:
    """The shelves of this product at a depth of the category tree: (key, label), the key being the English label."""
    found = []
    for category in sheet.get("categories") or []:
        keys, labels = view.path(category, DEFAULT_LOCALE), view.path(category, locale)
        if labels:
            place = min(depth, len(labels) - 1)
            found.append((keys[place], labels[place]))
    return list(dict.fromkeys(found))


def shelves(sheets: list[Sheet], locale: str, depth: int = 1) -> dict[str, tuple[str, list[Sheet]]]:
    """Key → (label, one sheet for each card)."""
    found: dict[str, tuple[str, list[Sheet]]] = {}
    seen: set[tuple[str, str]] = set()
    for sheet in sheets:
        for key, label in places(sheet, locale, depth) or [("", word("all", locale))]:
            shelf = found.setdefault(key, (label, []))
            if (key, view.card_group(sheet)) not in seen:
                seen.add((key, view.card_group(sheet)))
                shelf[1].append(sheet)
    return found


def navigation(sheets: list[Sheet], locale: str, root: str, chosen: str | None) -> str:
    entries = [
        ("", word("all", locale)),
        *((key, label) for key, (label, _rows) in shelves(sheets, locale).items() if key),
    ]
    return "<ul>" + "".join(
        f'<li><a href="{root}/{"?" + urlencode({"category": key}) if key else ""}"{" aria-current=page" if key == chosen else ""}>{escape(label)}</a></li>'
        for key, label in entries
    ) + "</ul>"  # fmt: skip


def home(sheets: list[Sheet], locale: str, root: str, category: str) -> str:
    if not sheets:
        return (
            f'<div class="empty"><h1>{escape(word("empty", locale))}</h1>'
            f"<p>{escape(word('empty_hint', locale))}</p></div>"
        )
    family: dict[str, int] = {}
    for sheet in sheets:
        family[view.card_group(sheet)] = family.get(view.card_group(sheet), 0) + 1
    found = shelves(sheets, locale, 1 if category else 0)
    out = []
    if not category:
        total = f"{len(sheets)} {word('product' if len(sheets) == 1 else 'products', locale)}"
        out.append(
            f'<section class="hero"><h1>{escape(word("claim", locale))}</h1>'
            f'<p>{escape(word("intro", locale))}</p><p class="count">{escape(total)}</p></section>'
        )
    for key, (label, rows) in found.items():
        if category and key != category:
            continue
        level = "h1" if category else "h2"
        cards = "".join(card(sheet, locale, root, family[view.card_group(sheet)]) for sheet in rows)
        out.append(
            f'<section class="shelf"><{level}>{escape(label)}</{level}><ul class="grid">{cards}</ul></section>'
        )
    if category and category not in found:
        out.append(f'<div class="empty"><h1>{escape(word("empty", locale))}</h1></div>')
    return "".join(out)


def address(sheet: Sheet, root: str) -> str:
    return f"{root}/p/{quote(str(sheet.get('sku', '')))}"


def card(sheet: Sheet, locale: str, root: str, members: int) -> str:
    own = view.variants(sheet)
    count = max(members, len(own))
    color = view.field(sheet, "color", locale)
    told = [view.written(color, locale)] if color else []
    told += [f"{count} {word('variants', locale)}"] if count > 1 else []
    more = f'<p class="more">{escape(" · ".join(told))}</p>' if told else ""
    cost = view.prices(sheet, locale) or (view.prices(own[0], locale) if own else [])
    price = f'<p class="price">{escape(cost[0])}</p>' if cost else ""
    # The name without colour and size where the channel sends it: the line below tells them.
    name = str(view.field(sheet, "name", locale) or view.title(sheet, locale))
    return (
        f'<li class="card"><div class="picture">{view.picture_tag(sheet, locale, decorative=True)}</div>'
        f'<h3><a href="{address(sheet, root)}">{escape(name)}</a></h3>{more}{price}</li>'
    )


def product(sheet: Sheet, sheets: list[Sheet], locale: str, root: str) -> str:
    trail = [f'<li><a href="{root}/">{escape(word("home", locale))}</a></li>']
    trail += [
        f'<li><a href="{root}/?{urlencode({"category": key})}">{escape(label)}</a></li>'
        for key, label in places(sheet, locale)[:1]
    ]
    thumbs = "".join(
        f"<li>{view.picture_tag(sheet, locale, place=place)}</li>"
        for place in range(1, len(view.pictures(sheet, locale)))
    )
    short = view.field(sheet, "short_description", locale)
    text = view.field(sheet, "description", locale)
    costs = view.prices(sheet, locale)
    rows = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td>{escape(value)}</td></tr>'
        for label, value in view.table(sheet, locale)
    )
    price = ""
    if costs:
        others = "".join(f" <span>{escape(cost)}</span>" for cost in costs[1:])
        price = f'<p class="cost"><strong>{escape(costs[0])}</strong>{others}</p><p class="net">{escape(word("net", locale))}</p>'
    return f"""<nav class="trail" aria-label="{escape(word("categories", locale))} – {escape(view.title(sheet, locale))}"><ol>{"".join(trail)}</ol></nav>
<article class="product">
<div class="gallery"><div class="picture">{view.picture_tag(sheet, locale)}</div>{f'<ul class="thumbs">{thumbs}</ul>' if thumbs else ""}</div>
<div class="facts">
<h1>{escape(view.title(sheet, locale))}</h1>
{f'<p class="lead">{escape(str(short))}</p>' if short else ""}
{price}
{siblings(sheet, sheets, locale, root)}
<p class="sku">{escape(word("article", locale))} {escape(str(sheet.get("sku", "")))}</p>
</div>
<section class="text"><h2>{escape(word("description", locale))}</h2>{clean(str(text)) if text else ""}</section>
<section class="data"><h2>{escape(word("details", locale))}</h2><table><tbody>{rows}</tbody></table></section>
</article>"""


def siblings(sheet: Sheet, sheets: list[Sheet], locale: str, root: str) -> str:
    """Links to the other variants, or the list of those inside the sheet."""
    inside = view.variants(sheet)
    if inside:
        entries = "".join(
            f"<li><span>{escape(view.variant_name(entry, locale))}"
            f"{' · ' + escape(view.prices(entry, locale)[0]) if view.prices(entry, locale) else ''}</span></li>"
            for entry in inside
        )
    else:
        same = [other for other in sheets if view.group(other) == view.group(sheet)]
        if len(same) < 2:
            return ""
        entries = "".join(
            f'<li><a href="{address(other, root)}"{" aria-current=page" if other is sheet else ""}>{escape(view.variant_name(other, locale))}</a></li>'
            for other in same
        )
    return f'<div class="variants"><h2>{escape(word("choose", locale))}</h2><ul>{entries}</ul></div>'
