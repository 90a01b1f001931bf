"""The words that start something, in both languages, as a table of commands. No outcomes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from handlers.context import Context
from handlers.conversation.words import fold
from locales import Language, Message

Run = Callable[[Context, str], None]


@dataclass(frozen=True, slots=True)
class Command:
    """`run` gets what follows the word, where `takes` says that something may; where it could
    be other words of a sentence, `fits` tells (JOIN and the code of an organisation).

    `slash` names it in Telegram's menu, by language, with `about` beside it. `anytime`: it
    answers in the middle of a flow too, which then goes on; `flow` is the one that it may join
    in the middle. `speaks` is the language that it switches to. `shape` knows texts that mean it
    as a whole, such as a code alone. `granted`: for people with a grant; to all others it is no
    command.
    """

    words: frozenset[str]
    run: Run
    about: Message | None = None
    slash: Mapping[str, str] | None = None
    takes: bool = False
    fits: Callable[[Context, str], bool] | None = None
    anytime: bool = False
    flow: str | None = None
    speaks: Language | None = None
    shape: Callable[[str], bool] | None = None
    granted: bool = False


class Commands:
    """All commands, found by what a person typed."""

    def __init__(self, commands: Iterable[Command]) -> None:
        self.all = tuple(commands)
        self._by_word = {word: command for command in self.all for word in command.words}
        self._most_words = max(len(word.split()) for word in self._by_word)
        self._shaped = [(command.shape, command) for command in self.all if command.shape]

    def named_in(self, context: Context) -> tuple[Command, str] | None:
        """`find`, for what was said in this turn."""
        if Commands not in context.memo:
            context.memo[Commands] = self.find(context.heard.text)
        found: tuple[Command, str] | None = context.memo[Commands]
        return found

    def find(self, text: str) -> tuple[Command, str] | None:
        """The command that this text is, and what follows it."""
        typed = text.strip().removeprefix("/")
        folded = fold(typed)
        if command := self._by_word.get(folded):
            return command, ""
        for shape, command in self._shaped:
            if shape(typed):
                return command, typed
        words = typed.split()
        for length in range(min(self._most_words, len(words) - 1), 0, -1):
            command = self._by_word.get(fold(" ".join(words[:length])))
            if command and command.takes:
                return command, " ".join(words[length:])
        return None


def said(*words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words)
