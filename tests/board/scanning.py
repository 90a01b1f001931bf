"""Reads the codes of a page as a phone's camera would: from its pixels, by a decoder of its own."""

import base64
from typing import TYPE_CHECKING

import zxingcpp

if TYPE_CHECKING:
    from playwright.async_api import Page

_GRAY = """async ([photo, width, height]) => {
  const bytes = Uint8Array.from(atob(photo), (c) => c.charCodeAt(0));
  const canvas = new OffscreenCanvas(width, height).getContext("2d");
  canvas.drawImage(await createImageBitmap(new Blob([bytes])), 0, 0, width, height);
  const { data } = canvas.getImageData(0, 0, width, height);
  let gray = "";
  for (let at = 0; at < data.length; at += 4) {
    gray += String.fromCharCode((data[at] * 2 + data[at + 1] * 5 + data[at + 2]) >> 3);
  }
  return btoa(gray);
}"""


async def scanned(page: "Page") -> list[str]:
    """What the codes on the printed page say, from left to right."""
    await page.emulate_media(media="print")
    photo = await page.screenshot(full_page=True, scale="css")
    width, height = (int.from_bytes(photo[at : at + 4], "big") for at in (16, 20))
    encoded = base64.b64encode(photo).decode("ascii")
    gray = base64.b64decode(await page.evaluate(_GRAY, [encoded, width, height]))
    found = zxingcpp.read_barcodes(memoryview(gray).cast("B", shape=[height, width]))
    codes = [each for each in found if each.format == zxingcpp.BarcodeFormat.QRCode]
    return [each.text for each in sorted(codes, key=lambda each: each.position.top_left.x)]
