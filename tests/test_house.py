"""The house itself: commands, locked versions, and what may never be in the repository."""

import ast
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import psycopg
import pytest
from packaging.requirements import Requirement

from tests import locks
from tests.postgres import Server

ROOT = Path(__file__).parent.parent
COMMANDS = ("install", "demo", "test", "check", "bench", "catalogs")
PURE = ROOT / "handlers" / "conversation"
REGISTRY = re.compile(
    r"https?://[\w.-]*(pypi|pythonhosted|npmjs|registry\.|packages\.|mirror)[\w.-]*|"
    r"(?i:(extra-)?index-url|find-links)\s*=|file://"
)


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_make_alone_lists_every_command() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    for command in COMMANDS:
        assert re.search(rf"^\s+make {command}\s+\w", listed.stdout, re.MULTILINE), command


def test_every_make_target_is_listed_or_a_file() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    listed = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))
    assert targets == listed


def test_the_locks_hold_what_was_asked_for() -> None:
    assert locks.faults(ROOT) == []


@pytest.mark.parametrize("name", ["requirements.in", "requirements-dev.in"])
def test_every_package_is_asked_for_in_one_exact_version(name: str) -> None:
    for requirement in locks.read_asked(ROOT / name):
        assert [spec.operator for spec in requirement.specifier] == ["=="], requirement


@pytest.fixture
def copied_locks(tmp_path: Path) -> Path:
    for name in ("requirements", "requirements-dev"):
        shutil.copy(ROOT / f"{name}.in", tmp_path)
        shutil.copy(ROOT / f"{name}.txt", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "replacement", "fault"),
    [
        (r"^twilio==[^\n]+", r"twilio==1.0 \\", "twilio is locked at 1.0"),
        (r"^twilio==[^\n]+\n( +--hash[^\n]+\n)+", "", "twilio, needed by the .in file, is not"),
        (r"^anyio==[^\n]+\n( +--hash[^\n]+\n)+", "", "anyio, needed by starlette, is not locked"),
        (r"^twilio==(\S+)[^\n]+\n( +--hash[^\n]+\n)+", r"twilio==\1\n", "twilio has no hash"),
        (r"\Z", "left-pad==1.0\n", "left-pad is locked, but nothing needs it"),
    ],
)
def test_a_lock_that_went_astray_is_found(
    copied_locks: Path, pattern: str, replacement: str, fault: str
) -> None:
    lock = copied_locks / "requirements.txt"
    lock.write_text(re.sub(pattern, replacement, lock.read_text("utf-8"), flags=re.MULTILINE))
    found = locks.faults(copied_locks)
    assert any(line.startswith(f"requirements.txt: {fault}") for line in found), found


def test_the_installed_package_brings_every_data_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["*"]
    kinds = {Path(pattern).suffix for pattern in patterns} | {".py"}
    packages = ("bot", "handlers", "locales", "storage")
    inside = [path for path in tracked_files() if path.relative_to(ROOT).parts[0] in packages]
    left_out = [path for path in inside if path.suffix not in kinds and path.name != "py.typed"]
    assert left_out == []


def test_what_the_code_imports_is_asked_for_by_name() -> None:
    asked = {
        requirement.name.replace("-", "_").lower()
        for requirement in locks.read_asked(ROOT / "requirements.in")
    }
    provided_as = {"python_telegram_bot": "telegram", "text2num": "text_to_num"}
    names = {provided_as.get(name, name) for name in asked} | {"dotenv"}
    own = {"bot", "handlers", "locales", "storage"}
    strangers = imported_by(own) - names - own
    assert strangers - sys.stdlib_module_names == set()


def imported_by(packages: set[str]) -> set[str]:
    found = set()
    for package in packages:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    found |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.add(node.module.partition(".")[0])
    return found


def test_no_file_names_a_package_registry() -> None:
    named = []
    for path in tracked_files():
        if path == Path(__file__):
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        named += [f"{path.relative_to(ROOT)}: {match[0]}" for match in REGISTRY.finditer(text)]
    assert named == []


def test_no_secret_key_is_in_the_repository() -> None:
    key = re.compile(rb"enlace_[A-Za-z0-9_-]{43}\b")
    assert [path for path in tracked_files() if key.search(path.read_bytes())] == []


def test_the_licence_is_the_whole_agpl() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert " ".join(text.split()).startswith("GNU AFFERO GENERAL PUBLIC LICENSE Version 3, 19 ")
    assert "13. Remote Network Interaction" in text
    assert "17. Interpretation of Sections 15 and 16." in text


def test_the_procfile_starts_each_role() -> None:
    lines = (ROOT / "Procfile").read_text("utf-8").splitlines()
    roles = dict(line.split(": ", 1) for line in lines)
    assert set(roles) == {"release", "web", "worker", "clock"}
    assert roles["release"] == "enlace migrate"
    assert all(roles[role].endswith(f"enlace {role}") for role in ("web", "worker", "clock"))


def test_the_engine_knows_no_feature() -> None:
    strangers = []
    for path in PURE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            strangers += [
                f"{path.name}: {name}"
                for name in names
                if re.match(r"(handlers(?!\.conversation\b)|bot|storage)\b", name)
            ]
    assert strangers == []


def test_the_engine_asks_no_clock() -> None:
    calls = re.compile(r"\.(now|utcnow|today|monotonic)\(")
    asking = [path.name for path in PURE.rglob("*.py") if calls.search(path.read_text("utf-8"))]
    assert asking == []


def test_no_test_reaches_beyond_loopback() -> None:
    beyond = socket.socket()
    beyond.settimeout(1)
    with beyond, pytest.warns(UserWarning, match="allowed"), pytest.raises(RuntimeError):
        beyond.connect(("192.0.2.1", 80))


def test_each_test_gets_a_database_of_its_own(postgres: Server) -> None:
    with psycopg.connect(postgres.create("mould"), autocommit=True) as connection:
        connection.execute("CREATE TABLE poured (n int)")
    for name in ("cast_1", "cast_2"):
        with psycopg.connect(postgres.create(name, template="mould")) as connection:
            connection.execute("INSERT INTO poured VALUES (1)")
            rows = connection.execute("SELECT count(*) FROM poured").fetchone()
            assert rows == (1,)
        postgres.drop(name)
    postgres.drop("mould")


def test_postgres_is_reachable_on_this_machine_only(postgres: Server) -> None:
    with psycopg.connect(postgres.url("postgres")) as connection:
        listening = connection.execute("SHOW listen_addresses").fetchone()
    assert listening == ("",)


def test_a_requirement_says_one_thing() -> None:
    names = [
        Requirement(str(requirement)).name.lower()
        for name in ("requirements.in", "requirements-dev.in")
        for requirement in locks.read_asked(ROOT / name)
    ]
    assert len(names) == len(set(names))
