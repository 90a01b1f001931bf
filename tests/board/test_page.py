"""The public board and its posters over HTTP: what they tell, to whom, how often they are made."""

import re
from datetime import timedelta

import pytest

from tests.board.conftest import HOSTILE, Shown
from tests.needs_rooms.conftest import keeps


async def test_open_needs_stand_by_city_and_shelter_with_their_progress(board: Shown) -> None:
    code = board.post("tijuana", "agua", 100, committed=27, on_the_way=10, received=5)
    board.post("cafemin", "cobijas", 20, category="bedding", unit="piece")
    spanish = (await board.get("/board?lang=es")).text
    assert "Casa del Migrante en Tijuana" in spanish
    assert "Ciudad de México" in spanish
    assert "Faltan 73 cajas" in spanish
    assert "De 100: 27 con promesa, 10 en camino, 5 en el albergue" in spanish
    assert f'href="https://t.me/enlace-test?start=n_{code}"' in spanish
    assert f"Manda {code} y la cantidad al +1 312-555-0199" in spanish
    english = (await board.get("/board?lang=en")).text
    assert "Still needed: 73 boxes" in english
    assert '<html lang="en">' in english


async def test_the_language_is_asked_for_or_the_browsers(board: Shown) -> None:
    assert '<html lang="en">' in (await board.get(**{"accept-language": "en-US,en"})).text
    assert '<html lang="es">' in (await board.get(**{"accept-language": "es-MX"})).text
    assert '<html lang="es">' in (await board.get(**{"accept-language": "fr"})).text
    asked = await board.get("/board?lang=es", **{"accept-language": "en"})
    assert '<html lang="es">' in asked.text
    assert 'href="/board?lang=en"' in asked.text


async def test_what_is_covered_is_thanked_for_and_comes_last(board: Shown) -> None:
    board.post("tijuana", "leche", 10, committed=10, urgency="critical", category="food")
    board.post("tijuana", "agua", 10)
    page = (await board.get("/board?lang=es")).text
    assert page.index("agua") < page.index("leche")


async def test_what_is_over_or_not_open_yet_is_not_shown(board: Shown) -> None:
    board.post("tijuana", "agua", 10, urgency="critical")
    board.office.later(days=30)
    assert "no falta nada" in (await board.get("/board?lang=es")).text


async def test_words_as_typed_are_marked_and_do_no_harm(board: Shown) -> None:
    code = board.post("tijuana", HOSTILE, 10)
    for path in ("/board?lang=es", f"/board/poster/{code}"):
        page = (await board.get(path)).text
        assert "<script" not in page
        assert "agua &lt;script&gt;alert(1)&lt;/script&gt; &amp;" in page
    assert "«agua &lt;" in (await board.get("/board?lang=es")).text


async def test_nobody_is_on_it_and_no_address(board: Shown) -> None:
    keeper = keeps(board.office.telegrammer("es"))
    keeper.talks("NECESIDAD 20 cajas de agua, urgente", "Calle Roma 5", "SI")
    page = (await board.get("/board?lang=es")).text
    assert "agua" in page
    assert "Calle Roma" not in page
    assert not re.search(r"V-\d{6}", page)


async def test_it_is_made_once_in_a_while_and_kept_by_readers(board: Shown) -> None:
    board.post("tijuana", "agua", 10)
    first = await board.get()
    assert first.headers["cache-control"] == "public, max-age=5"
    for _ in range(5):
        await board.get()
    assert board.reads == 1
    again = await board.get(**{"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.text) == (304, "")
    board.post("tijuana", "leche", 10, category="food")
    board.office.now += timedelta(seconds=6)
    changed = await board.get(**{"if-none-match": first.headers["etag"]})
    assert changed.status_code == 200
    assert "leche" in changed.text


async def test_it_is_closed_to_scripts_and_frames(board: Shown) -> None:
    for path in ("/board", "/board/poster/tijuana", "/board/static/board.css", "/board/poster/x"):
        policy = (await board.get(path)).headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'")
        assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/board/poster/A9", "/board/poster/nowhere", "/board/static/x"])
async def test_what_is_not_there_is_not_found(board: Shown, path: str) -> None:
    assert (await board.get(path)).status_code == 404
    assert (await board.get(f"/board/poster/{'x' * 400}")).status_code == 404


async def test_a_needs_poster_speaks_both_languages_and_can_be_scanned(board: Shown) -> None:
    code = board.post("tijuana", "agua", 100)
    page = (await board.get(f"/board/poster/{code.lower()}?lang=en")).text
    for words in ("100 boxes needed", "Hace falta: 100 cajas", "“agua”", f"Manda {code} 5 al"):
        assert words in page
    assert page.count('class="qr"') == 2
    assert "How many can you bring?" in page


async def test_what_is_done_rather_than_brought_is_said_so(board: Shown) -> None:
    code = board.post(
        "cafemin", "descargar un camión", 10, committed=4, category="hands", unit="person"
    )
    page = (await board.get("/board?lang=es")).text
    for words in ("Faltan 6 personas", "4 con promesa, 0 en firme", "Ayudar, por"):
        assert words in page
    assert "¿Puedes ayudar?" in (await board.get(f"/board/poster/{code}")).text


async def test_a_shelters_poster_leads_to_what_it_needs_today(board: Shown) -> None:
    page = (await board.get("/board/poster/tijuana")).text
    assert "Ayuda a este albergue" in page
    assert "Manda NECESIDADES tijuana al +1\N{NO-BREAK SPACE}312" in page
    assert "Text NEEDS tijuana to" in page
