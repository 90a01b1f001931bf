"""The house style of Spanish, with what it must catch and what it must leave alone."""

import pytest

from locales.spanish import style_problems


@pytest.mark.parametrize(
    "text",
    [
        "¿Es usted de aquí?",
        "Responda SÍ para seguir.",
        "Gracias. Envíe su ZIP.",
        "¡Escriba ALTO!",
        "Por favor, elija un número.",
        "Guardamos su nombre.",
        "Vos podés ayudar.",
        "Cuando quieras?",
        "¿Cuando quieras",
        "Hola!",
        "¡¡Hola!!",
        "Bienvenido/a a la red.",
        "Eres voluntario(a).",
        "Hola a todos(as).",
        "Hola a todes.",
        "Hola, amigxs.",
        "Hola, amig@s.",
        "Hola  de nuevo.",
        "Hola , Ana.",
        "Gracias por por ayudar por por.",
        "La la casa casa.",
    ],
)
def test_what_we_do_not_write_is_named(text: str) -> None:
    assert list(style_problems(text))


@pytest.mark.parametrize(
    "text",
    [
        "¿Cómo te llamas? Basta un nombre o apodo.",
        "¡Listo, {name}! Te avisamos cuando alguien responda.",
        "El albergue confirma lo que llega; su equipo te escribe.",
        "Elige un número del 1 al 7, por ejemplo: 1 3.",
        "Entre 1 y 20 personas, por favor.",
        "Quien coordina confirma tu acreditación.",
        "Escribe a hola@enlace.org o ve a enlace.org/board.",
        "¿Manejas? ¿Cocinas? Todo sirve.",
        "Integrantes y coordinadores.",
    ],
)
def test_what_we_write_is_left_alone(text: str) -> None:
    assert list(style_problems(text)) == []
