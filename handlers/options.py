"""Options of a choice made from the network's codes: their labels and the words that name them."""

from collections.abc import Iterable, Mapping

from handlers.conversation.flow import Condition, Option, always
from handlers.conversation.words import fold
from locales import Message
from locales.vocabulary import Vocabulary, every_word


def options(
    labels: Mapping[str, Message],
    *,
    codes: Iterable[str] | None = None,
    short: Mapping[str, Message] | None = None,
    vocabulary: Vocabulary,
    broad: Mapping[str, frozenset[str]] | None = None,
    when: Mapping[str, Condition] | None = None,
) -> tuple[Option, ...]:
    """Options in the order of the codes; `vocabulary` has the further words that name
    them, `broad` those that name several at once.
    """
    return tuple(
        Option(
            code,
            labels[code],
            (short or {}).get(code),
            frozenset(fold(word) for word in every_word(vocabulary.get(code, {}))),
            (broad or {}).get(code, frozenset()),
            (when or {}).get(code, always),
        )
        for code in (codes or labels)
    )
