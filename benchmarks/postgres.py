"""A turn of a sign-up on PostgreSQL, beside the bare statements under the same concurrency."""

from sqlalchemy import make_url

from benchmarks import bare, enlace
from benchmarks.figures import Figure, Size, alone, contest
from benchmarks.places import Workshop, fill
from tests.postgres import Server, running

_FLIGHTS = 16
_SHARE = 4


def measure(size: Size, _workshop: Workshop) -> list[Figure]:
    people = max(1, size.people // _SHARE)
    with running() as server:
        fresh = Fresh(server)
        seen = contest(
            size.rounds,
            {
                "enlace": lambda: alone(enlace.sign_up, fresh.filled(), people, _FLIGHTS),
                "psycopg": lambda: alone(bare.on_psycopg, fresh.empty(), people, _FLIGHTS),
                "core": lambda: alone(bare.on_postgres, fresh.empty(), people, _FLIGHTS),
            },
        )
    return [
        Figure(
            "postgres",
            f"turns, against four bare statements through {name}",
            seen["enlace"],
            "turns/s",
            seen[rival],
            at_least=0.6,
        )
        for rival, name in (("psycopg", "psycopg"), ("core", "SQLAlchemy Core"))
    ]


class Fresh:
    """Databases of a server, one for each round."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._made = 0
        fill(server.create("filled"))

    def filled(self) -> str:
        return self.server.create(self._name(), "filled")

    def empty(self) -> str:
        return self.server.create(self._name())

    def copy_of(self, url: str) -> str:
        """Nobody may be connected to it."""
        return self.server.create(self._name(), make_url(url).database or "")

    def _name(self) -> str:
        self._made += 1
        return f"round_{self._made}"
