"""The page itself: what it shows of a bot's lines, how it is used, and the rules it holds to."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from bot.channels.telegram_updates import ALLOWED
from bot.simulators.telegram import Person
from bot.web.demo import Insight
from handlers.conversation.messages import Button
from tests.demo.conftest import Scripted
from tests.demo.reader import Reader

pytestmark = pytest.mark.browser

CHEAP = "a" * 100
DEAR = f"{'a' * 100} á"


async def test_an_sms_shows_what_it_cost_and_what_made_it_dearer(
    scripted: Scripted, reader: Reader
) -> None:
    page = await reader.opens(scripted.url)
    sms = reader.phone("sms")
    await scripted.says("Rosa", CHEAP)
    await expect(sms.root.locator(".cost")).to_have_text("1 segmento · GSM-7 · $0.0125")
    await expect(sms.root.locator("mark")).to_have_count(0)
    await scripted.says("Rosa", DEAR)
    await expect(sms.root.locator("mark")).to_have_text("á")
    await expect(sms.root.locator(".cost").nth(1)).to_have_text("2 segmentos · UCS-2 · $0.025")
    await expect(sms.root.locator(".why")).to_have_text("más caro por á")
    await expect(page.locator("#cost")).to_have_text("$0.0375 · 3 segmentos")


async def test_what_the_phone_company_answers_is_free(scripted: Scripted, reader: Reader) -> None:
    await reader.opens(scripted.url, locale="en-US")
    await reader.picks("James")
    sms = reader.phone("sms")
    await sms.types("STOP")
    await sms.hears("You have successfully been unsubscribed")
    await expect(sms.root.locator(".bot .cost")).to_contain_text("free")


async def test_a_pressed_button_spins_until_it_is_answered(
    scripted: Scripted, reader: Reader
) -> None:
    await reader.opens(scripted.url)
    telegram = reader.phone("telegram")
    await telegram.button("Iniciar").click()
    await scripted.says("Lucía", "¿Vienes?", keyboard=((Button("Sí", "yes"), Button("No", "no")),))
    await telegram.button("Sí").click()
    spinner = telegram.root.get_by_role("img", name="esperando al bot")
    await expect(spinner).to_be_visible()
    callback, message = await pressed(scripted)
    await scripted.says(
        "Lucía", "", answer=callback, toast="Anotado", edit=message, edit_text="¿Vienes? Sí"
    )
    await expect(telegram.root.locator(".toast")).to_have_text("Anotado")
    await expect(spinner).to_have_count(0)
    await expect(telegram.heard).to_contain_text("¿Vienes? Sí")
    await expect(telegram.heard.locator("time")).to_contain_text("editado")
    await expect(telegram.root.locator(".inline")).to_have_count(0)


async def pressed(scripted: Scripted) -> tuple[str, int]:
    """Callback id and message of the button that was pressed last."""
    updates: list[dict[str, Any]] = await scripted.stage.telegram.feed.poll(0, 100, 0)
    query = updates[-1]["callback_query"]
    return query["id"], query["message"]["message_id"]


async def test_markup_in_a_message_stays_text(scripted: Scripted, reader: Reader) -> None:
    page = await reader.opens(scripted.url)
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    sms, telegram = reader.phone("sms"), reader.phone("telegram")
    await sms.types(hostile)
    await scripted.says("Rosa", hostile)
    await telegram.button("Iniciar").click()
    await scripted.says("Lucía", hostile, keyboard=((Button(hostile, "x"),),))
    await expect(sms.heard).to_contain_text(hostile)
    await expect(telegram.heard.locator("p")).to_have_text(hostile)
    await expect(telegram.root.locator(".inline button")).to_have_text(hostile)
    await expect(page.locator(".phones img, .phones script")).to_have_count(0)


async def test_strange_characters_do_no_harm(scripted: Scripted, reader: Reader) -> None:
    await reader.opens(scripted.url)
    rosa = scripted.actor("Rosa").phone
    assert not isinstance(rosa, Person)
    await rosa.texts("a\0b\ud800c\u202eabc" + "ñ" * 10_000)
    sms = reader.phone("sms")
    await expect(sms.bubbles).to_contain_text("a�b�c")
    await expect(sms.bubbles).to_contain_text("ññññ")
    assert await reader.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_last_message_is_edited_with_arrow_up(scripted: Scripted, reader: Reader) -> None:
    await reader.opens(scripted.url)
    telegram = reader.phone("telegram")
    await telegram.button("Iniciar").click()
    await telegram.types("Luci")
    await expect(telegram.bubbles).to_have_count(2)
    await reader.page.keyboard.press("ArrowUp")
    await expect(telegram.root.locator(".editing")).to_be_visible()
    await expect(telegram.field).to_have_value("Luci")
    await telegram.field.press("End")
    await reader.page.keyboard.type("a")
    await reader.page.keyboard.press("Enter")
    await expect(telegram.bubbles.last).to_contain_text("Lucia")
    await expect(telegram.bubbles.last).to_contain_text("editado")
    await expect(telegram.bubbles).to_have_count(2)


async def test_a_bot_that_was_blocked_can_be_unblocked(scripted: Scripted, reader: Reader) -> None:
    await reader.opens(scripted.url)
    telegram = reader.phone("telegram")
    await telegram.button("Iniciar").click()
    await telegram.root.locator(".more").click()
    await telegram.button("Bloquear al bot").click()
    await expect(telegram.field).to_be_hidden()
    await telegram.button("Desbloquear al bot").click()
    await expect(telegram.field).to_be_visible()


async def test_everything_a_phone_can_send_is_shown(scripted: Scripted, reader: Reader) -> None:
    await reader.opens(scripted.url)
    telegram = reader.phone("telegram")
    await telegram.button("Iniciar").click()
    for count, kind in enumerate(("Foto", "Sticker", "Nota de voz", "Ubicación", "Contacto"), 2):
        await telegram.root.locator(".attach").click()
        await telegram.button(kind).click()
        await expect(telegram.bubbles).to_have_count(count)
    sms = reader.phone("sms")
    await sms.root.locator(".attach").click()
    await sms.button("Foto").click()
    await expect(sms.bubbles).to_contain_text("Foto")


async def test_a_panel_of_the_phone_works_by_keyboard(scripted: Scripted, reader: Reader) -> None:
    page = await reader.opens(scripted.url)
    telegram = reader.phone("telegram")
    await telegram.button("Iniciar").click()
    opener, panel = telegram.root.locator(".attach"), page.locator("#attach-telegram")
    await opener.focus()
    await page.keyboard.press("Enter")
    await expect(opener).to_have_attribute("aria-expanded", "true")
    await expect(panel.locator("button").first).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(panel.locator("button").nth(1)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(opener).to_be_focused()


async def test_someone_new_gets_a_phone_of_their_own(scripted: Scripted, reader: Reader) -> None:
    page = await reader.opens(scripted.url, locale="en-US")
    await page.get_by_role("button", name="New person").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Itzel <b>")
    await dialog.get_by_label("Telegram").check()
    await dialog.get_by_label("Mexico").check()
    await dialog.get_by_role("button", name="Add").click()
    await expect(page.locator("#phone-telegram .facts")).to_contain_text("Itzel <b>")
    await expect(page.locator("#phone-telegram .facts")).to_contain_text("+52")
    await expect(page.locator(".start")).to_be_focused()
    assert len(scripted.stage.actors) == 5


async def test_messages_to_someone_else_are_counted_until_they_are_read(
    scripted: Scripted, reader: Reader
) -> None:
    await reader.opens(scripted.url)
    for text in ("one", "two"):
        await scripted.says("James", text)
    await expect(reader.unread("James")).to_contain_text("2 sin leer")
    await reader.picks("James")
    await expect(reader.unread("James")).to_be_hidden()


async def test_the_arrow_keys_go_through_the_people(scripted: Scripted, reader: Reader) -> None:
    page = await reader.opens(scripted.url)
    await reader.tabs_to("[name=who-sms]")
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("#phone-sms .facts")).to_contain_text("James")
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("#phone-sms .facts")).to_contain_text("Rosa")


async def test_each_person_keeps_their_own_draft(scripted: Scripted, reader: Reader) -> None:
    await reader.opens(scripted.url)
    sms = reader.phone("sms")
    await sms.field.fill("half a sent")
    await reader.picks("James")
    await expect(sms.field).to_have_value("")
    await reader.picks("Rosa")
    await expect(sms.field).to_have_value("half a sent")


async def test_the_page_changes_its_language_and_keeps_it(
    scripted: Scripted, reader: Reader
) -> None:
    page = await reader.opens(scripted.url)
    await scripted.says("Rosa", "Hola, Rosa")
    await page.get_by_role("button", name="English").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator("#caption-sms")).to_have_text("SMS phone")
    await expect(page).to_have_title("Enlace: the demo")
    sms = reader.phone("sms")
    await expect(sms.root.locator(".cost")).to_contain_text("1 segment ·")
    await expect(sms.heard).to_contain_text("Hola, Rosa")
    await expect(sms.field).to_have_attribute("aria-label", "Message from Rosa")
    await page.reload()
    await expect(page.locator("#caption-sms")).to_have_text("SMS phone")


async def test_the_strip_underneath_follows_the_database(
    scripted: Scripted, reader: Reader
) -> None:
    scripted.insight = Insight(received=3, waiting=2, sent=1, languages={"p1": "en"})
    page = await reader.opens(scripted.url)
    await expect(page.locator("#waiting")).to_have_text("2")
    await expect(page.locator("#phone-sms .facts")).to_contain_text("Aquí el bot habla inglés")
    scripted.insight = Insight(received=3, waiting=0, sent=3)
    await expect(page.locator("#waiting")).to_have_text("0")
    await expect(page.locator("#sent")).to_have_text("3")


async def test_suggestions_are_typed_letter_by_letter_unless_motion_is_unwelcome(
    scripted: Scripted, reader: Reader
) -> None:
    typed = """() => { window.typed = []; const field = document.getElementById("text-sms");
      new MutationObserver(() => window.typed.push(field.value)).observe(
        field, { attributes: true }); }"""
    for calm in (True, False):
        page = await reader.opens(scripted.url, calm=calm)
        await page.evaluate(typed)
        await reader.picks("James" if calm else "Rosa")
        await reader.phone("sms").chips.first.click()
        await expect(reader.phone("sms").bubbles).to_have_count(1)
        seen = await page.evaluate("window.typed")
        assert any(text in ("J", "U") for text in seen) is not calm


@pytest.mark.parametrize("width", [360, 390])
async def test_a_small_screen_shows_one_phone_at_a_time(
    scripted: Scripted, reader: Reader, width: int
) -> None:
    page = await reader.opens(scripted.url, width=width, height=740)
    sms, telegram = page.locator("#phone-sms"), page.locator("#phone-telegram")
    await expect(sms).to_be_visible()
    await expect(telegram).to_be_hidden()
    await scripted.says("James", "hello")
    await scripted.says("Rosa", "hola " * 60 + "x" * 200)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.locator("#tab-sms").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#tab-telegram")).to_be_focused()
    await expect(telegram).to_be_visible()
    await expect(sms).to_be_hidden()
    await expect(page.get_by_role("tab", name="SMS")).to_contain_text("sin leer")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


VIEWS = [(1440, 900), (820, 1180), (390, 844)]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("width", "height"), VIEWS)
async def test_words_stand_out_from_what_is_behind_them(
    scripted: Scripted, reader: Reader, width: int, height: int, dark: bool
) -> None:
    page = await reader.opens(scripted.url, width=width, height=height, dark=dark)
    await fill(scripted, reader)
    for channel in ("sms", "telegram") if width < 720 else ("sms",):
        if width < 720:
            await page.locator(f"#tab-{channel}").click()
        assert await page.evaluate(CONTRAST) == []


async def fill(scripted: Scripted, reader: Reader) -> None:
    """A screen with everything on it."""
    rosa, lucia = scripted.actor("Rosa").phone, scripted.actor("Lucía").phone
    assert isinstance(lucia, Person)
    assert not isinstance(rosa, Person)
    await rosa.texts("hola")
    await lucia.starts()
    await scripted.says("Rosa", f"{DEAR} AYUDA")
    await scripted.says("James", "hello")
    await lucia.sends_media("voice")
    await scripted.says("Lucía", "¿Dónde?", ask="location", ask_label="Aquí")
    await scripted.says("Lucía", "¿Vienes?", keyboard=((Button("Sí", "yes"),),))
    await expect(reader.page.locator("#phone-telegram .inline button")).to_have_count(1)
    await expect(reader.page.locator("#phone-sms mark")).to_have_count(1)


# What WCAG 2.2 asks (1.4.3): 4.5, or 3 for large text. Half-transparent colours are blended.
CONTRAST = """() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  const paint = (colours) => {
    brush.clearRect(0, 0, 1, 1);
    for (const colour of colours) { brush.fillStyle = colour; brush.fillRect(0, 0, 1, 1); }
    return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255).map(
      (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const colours = [];
    for (let each = element; each; each = each.parentElement) {
      colours.unshift(getComputedStyle(each).backgroundColor);
    }
    return ["white", ...colours];
  };
  const faults = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const box = element.getBoundingClientRect();
    if (!own || !box.width || element.closest(".unseen, script, svg, .skip")) continue;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const style = getComputedStyle(element);
    const back = behind(element);
    const tones = [light(paint(back)), light(paint([...back, style.color]))].sort((a, b) => b - a);
    const ratio = (tones[0] + 0.05) / (tones[1] + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) {
      faults.push(`${element.className || element.tagName} ${element.textContent.trim()} ${ratio}`);
    }
  }
  return faults;
}"""


async def test_everything_has_a_name_a_role_and_one_place(
    scripted: Scripted, reader: Reader
) -> None:
    page = await reader.opens(scripted.url)
    await fill(scripted, reader)
    assert await page.evaluate(UNNAMED) == []
    ids = await page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))
    assert await page.locator("h1").count() == 1
    assert await page.evaluate(DANGLING) == []
    await expect(page.get_by_role("log", name="Mensajes de Rosa")).to_be_visible()
    await expect(page.get_by_role("group", name="SMS")).to_be_visible()
    await expect(page.get_by_role("radio", name=re.compile("Rosa"))).to_be_checked()
    await expect(page.get_by_role("textbox", name="Mensaje de Lucía")).to_be_visible()
    await expect(page.get_by_role("log", name="Mensajes de Rosa")).to_have_attribute(
        "aria-live", "polite"
    )


UNNAMED = """() => [...document.querySelectorAll(
    "button, input, textarea, [role=group], [role=log]")].filter((e) => {
    const labels = e.labels ? [...e.labels].map((l) => l.textContent).join("") : "";
    const name = e.getAttribute("aria-label") ?? (labels || e.textContent);
    return !name.trim();
  }).map((e) => e.outerHTML.slice(0, 120))"""
DANGLING = """() => ["aria-controls", "aria-labelledby"].flatMap((name) =>
  [...document.querySelectorAll(`[${name}]`)]
    .filter((e) => !document.getElementById(e.getAttribute(name)))
    .map((e) => e.outerHTML.slice(0, 120)))"""


async def test_every_stop_of_the_keyboard_is_seen(scripted: Scripted, reader: Reader) -> None:
    page = await reader.opens(scripted.url)
    await fill(scripted, reader)
    stops: list[dict[str, Any]] = []
    for _ in range(60):
        await page.keyboard.press("Tab")
        stop = await page.evaluate(FOCUS)
        if stop is None or stop["what"] in [each["what"] for each in stops]:
            break
        stops.append(stop)
    assert len(stops) > 15
    assert [stop for stop in stops if not stop["ring"]] == []


FOCUS = """() => {
  const focused = document.activeElement;
  if (focused === document.body) return null;
  const ringed = focused.matches("input[type=radio]") ? focused.closest("label") : focused;
  const style = getComputedStyle(ringed);
  const all = [...document.querySelectorAll("*")];
  return { what: all.indexOf(focused), ring: style.outlineStyle !== "none" &&
    parseFloat(style.outlineWidth) >= 2 };
}"""


async def test_nothing_moves_for_those_who_asked_for_calm(
    scripted: Scripted, reader: Reader
) -> None:
    page = await reader.opens(scripted.url, calm=True)
    await scripted.says("Rosa", "hola")
    await expect(page.locator("#phone-sms .bubble.arrives")).to_have_count(1)
    moving = "document.getAnimations().map((each) => each.animationName ?? each.transitionProperty)"
    assert await page.evaluate(moving) == []


def test_the_bot_hears_of_every_kind_of_act_on_the_page() -> None:
    assert {"message", "edited_message", "callback_query", "my_chat_member"} <= set(ALLOWED)
