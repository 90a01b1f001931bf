"""Real sign-ups on the demo's phones, by the real bot, as somebody at the page would do them."""

import pytest
from playwright.async_api import expect

from tests.demo.conftest import Demo
from tests.demo.reader import Reader

pytestmark = pytest.mark.browser


async def test_rosa_signs_up_in_spanish_by_typing_text_messages(demo: Demo, reader: Reader) -> None:
    await reader.opens(demo.url)
    sms = reader.phone("sms")
    await sms.says("UNIRME", "Hacer voluntariado")
    await sms.says("2", "¿Cómo te llamas?")
    await sms.says("Rosa", "(ZIP)")
    await sms.says("60608", "¿Qué ofreces?")
    await sms.says("1 3", "¿Cuando puedes ayudar?")
    await sms.says("1 4", "¿Qué idiomas hablas?")
    await sms.says("1 2", "Chicago, IL")
    await sms.says("sí", "Ya eres parte, Rosa")
    await expect(sms.root.locator(".facts")).to_contain_text("ES")
    await expect(sms.root.locator(".facts")).to_contain_text("contestó en")
    await expect(sms.root.locator(".cost").nth(1)).to_contain_text("segmento")
    await expect(reader.page.locator("#waiting")).to_have_text("0")
    await expect(reader.page.locator("#received")).to_have_text("8")


async def test_rosa_signs_up_by_taking_suggestions_alone(demo: Demo, reader: Reader) -> None:
    await reader.opens(demo.url, calm=False)
    sms = reader.phone("sms")
    for suggestion, answer in [
        ("UNIRME", "¿Como quieres participar?"),
        ("2", "¿Cómo te llamas?"),
        ("Rosa", "(ZIP)"),
        ("60608", "¿Qué ofreces?"),
        ("1 3", "¿Cuando puedes ayudar?"),
        ("1 3", "¿Qué idiomas hablas?"),
        ("1 3", "Rosa"),
        ("SI", "Ya eres parte, Rosa"),
    ]:
        count = await sms.heard.count()
        await sms.root.get_by_role("button", name=suggestion, exact=True).click()
        await sms.hears(answer, after=count)


async def test_dev_signs_up_in_english_on_telegram_with_the_keyboard_alone(
    demo: Demo, reader: Reader
) -> None:
    page = await reader.opens(demo.url, locale="en-US")
    telegram = reader.phone("telegram")
    press = page.keyboard.press

    await reader.tabs_to("[name=who-telegram]")
    await press("ArrowDown")
    await reader.tabs_to("Start")
    await press("Enter")
    await telegram.hears("How would you like to take part?")
    await reader.tabs_to("Volunteer")
    await press("Enter")
    await telegram.hears("What should we call you?")
    await reader.tabs_to("#text-telegram")
    await page.keyboard.type("Dev")
    await press("Enter")
    await telegram.hears("Where are you?")
    await page.keyboard.type("Chicago, Illinois")
    await press("Enter")
    await telegram.hears("What can you offer?")
    for question, choice in [
        ("What can you offer?", "Interpreting"),
        ("When can you help?", "Weekday mornings"),
        ("Which languages?", "English"),
    ]:
        await telegram.hears(question)
        await page.keyboard.press("Shift+Tab")
        await reader.tabs_to(choice)
        await press("Enter")
        await expect(telegram.button(f"✅ {choice}")).to_be_focused()
        await reader.tabs_to("Done")
        await press("Enter")
    await telegram.hears("Chicago, IL")
    await reader.tabs_to("Yes")
    await press("Enter")
    await telegram.hears("You're in, Dev")


async def test_two_people_on_one_page_do_not_mix(demo: Demo, reader: Reader) -> None:
    await reader.opens(demo.url)
    sms = reader.phone("sms")
    await sms.says("UNIRME", "participar")
    await sms.says("2", "¿Cómo te llamas?")
    await reader.picks("James")
    await expect(sms.bubbles).to_have_count(0)
    await sms.says("JOIN", "How would you like to take part?")
    await expect(sms.bubbles.filter(has_text="UNIRME")).to_have_count(0)
    await expect(sms.root.locator(".facts")).to_contain_text("EN")
    await reader.picks("Rosa")
    await expect(sms.bubbles.filter(has_text="JOIN")).to_have_count(0)
    await sms.says("Rosa", "(ZIP)")


async def test_a_poster_s_link_brings_lucia_with_her_organisation(
    demo: Demo, reader: Reader
) -> None:
    await reader.opens(demo.url)
    telegram = reader.phone("telegram")
    await telegram.chips.filter(has_text="/start o_chicago").click()
    await telegram.hears("Casa Comunitaria Chicago")


async def test_a_location_that_is_shared_gives_the_place(demo: Demo, reader: Reader) -> None:
    await reader.opens(demo.url)
    telegram = reader.phone("telegram")
    await telegram.button("Iniciar").click()
    await telegram.button("Hacer voluntariado").click()
    await telegram.hears("¿Cómo te llamas?")
    await telegram.types("Lucía")
    await telegram.button("Compartir mi ubicación").click()
    await telegram.hears("¿Qué ofreces?")
    await expect(telegram.root.locator(".keyboard")).to_be_hidden()


async def test_what_is_sent_or_done_besides_text_is_answered(demo: Demo, reader: Reader) -> None:
    page = await reader.opens(demo.url, locale="en-US")
    await reader.picks("Dev")
    telegram = reader.phone("telegram")
    await telegram.button("Start").click()
    await telegram.hears("How would you like to take part?")
    for kind in ("Sticker", "Voice message", "Photo"):
        count = await telegram.heard.count()
        await telegram.root.locator(".attach").click()
        await telegram.button(kind).click()
        await expect(telegram.heard).not_to_have_count(count)
    await telegram.root.locator(".more").click()
    await telegram.button("Block the bot").click()
    await expect(telegram.field).to_be_hidden()
    await telegram.button("Unblock the bot").click()
    await telegram.types("EXIT")
    await telegram.hears("nothing was saved")
    await expect(page.locator("#call")).to_contain_text("Telegram")
