"""From prompts to messages as each channel shows them: numbers on SMS, buttons on Telegram."""

from collections.abc import Hashable, Sequence
from dataclasses import replace

from handlers.context import Context
from handlers.conversation.messages import Button, Keyboard, Outgoing, Press
from handlers.conversation.records import record
from handlers.conversation.turn import Choice, Prompt, Settled, Words
from locales import Language, _
from locales.gsm7 import Fold, sms_text

FLOW, COMMAND = "f", "c"
"""What the data of buttons begins with: "f:mark:token" in a flow, "c:word" for a command."""

_TICK = "\u2705 "
_LONGEST_IN_PAIRS = 20
_LONGEST_TOAST = 200
_MOST_MENUS = 2_000
_MENUS: dict[tuple[Hashable, ...], Keyboard] = {}
"""What many are shown alike: to translate a question's buttons costs more than the question."""


@record
class Reader:
    """Whoever reads: their language, and the country whose numbers and dates they know."""

    language: Language
    country: str | None

    def __call__(self, words: Words) -> str:
        return words if isinstance(words, str) else words.localized(self.language, self.country)


@record
class Joined:
    """Words with a mark between them, such as a label and its value."""

    parts: tuple[Words, ...]
    mark: str = ": "

    def localized(self, language: Language, country: str | None) -> str:
        read = Reader(language, country)
        return self.mark.join(read(part) for part in self.parts)


def is_sms(channel: str) -> bool:
    return channel.endswith("sms")


def rendered(prompt: Prompt, read: Reader, channel: str, fold: Fold) -> Outgoing:
    """One prompt, as its channel shows it."""
    return Outgoing(as_sms(prompt, read, fold)) if is_sms(channel) else _as_telegram(prompt, read)


def render(context: Context) -> list[Outgoing]:
    """Everything this turn says, in order; a press is answered with the first message."""
    read = Reader(context.language, context.country)
    if is_sms(context.caller.channel):
        return [Outgoing(as_sms(prompt, read, context.policy.fold)) for prompt in context.says]
    messages = [_as_telegram(prompt, read) for prompt in context.says]
    if context.heard.press is None:
        return messages
    first, *rest = messages or [Outgoing()]
    return [_answering(first, context.heard.press, context, read), *rest]


def _answering(message: Outgoing, press: Press, context: Context, read: Reader) -> Outgoing:
    """The message, with the answer to a press and what the pressed message shows from now on."""
    toast = read(context.toast)[:_LONGEST_TOAST] if context.toast else ""
    message = replace(message, answer=press.callback_id, toast=toast)
    if press.message_id is None:
        return message
    if context.refreshed is not None:
        shown = _as_telegram(context.refreshed, read)
        return replace(
            message,
            edit=press.message_id,
            edit_text=shown.text,
            edit_keyboard=shown.keyboard,
        )
    if context.settled is not None:
        text = _settled(context.settled, read)
        return replace(message, edit=press.message_id, edit_text=text)
    return message


def _settled(settled: Settled, read: Reader) -> str:
    question = "\n\n".join([*_bullets(settled.lines, read), read(settled.question)])
    return f"{question}\n\n{_TICK}{read(settled.choice)}"


def _bullets(lines: Sequence[tuple[Words, Words]], read: Reader) -> list[str]:
    """One paragraph of a summary's lines; none without lines."""
    bullets = [f"• {read(label)}: {read(value)}" for label, value in lines]
    return ["\n".join(bullets)] if bullets else []


def as_sms(prompt: Prompt, read: Reader, fold: Fold) -> str:
    lead = f"{read(prompt.lead)} " if prompt.lead else ""
    lines = [lead + read(prompt.text)]
    lines += [
        f"{number} {read(choice.short or choice.label)}"
        for number, choice in enumerate(prompt.choices, start=1)
        if not prompt.lines
    ]
    if prompt.lines:
        numbered = enumerate(prompt.lines, start=1)
        answers = [f"{number} {read(label)}: {read(value)}" for number, (label, value) in numbered]
        how = read(_("YES, or the number of what to change."))
        lines = [*([lead] if lead else []), *answers, f"{read(prompt.text)} {how}"]
    if prompt.many:
        lines.append(read(_("Like: 1 3")))
    if any(extra.token == "skip" for extra in prompt.extras):
        lines.append(read(_("Or SKIP")))
    return sms_text("\n".join(lines), fold)


def _as_telegram(prompt: Prompt, read: Reader) -> Outgoing:
    lead = [read(prompt.lead)] if prompt.lead else []
    paragraphs = [*lead, *_bullets(prompt.lines, read), read(prompt.text)]
    return Outgoing(
        "\n\n".join(paragraphs),
        keyboard=_menu(prompt, read),
        ask=prompt.share,
        ask_label=read(_share_label(prompt)) if prompt.share else "",
        document=prompt.document,
    )


def _share_label(prompt: Prompt) -> Words:
    if prompt.share == "location":
        return _("Share my location")
    return _("Share my number")


def _menu(prompt: Prompt, read: Reader) -> Keyboard:
    if prompt.menu is None:
        return _keyboard(prompt, read)
    key = (prompt.menu, read.language, read.country)
    found = _MENUS.get(key)
    if found is None:
        if len(_MENUS) >= _MOST_MENUS:
            _MENUS.clear()
        found = _MENUS[key] = _keyboard(prompt, read)
    return found


def _keyboard(prompt: Prompt, read: Reader) -> Keyboard:
    if prompt.commands:
        row = [Button(read(each.label), f"{COMMAND}:{each.token}") for each in prompt.commands]
        return (tuple(row),)
    if prompt.mark is None or prompt.share is not None:
        return ()
    shown = map(_change, prompt.choices) if prompt.lines else prompt.choices
    buttons = [_button(choice, prompt, read) for choice in shown]
    extras = [_button(extra, prompt, read) for extra in prompt.extras]
    in_pairs = len(buttons) > 4 and all(len(each.label) <= _LONGEST_IN_PAIRS for each in buttons)
    width = 2 if in_pairs else 1
    rows = [tuple(buttons[at : at + width]) for at in range(0, len(buttons), width)]
    if prompt.lines:
        return (tuple(extras), *rows)
    return (*rows, tuple(extras)) if extras else tuple(rows)


def _button(choice: Choice, prompt: Prompt, read: Reader) -> Button:
    tick = _TICK if choice.token in prompt.ticked else ""
    return Button(tick + read(choice.label), f"{FLOW}:{prompt.mark}:{choice.token}")


def _change(choice: Choice) -> Choice:
    """In a summary, what can be chosen is what to change."""
    return Choice(_("Change: {what}", what=choice.label), choice.token)
