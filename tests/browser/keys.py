"""A person at the keyboard, who must see at every stop where they are."""

from __future__ import annotations

from playwright.sync_api import Page

MOST_STOPS = 260
# What has the focus, whether that shows, and whether anything lies over it.
LOOK = """() => {
    const it = document.activeElement;
    if (!it || it === document.body) return null;
    // A box that is hidden for the eye shows its focus on the label around it.
    // The list's search box is as wide as what is typed: the whole control shows the focus.
    let seen = it.closest('.select2-container') ?? it;
    const size = it.getBoundingClientRect();
    if (size.width <= 2 || size.height <= 2) seen = it.closest('label') ?? it.parentElement;
    const shows = (element, pseudo) => {
        const style = getComputedStyle(element, pseudo);
        return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 && style.outlineColor !== 'rgba(0, 0, 0, 0)')
            || (style.boxShadow !== 'none' && !/^(rgba\\(0, 0, 0, 0\\)[^,]*,? ?)+$/.test(style.boxShadow));
    };
    let ring = false;
    for (let element = seen, up = 0; element && up < 3; element = element.parentElement, up += 1) ring ||= shows(element) || shows(element, '::after') || shows(element, '::before');
    const box = seen.getBoundingClientRect();
    const points = [];
    for (const x of [0.04, 0.3, 0.5, 0.7, 0.96]) for (const y of [0.1, 0.5, 0.9]) points.push([box.left + box.width * x, box.top + box.height * y]);
    let over = '';
    const clear = points.some(([x, y]) => {
        const top = document.elementFromPoint(x, y);
        over = top ? `${top.tagName.toLowerCase()}.${top.className} at ${Math.round(x)}, ${Math.round(y)}` : `the window's edge at ${Math.round(x)}, ${Math.round(y)}`;
        return top && (seen.contains(top) || top.contains(seen) && !['fixed', 'sticky'].includes(getComputedStyle(top).position));
    });
    const name = it.getAttribute('aria-label') || it.labels?.[0]?.innerText || it.innerText || it.value || '';
    return {what: `${it.tagName.toLowerCase()}${it.type ? '[' + it.type + ']' : ''} ${name.trim().replace(/\\s+/g, ' ').slice(0, 60)}`, ring, clear, over};
}"""


class Keyboard:
    """`trouble` lists every stop at which the focus could not be seen."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.trouble: list[str] = []
        self.stops = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def to(self, selector: str, *, text: str = "", back: bool = False) -> None:
        """Tabs until what matches has the focus; looks at each stop on the way."""
        way: list[str] = []
        for _stop in range(MOST_STOPS):
            self.press("Shift+Tab" if back else "Tab")
            way.append(self._look())
            if self.is_at(selector, text):
                return
        raise AssertionError(f"Tab never came to {selector} {text!r}: {way[-25:]}")

    def activate(self, selector: str, *, text: str = "", key: str = "Enter") -> None:
        self.to(selector, text=text)
        self.press(key)

    def is_at(self, selector: str, text: str = "") -> bool:
        return bool(
            self.page.evaluate(
                "([selector, text]) => { const it = document.activeElement; return it.matches(selector) && "
                "(!text || (it.getAttribute('aria-label') ?? it.innerText ?? '').includes(text)); }",
                [selector, text],
            )
        )

    def _look(self) -> str:
        """The ring may fade in, and scrolling into view may take a moment: a second look decides."""
        seen = self.page.evaluate(LOOK)
        if seen is None:
            return "(the page)"
        self.stops += 1
        if not (seen["ring"] and seen["clear"]):
            self.page.wait_for_timeout(350)
            seen = self.page.evaluate(LOOK) or seen
        if not (seen["ring"] and seen["clear"]):
            self.page.wait_for_timeout(1500)  # a busy machine may not have scrolled yet
            seen = self.page.evaluate(LOOK) or seen
        over = f"{seen['over']} lies over"
        for fault, holds in (("no focus is seen on", seen["ring"]), (over, seen["clear"])):
            if not holds:
                self.trouble.append(f"{self.page.url.partition('/admin')[2]}: {fault} {seen['what']}")
        return str(seen["what"])
