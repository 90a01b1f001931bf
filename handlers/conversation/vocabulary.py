"""Words that steer any conversation, in both languages always. Recognised, never shown."""

from enum import StrEnum

from handlers.conversation.words import fold, word_set


class Steer(StrEnum):
    """What a person wants of the conversation itself."""

    EXIT = "exit"
    BACK = "back"
    SKIP = "skip"
    HELP = "help"


_STEER = {
    Steer.EXIT: word_set("exit leave salir salirme salida"),
    Steer.BACK: word_set("back undo atras regresar volver anterior previous", "go back"),
    Steer.SKIP: word_set("skip pass saltar omitir pasar siguiente saltear next"),
    Steer.HELP: word_set("help info ayuda ayudame auxilio que what", "help me"),
}

YES = word_set(
    "yes y yep yeah yup ok okay okey sure correct right confirm done good great si sip simon claro "
    "sale va vale dale correcto listo lista confirmo confirmar guardar save perfecto acepto",
    *("esta bien", "de acuerdo", "por supuesto", "claro que si", "asi es", "si por favor"),
    *("yes please", "of course", "all good", "todo bien", "that's right", "looks good"),
    *("si gracias", "si esta bien", "si claro", "i agree", "si acepto", "yes save", "si guardar"),
)
NO = word_set(
    "no n nope nah nop nel incorrecto wrong change cambiar cambio corregir edit editar",
    *("no gracias", "no thanks", "not yet", "todavia no", "aun no", "no thank you"),
)
ALL = word_set(
    "all everything todo todos todas cualquiera any anytime siempre",
    *("all of them", "todos los temas", "todas las anteriores", "cuando sea", "any time"),
)
NONE = word_set(
    "none nothing nobody ninguno ninguna nada nadie",
    *("none of them", "ninguna de las anteriores", "ninguno de estos", "nothing else"),
)
DONE = word_set("done listo lista ready ya terminar fin")

_POLITE = word_set("gracias thanks thank you por favor please muy muchas bien todo so it is thats")

_BY_WORD = {word: steer for steer, words in _STEER.items() for word in words}


def agrees(folded: str) -> bool:
    """Whether it is a yes, alone or with nothing but polite words and other yeses around it."""
    words = folded.split()
    if folded in YES:
        return True
    return bool(words) and words[0] in YES and all(word in YES | _POLITE for word in words)


def steering(text: str) -> Steer | None:
    """The steering word that this text is, if it is nothing else. A bare "?" asks for help."""
    folded = fold(text)
    if not folded:
        return Steer.HELP if text.strip() in ("?", "¿", "??", "¿?") else None
    return _BY_WORD.get(folded.removeprefix("por favor ").removesuffix(" por favor"))
