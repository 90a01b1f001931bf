"""House style of Spanish texts that a machine can check: tú, paired marks, inclusive words."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

_COMMANDS_TO_USTED: Final = (
    "acepte|avise|busque|confirme|conteste|consulte|corrija|cuente|deje|descargue|diga|dígame"
    "|díganos|elija|envíe|envíenos|escoja|escriba|escríbanos|espere|guarde|haga|indique"
    "|ingrese|intente|introduzca|invite|lea|llame|llene|mande|mándenos|marque|mire|oprima"
    "|ponga|presione|pulse|repita|responda|revise|seleccione|siga|tenga|toque|use|vaya"
    "|verifique|visite|vuelva"
)

# pattern → what is wrong with it
_STYLE: Final[Mapping[re.Pattern[str], str]] = {
    re.compile(r"\busted\b", re.I): "speaks to usted; we say tú",
    re.compile(r"\b(vosotr[oa]s|vuestr[oa]s?|vos)\b", re.I): "not said where our people live",
    re.compile(
        r"(?:^|[.!?:;,]\s+|[¿¡(\n]\s*|\bpor favor,?\s+)(?:" + _COMMANDS_TO_USTED + r")\b",
        re.I,
    ): "a command to usted; we say tú",
    re.compile(
        r"\bsus? (?:nombre|mensajes?|respuestas?|datos|ciudad|teléfono|número|idioma|cuenta)\b",
        re.I,
    ): "su, of usted; we say tu",
    re.compile(
        r"\w(?:[oa]s?/[oa]s?\b|\(as?\)|\([oe]s?\)|@s?\b(?!\w|\.\w))|\b(?:tod|amig|voluntari|"
        r"compañer|nosotr|bienvenid|inscrit|organizador|coordinador)(?:x|e)s?\b(?<!ores)",
        re.I,
    ): "choose a word that includes everyone without o/a, @, x or e",
    re.compile(r"!!|¡¡|\?\?|¿¿"): "one mark is enough",
    re.compile(r"  "): "two spaces in a row",
    re.compile(r"\s[,.;:!?](?!\w)"): "a space before a punctuation mark",
    re.compile(r"\b(?:por favor ){2}|\b(\w{3,}) \1\b", re.I): "a word said twice",
}


def style_problems(text: str) -> Iterator[str]:
    for opening, closing in ("¿?", "¡!"):
        if text.count(opening) != text.count(closing):
            yield f"{opening} and {closing} don't pair"
    for pattern, problem in _STYLE.items():
        found = pattern.search(text)
        if found:
            yield f"{found.group().strip()!r}: {problem}"
