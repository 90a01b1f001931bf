"""What a shelter lacks, read as people type it: amounts, units, kinds; and what is left to ask."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.conversation.need_items import Item, asks_for_money, read_items

ONE_THING = {
    "20 cajas de pañales talla 4": Item("pañales talla 4", 20, "box", "infant"),
    "20 boxes of size 4 diapers": Item("size 4 diapers", 20, "box", "infant"),
    "necesitamos 30 cobijas por favor": Item("cobijas", 30, "piece", "bedding"),
    "una docena de cepillos de dientes": Item("cepillos de dientes", 12, "piece", "hygiene"),
    "half a dozen pillows": Item("pillows", 6, "piece", "bedding"),
    "treinta y cinco cajas de agua": Item("agua", 35, "box", "water"),
    "5kg de arroz": Item("arroz", 5, "kg", "food"),
    "1,000 pañales": Item("pañales", 1000, "piece", "infant"),
    "agua: 10 cajas": Item("agua", 10, "box", "water"),
    "cobijas x 20": Item("cobijas", 20, "piece", "bedding"),
    "6 personas para descargar un camión": Item("descargar un camión", 6, "person", "hands"),
    "6 people to unload a truck": Item("unload a truck", 6, "person", "hands"),
    "3 viajes al aeropuerto": Item("al aeropuerto", 3, "ride", "transport"),
    "3 voluntarios para cocinar": Item("voluntarios para cocinar", 3, "person", "hands"),
    "2 intérpretes de mam": Item("intérpretes de mam", 2, "person", "interpreting"),
    "15 hours of legal help": Item("legal help", 15, "hour", "legal"),
    "10 camas": Item("camas", 10, "bed", "bedding"),
    "20 pares de zapatos del 26": Item("zapatos del 26", 20, "pair", "shoes"),
    "10 recargas de 100 pesos": Item("recargas de 100 pesos", 10, "piece", "phones"),
    "5 garrafones de agua": Item("garrafones de agua", 5, "piece", "water"),
    "10 more blankets": Item("blankets", 10, "piece", "bedding"),
}
WITHOUT_A_NUMBER = {
    "se acabaron los pañales": "pañales",
    "we're out of diapers": "diapers",
    "muchas cobijas": "cobijas",
    "10-15 cajas de agua": "agua",
    "2.5 kg de arroz": "arroz",
    "pañales talla 4": "pañales talla 4",
}


@pytest.mark.parametrize("text", ONE_THING)
def test_a_thing_with_how_many_of_it(text: str) -> None:
    assert read_items(text) == [ONE_THING[text]]


@pytest.mark.parametrize("text", WITHOUT_A_NUMBER)
def test_a_number_that_is_not_certain_is_left_open(text: str) -> None:
    [item] = read_items(text)
    assert (item.item, item.quantity) == (WITHOUT_A_NUMBER[text], None)


def test_several_things_in_one_go() -> None:
    assert read_items("10 cajas de agua, 5 cobijas y 2 paquetes de toallas sanitarias") == [
        Item("agua", 10, "box", "water"),
        Item("cobijas", 5, "piece", "bedding"),
        Item("toallas sanitarias", 2, "pack", "menstrual"),
    ]
    assert [item.item for item in read_items("ropa de invierno, talla M")] == [
        "ropa de invierno, talla M"
    ]


@pytest.mark.parametrize("text", ["500 pesos", "$500", "dinero", "cash please", "venmo @casa"])
def test_money_is_not_a_thing(text: str) -> None:
    assert asks_for_money(text)


@pytest.mark.parametrize("text", ["10 recargas de 100 pesos", "20 cobijas", "boletos de autobús"])
def test_what_costs_money_is_a_thing(text: str) -> None:
    assert not asks_for_money(text)


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_whatever_is_typed_has_a_sane_amount_or_none(text: str) -> None:
    for item in read_items(text):
        assert item.quantity is None or 0 < item.quantity <= 100_000
        assert len(item.item) <= 60
