"""The page about matching says what the code does, and neither database reads a table through."""

from pathlib import Path

from sqlalchemy import text

from bot.matching import PAGE, found_by_waves, page
from storage.database import Database

ROOT = Path(__file__).parents[2]
NO_CHOICE = """
DO $$ BEGIN
  EXECUTE format('ALTER DATABASE %I SET enable_seqscan = off', current_database());
END $$
"""


def test_the_page_is_that_of_the_code() -> None:
    written = (ROOT / PAGE).read_text("utf-8")
    assert written == page(), "run `python -m bot.matching`"


def test_no_wave_reads_a_table_through_for_each_person(database_url: str) -> None:
    database = Database(database_url)
    if database.dialect == "postgresql":
        # So small a table is always read through, unless there is an index and no choice.
        database.run_now(lambda c: c.execute(text(NO_CHOICE)))
        database.close_now()
        database = Database(database_url)
    found = found_by_waves(database)
    database.close_now()

    assert len(found) == 6
    for each in found:
        plan = "\n".join(each.plan)
        assert "deliveries" in plan, plan
        scans = [line for line in each.plan if "SCAN" in line and "subquery" not in line]
        assert not scans, plan
        assert "Seq Scan" not in plan, plan
