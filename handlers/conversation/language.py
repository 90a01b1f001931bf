"""Guessing a person's language from their first words, or from the language of their phone."""

from handlers.conversation.words import fold, word_set
from locales import Language

_SPANISH = word_set(
    "hola buenas buenos dias tardes noches unirme unirse alta inicio voluntario voluntaria ayuda "
    "quiero quisiera puedo como esta estoy soy me mi el la los las un una de del que para por con "
    "en y si no gracias favor espanol informacion necesito ayudar alto baja parar mensajes perfil "
    "temas necesidades eventos donde cuando albergue aqui yo nosotros somos tengo hay ya mas"
)
_ENGLISH = word_set(
    "hi hello hey join start volunteer help want would like can how are you i im am the a an of "
    "to for with in and yes thanks please english information need my is stop messages profile "
    "topics needs events where when shelter here we have there more good morning"
)
_MARKS = "ñ¿¡áéíóú"


def guess_language(text: str, phone_language: str | None = None) -> Language:
    """Words decide; then the phone's language code; Spanish when nothing tells."""
    start = text[:300]
    words = fold(start).split()
    spanish = sum(word in _SPANISH for word in words) + any(mark in start for mark in _MARKS)
    english = sum(word in _ENGLISH for word in words)
    if spanish != english:
        return "es" if spanish > english else "en"
    if phone_language:
        return "es" if phone_language.lower().startswith("es") else "en"
    return "es"
