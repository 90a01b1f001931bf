"""The board in a real browser: on a phone and a desk, by day and by night, without scripts."""

import pytest

from tests.board.conftest import Eyes, Shown
from tests.board.scanning import scanned

pytestmark = pytest.mark.browser

_FAINTEST = """() => {
  const luminance = ([r, g, b]) => {
    const linear = (c) => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
    const [R, G, B] = [r, g, b].map((c) => linear(c / 255));
    return .2126 * R + .7152 * G + .0722 * B;
  };
  const parse = (color) => color.match(/[\\d.]+/g).map(Number);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] === 1) return color;
    }
    return parse(getComputedStyle(document.body).backgroundColor);
  };
  let faintest = [99, ""];
  for (const element of document.querySelectorAll("body *")) {
    const says = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!says || element.closest(".unseen, .skip")) continue;
    const [a, b] = [luminance(parse(getComputedStyle(element).color)), luminance(behind(element))];
    const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (contrast < faintest[0]) faintest = [contrast, element.textContent];
  }
  return faintest;
}"""


def filled(board: Shown) -> str:
    code = board.post("tijuana", "pañales talla 4", 100, committed=27, urgency="critical")
    board.post("tijuana", "agua", 60, committed=60, on_the_way=20, received=20)
    board.post("fm4", "chamarras de adulto de talla mediana o grande", 80, urgency="urgent")
    return code


@pytest.mark.parametrize("dark", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("size", [(390, 844), (1440, 900)], ids=["phone", "desk"])
async def test_it_can_be_read_everywhere_and_has_no_script(
    board: Shown, eyes: Eyes, size: tuple[int, int], dark: bool
) -> None:
    filled(board)
    page = await eyes.opens(
        f"{board.url}/board?lang=es",
        width=size[0],
        height=size[1],
        color_scheme="dark" if dark else "light",
    )
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    contrast, text = await page.evaluate(_FAINTEST)
    assert contrast >= 4.5, text
    assert (
        await page.get_by_role("heading", level=1).inner_text() == "Lo que necesitan los albergues"
    )
    assert await page.locator("script").count() == 0
    bars = await page.get_by_role("img").evaluate_all("all => all.map(e => e.ariaLabel ?? e.alt)")
    assert "De 100: 27 con promesa, 0 en camino, 0 en el albergue" in bars


async def test_the_keyboard_reaches_everything(board: Shown, eyes: Eyes) -> None:
    code = filled(board)
    page = await eyes.opens(f"{board.url}/board?lang=en")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Go to the needs"
    await page.get_by_role("link", name=f"Poster {code}").click()
    await page.get_by_role("link", name="All needs").click()
    assert page.url.endswith("/board?lang=en")
    await page.get_by_role("link", name="Ver en español").click()
    assert await page.locator("html").get_attribute("lang") == "es"


@pytest.mark.parametrize("paper", ["A4", "Letter"])
async def test_a_poster_is_one_sheet_of_paper(board: Shown, eyes: Eyes, paper: str) -> None:
    code = filled(board)
    page = await eyes.opens(f"{board.url}/board/poster/{code}?lang=es", width=900, height=1200)
    printed = await page.pdf(format=paper)
    assert printed.count(b"/Type /Page\n") == 1


async def test_a_camera_reads_from_a_poster_where_it_leads(board: Shown, eyes: Eyes) -> None:
    code = filled(board)
    page = await eyes.opens(f"{board.url}/board/poster/{code}?lang=es", width=794, height=1123)
    assert await scanned(page) == [
        f"https://t.me/enlace-test?start=n_{code}",
        f"SMSTO:+13125550199:{code} ",
    ]
    page = await eyes.opens(f"{board.url}/board/poster/tijuana", width=794, height=1123)
    assert await scanned(page) == [
        "https://t.me/enlace-test?start=s_tijuana",
        "SMSTO:+13125550199:NECESIDADES tijuana",
    ]
