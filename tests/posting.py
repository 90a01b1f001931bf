"""Needs of the demo network's shelter in Tijuana, posted by the operator. No asserts."""

from functools import partial

from sqlalchemy import Connection, select

from handlers import needs
from handlers.needs import Desk, Lack
from storage.audit import OPERATOR
from storage.needs import Audience
from storage.network import shelters
from tests.talk import Office


def post_diapers(office: Office, packs: int) -> str:
    """Everyone is asked for them; the code."""
    return _post(
        office, partial(Lack, category="infant", item="pañales talla 4", unit="pack"), packs
    )


def post_truck(office: Office, people: int) -> str:
    """So many are to unload it, and everyone is asked; the code."""
    return _post(
        office, partial(Lack, category="hands", item="descargar un camión", unit="person"), people
    )


def _post(office: Office, what: "partial[Lack]", quantity: int) -> str:
    desk = Desk(office.desk.vault, office.desk.policy, office.now)

    def unit(connection: Connection) -> str:
        [shelter] = connection.scalars(select(shelters.c.id).where(shelters.c.code == "tijuana"))
        lack = what(
            shelter_id=shelter,
            quantity=quantity,
            urgency="urgent",
            drop_off="Calle Galileo 239, 9 a 18 h",
            ask=Audience.EVERYONE,
        )
        made = needs.post(connection, desk, lack, by=None)
        needs.open_need(connection, desk, made.id, actor=OPERATOR)
        return made.code

    return office.database.run_now(unit)
