"""The command line: each command gathers what it needs and hands over. Nothing is decided here.

Heavy modules are imported by the command that uses them, so that `enlace keygen` is instant.
"""

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from bot import collector
from bot.faults import OperatorError
from bot.settings import Settings, SettingsError
from storage.sealed import SealError

app = typer.Typer(
    name="enlace",
    help="Volunteer and member outreach over Telegram and SMS, in Spanish and English.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
import_app = typer.Typer(help="Take people or places from a file.", no_args_is_help=True)
app.add_typer(import_app, name="import")
export_app = typer.Typer(help="Write what is kept to a file.", no_args_is_help=True)
app.add_typer(export_app, name="export")

Host = Annotated[str | None, typer.Option(help="Address to listen on; default HOST.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on; default PORT.")]


def main() -> None:
    """The `enlace` program. A fault of the operator's is one line and exit status 2."""
    try:
        app()
    except (OperatorError, SettingsError, SealError) as error:
        sys.stderr.write(f"enlace: {error}\n")
        sys.exit(2)


@app.command()
def demo(
    host: Host = None,
    port: Port = None,
    database: Annotated[
        Path | None, typer.Option(help="Keep the demo in this file; default: a temporary one.")
    ] = None,
) -> None:
    """Everything in one, with simulated phones in the browser; nothing to set up."""
    from bot.demo import serve_demo

    serve_demo(host or "127.0.0.1", 8000 if port is None else port, database)


@app.command()
def run(host: Host = None, port: Port = None) -> None:
    """Web, worker and clock in one process, on the real channels."""
    _serve({"web", "worker", "clock"}, host, port)


@app.command()
def web(host: Host = None, port: Port = None) -> None:
    """Webhooks, health, metrics and public pages."""
    _serve({"web"}, host, port)


@app.command()
def worker() -> None:
    """Sends what waits in the outbox."""
    _serve({"worker"})


@app.command()
def clock() -> None:
    """Does what falls due; Telegram's long polling too, where there is no webhook."""
    _serve({"clock"})


@app.command()
def migrate() -> None:
    """Brings the database up to date and fills the gazetteer once."""
    from bot.migrating import migrate as bring_up_to_date

    bring_up_to_date(Settings.load(need_keys=False).database_url)


@app.command()
def chat(
    channel: Annotated[str, typer.Option(help="sms or telegram")] = "sms",
    name: Annotated[str, typer.Option("--as", help="Who you are; the same person next time.")] = (
        "me"
    ),
) -> None:
    """Talk to the bot in the terminal, or pipe one message a line."""
    from bot.chat import talk

    if channel not in ("sms", "telegram"):
        raise OperatorError("--channel must be sms or telegram.")
    talk("local_sms" if channel == "sms" else "local_telegram", name)


@app.command()
def invite(
    role: Annotated[str, typer.Option(help="admin, approver or coordinator")],
    scope: Annotated[str, typer.Option(help="network, org:CODE or shelter:CODE")] = "network",
) -> None:
    """A code that makes whoever sends it to the bot a coordinator; works once, for seven days."""
    from bot import operating

    print(operating.invite(role, scope))


@app.command()
def send(file: Annotated[Path, typer.Argument(help="A JSON file: topic, es, en, …")]) -> None:
    """An action alert to many, at once or later; prints its code."""
    from bot import operating

    _print_report(lambda: [operating.send(_object(file))])


@app.command()
def need(file: Annotated[Path, typer.Argument(help="A JSON file: shelter, category, …")]) -> None:
    """A shelter's need, open at once; prints only its code."""
    from bot import operating

    _print_report(lambda: [operating.need(_object(file))])


@app.command()
def event(
    file: Annotated[Path, typer.Argument(help="A JSON file: kind, title, starts, …")],
) -> None:
    """An event, announced to everyone or to nobody; prints only its code."""
    from bot import operating

    _print_report(lambda: [operating.event(_object(file))])


@app.command()
def status(
    code: Annotated[str | None, typer.Argument(help="Such as A7; default: all that is open.")] = (
        None
    ),
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """How a broadcast, a need or an event stands."""
    from bot import operating

    print(operating.status(code, as_json=as_json))


Code = Annotated[str, typer.Argument(help="Such as A7.")]


@app.command()
def hold(code: Code) -> None:
    """Stops a broadcast until it is resumed; the next second sends nothing of it."""
    from bot import operating

    operating.act("hold", code)


@app.command()
def resume(code: Code) -> None:
    """Goes on with a broadcast that is held."""
    from bot import operating

    operating.act("resume", code)


@app.command()
def abort(code: Code) -> None:
    """Ends a broadcast for good: whoever has not got it won't."""
    from bot import operating

    operating.act("abort", code)


@app.command()
def sweep() -> None:
    """Retention now: what is older than the settings allow goes."""
    from bot import upkeep

    upkeep.sweep()


@app.command()
def replay() -> None:
    """Messages whose handling failed, handled again in the order in which they came."""
    from bot import upkeep

    upkeep.replay_failed()


@app.command("rotate-keys")
def rotate_keys() -> None:
    """Seals everything under the newest of SECRET_KEYS, while the bot runs."""
    from bot import upkeep

    upkeep.rotate_keys()


@import_app.command("people")
def import_people(file: Annotated[Path, typer.Argument(help="A CSV file, see docs.")]) -> None:
    """People who have agreed, with the evidence; nothing is sent. A second run changes nothing."""
    from bot import importing

    importing.import_people(file)


@import_app.command("network")
def import_network(file: Annotated[Path, typer.Argument(help="A JSON file.")]) -> None:
    """The network's shelters and organisations, added or updated by their codes."""
    from bot import importing

    try:
        content = _object(file)
    except ValueError:
        raise OperatorError(f"{file}: is not a JSON object.") from None
    importing.import_network(file, content)


@export_app.command("people")
def export_people(file: Annotated[Path, typer.Argument(help="The CSV file to write.")]) -> None:
    """People who take part, as a file that can be imported again; only you may read it."""
    from bot import upkeep

    upkeep.export(file)


@app.command()
def keygen() -> None:
    """A new secret key for SECRET_KEYS."""
    from storage.sealed import new_secret_key

    print(new_secret_key())


@app.command()
def doctor() -> None:
    """Checks configuration, database and channels, and says what to do."""
    from bot.doctor import examine

    if not examine():
        sys.exit(2)


@app.command()
def flows(
    name: Annotated[str | None, typer.Argument(help="One flow; default: all.")] = None,
    language: Annotated[str, typer.Option(help="es or en")] = "en",
) -> None:
    """Each conversation as a Mermaid diagram."""
    from bot.documents import flow_diagrams

    if language not in ("es", "en"):
        raise OperatorError("--language must be es or en.")
    diagrams = flow_diagrams("es" if language == "es" else "en")
    if name is not None and name not in diagrams:
        raise OperatorError(f"there is no flow of that name; there are: {', '.join(diagrams)}.")
    chosen = diagrams if name is None else {name: diagrams[name]}
    print("\n\n".join(f"%% {each}\n{text}" for each, text in chosen.items()))


@app.command()
def segments() -> None:
    """What each text of the flows costs as SMS, by language."""
    from bot.documents import segment_table

    print(segment_table())


@app.command()
def consent(file: Annotated[Path, typer.Argument(help="A JSON file of phrases by kind.")]) -> None:
    """How the phrases of a file are read: stop, start, unclear or none; each miss is named."""
    from handlers.consent_words import score

    _print_report(lambda: score(_object(file)).lines())


@app.command()
def replies(
    file: Annotated[Path, typer.Argument(help="A JSON file of replies with their meanings.")],
) -> None:
    """How the replies of a file to an ask are read; each miss is named."""
    from handlers.conversation.pledge_score import score

    _print_report(lambda: score(_json(file)).lines())


@app.command()
def when(
    file: Annotated[Path, typer.Argument(help="A JSON file of dates as people write.")],
) -> None:
    """How the dates of a file are read; each miss is named."""
    from handlers.conversation.dates_score import phrases, score

    _print_report(lambda: score(phrases(_json(file))).lines)


def _print_report(lines: Callable[[], Iterable[str]]) -> None:
    """ValueError: the file is not of the shape that the command reads."""
    try:
        print(*lines(), sep="\n")
    except ValueError as error:
        raise OperatorError(f"the file is not as expected: {error}") from None


def _object(file: Path) -> dict[str, object]:
    found = _json(file)
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return found


def _json(file: Path) -> object:
    try:
        return json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise OperatorError(f"{file}: can't be read ({error.strerror}).") from None
    except (ValueError, RecursionError):
        raise OperatorError(f"{file}: is not JSON in UTF-8.") from None


def _serve(roles: set[str], host: str | None = None, port: int | None = None) -> None:
    collector.wait()
    changes = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = Settings.load().model_copy(update=changes)
    if not settings.channels:
        raise OperatorError(
            "no channel has credentials: set TELEGRAM_TOKEN, or TWILIO_ACCOUNT_SID,"
            " TWILIO_AUTH_TOKEN and TWILIO_FROM."
        )
    from bot.serving import serve

    serve(settings, frozenset(roles))


if __name__ == "__main__":
    main()
