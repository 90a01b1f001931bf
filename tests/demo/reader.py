"""The tester's words for the demo page: what a reader of it sees, types and presses."""

import re
from typing import Any

from playwright.async_api import Browser, Locator, Page, expect

from bot.web.demo_stage import Channel

PATIENCE_MILLISECONDS = 10_000
_MOST_TABS = 120


class Reader:
    """`faults` are the page's own errors, `requested` every address that the page asked for."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.page: Page
        self.faults: list[str] = []
        self.requested: list[str] = []

    async def opens(
        self,
        url: str,
        *,
        locale: str = "es-MX",
        width: int = 1440,
        height: int = 900,
        dark: bool = False,
        calm: bool = True,
    ) -> Page:
        context = await self._browser.new_context(
            locale=locale,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce" if calm else "no-preference",
        )
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        expect.set_options(timeout=PATIENCE_MILLISECONDS)
        self.page = await context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._hear)
        self.page.on("request", lambda request: self.requested.append(request.url))
        await self.page.goto(f"{url}/demo")
        await expect(self.page.locator(".who")).not_to_have_count(0)
        return self.page

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    async def leave(self) -> None:
        for context in self._browser.contexts:
            await context.close()

    def phone(self, channel: Channel) -> "ShownPhone":
        return ShownPhone(self.page, channel)

    async def picks(self, name: str) -> None:
        await self.page.locator(".who").filter(has_text=name).click()

    def unread(self, name: str) -> Locator:
        return self.page.locator(".who").filter(has_text=name).locator(".badge")

    async def tabs_to(self, what: str) -> None:
        """Press Tab until the focus is on the control of that name, or of that selector."""
        for _ in range(_MOST_TABS):
            if await self.page.evaluate(_IS_FOCUSED, what):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"no Tab leads to {what!r}")


_IS_FOCUSED = """what => {
  const focused = document.activeElement;
  const name = focused.getAttribute("aria-label") ?? focused.textContent.trim();
  const isSelector = /^[.#\\[]/.test(what);
  return isSelector ? focused.matches(what) : name.startsWith(what) && focused !== document.body;
}"""


class ShownPhone:
    """One of the two phones on the page."""

    def __init__(self, page: Page, channel: Channel) -> None:
        self.page = page
        self.root = page.locator(f"#phone-{channel}")
        self.field = self.root.locator("textarea")
        self.bubbles = self.root.locator(".bubble")
        self.heard = self.root.locator(".bubble.bot")
        self.chips = self.root.locator(".chip")

    async def types(self, text: str) -> None:
        await self.field.click()
        await self.page.keyboard.type(text)
        await self.page.keyboard.press("Enter")

    async def says(self, text: str, answer: str) -> None:
        """Type a text, and wait for an answer to it that holds those words."""
        count = await self.heard.count()
        await self.types(text)
        await self.hears(answer, after=count)

    async def hears(self, words: str, after: int = 0) -> None:
        fresh = self.root.locator(f".bubble.bot:nth-child(n+{after + 1})")
        await expect(fresh.filter(has_text=words).last).to_be_visible()

    def button(self, label: str) -> Locator:
        """The shown button whose label begins so."""
        return self.root.get_by_role("button", name=re.compile(f"^{re.escape(label)}"))
