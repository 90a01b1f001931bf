"""Words by which people say whether they come, and with whom. Both languages. No reading."""

from collections.abc import Mapping
from enum import StrEnum
from itertools import product

from handlers.conversation.words import fold


class Sense(StrEnum):
    """What a phrase adds: an answer, a part of the party, or nothing."""

    YES = "yes"
    WE = "yes, more than one"
    MAYBE = "maybe"
    NO = "no"
    ALONE = "nobody else"
    ME = "whoever writes"
    WITH = "besides whoever writes"
    ONE = "one more"
    SOME = "more, who knows how many"
    MORE = "so many more"
    PEOPLE = "what a number counts"
    THEIRS = "what a number counts, besides whoever writes"
    TOTAL = "a total comes"
    DOUBT = "not certain"
    REASON = "why not"
    NOTHING = "no matter"


_YES = """
si, yes, yeah, yea, yep, yup, simon, claro, claro que si, por supuesto, of course, sure, ok,
okay, dale, sale, va, vale, de acuerdo, confirmo, confirmado, confirmada, confirmar, confirm,
confirmed, confirmo asistencia, confirmo mi asistencia, presente, present, listo, lista,
apuntado, apuntada, ahi estare, alli estare, alla estare, ahi estoy, ahi voy a estar, estare
ahi, estare presente, ahi nos vemos, alla nos vemos, nos vemos, nos vemos ahi, nos vemos alla,
nos vemos alli, cuenta conmigo, cuenten conmigo, cuente conmigo, voy, si voy, yo voy, voy a ir,
si voy a ir, ire, si ire, yo ire, asistire, si asistire, voy a asistir, quiero ir, si quiero ir,
quiero asistir, si puedo ir, si puedo asistir, me apunto, apuntame, apuntenme, anotame,
anotenme, me anoto, jalo, le entro, yo le entro, yo jalo, no falto, no faltare, ahi no falto, no
voy a faltar, no me lo pierdo, no me la pierdo, con gusto, con mucho gusto, encantado,
encantada, ill be there, i will be there, im in, i am in, count me in, im coming, i am coming,
im going, i am going, i will come, i will go, ill come, ill go, ill attend, i will attend, i can
come, i can go, i can make it, i can be there, ill make it, coming, going, attending, will be
there, will attend, see you there, see you then, sign me up, put me down, id love to, id love to
come, i would love to, happy to, gladly, absolutely, definitely, for sure, wouldnt miss it, i
wouldnt miss it, wont miss it, i want to go, i want to come, yes i am, i am, yes i will, i will,
yes i can, me interesa, i accept, acepto, esperar, wait, espero, en espera, lista de espera,
waiting list, waitlist, ponme en la lista, put me on the list, por su puesto, ahi les caigo
"""
_WE = """
are coming, are going, are attending, are in,
vamos, si vamos, iremos, si iremos, ahi estaremos, alla estaremos, alli estaremos, asistiremos,
vamos a ir, nos apuntamos, nos anotamos, cuenten con nosotros, cuenta con nosotros, vamos todos,
vamos todas, nosotros, nosotras, well be there, we will be there, count us in, were in, were
coming, we are coming, were going, we are going, we will come, we will go, well come, well go,
we can come, we can make it, sign us up, all of us, todos nosotros, todas nosotras, jalamos, le
entramos, caemos, ahi caemos, los dos, las dos, both of us
"""
_MAYBE = """
tal vez, talvez, tal ves, talves, quiza, quizas, a lo mejor, alomejor, puede ser, puede que si,
puede, chance, chance y si, maybe, mabye, maybe yes, perhaps, possibly, probably, probablemente,
might, i might, i might come, i might go, i might be there, not sure, not sure yet, im not sure,
i am not sure, im not sure yet, unsure, no se, no lo se, aun no se, todavia no se, no se
todavia, no se aun, no se si pueda, no se si podre, no se si puedo, no se si voy, no se si ire,
nose, no estoy seguro, no estoy segura, no estoy seguro si pueda, no estoy segura si pueda, no
es seguro, dont know, i dont know, dont know yet, i dont know yet, idk, depende, it depends,
depends, ojala, ojala pueda, a ver, a ver si puedo, a ver si voy, voy a ver, vere, dejame ver,
dejenme ver, let me see, let me check, ill see, ill try, i will try, ill try to come, im trying,
tratare, tratare de ir, intentare, intentare ir, hare lo posible, hare lo posible por ir, voy a
tratar, voy a intentar, si puedo, si puedo voy, if i can, if possible, si me da tiempo, si se
puede, si puedo ahi estoy, tal vez si, quiza si, quizas si, maybe later, tentative, tentativo,
es posible, posiblemente
"""
_NO = """
ya no vamos a poder ir, no vamos a poder ir, ya no podremos ir, ya no podremos, ya no iremos,
no, nope, nah, nel, no puedo, no podre, no puedo ir, no podre ir, no voy, no ire, no asistire,
no puedo asistir, no podre asistir, no voy a poder, no voy a poder ir, no voy a ir, ya no, ya no
puedo, ya no puedo ir, ya no voy, ya no voy a ir, ya no podre, ya no podre ir, ya no voy a
poder, ya no voy a poder ir, ya no voy a asistir, no vamos, ya no vamos, no podemos, no podemos
ir, ya no podemos, ya no podemos ir, no iremos, no podremos, no podremos ir, no vamos a poder,
no vamos a poder ir, no vamos a ir, ya no vamos a ir, ya no vamos a poder, no puedo llegar, no
podre llegar, no me es posible, me es imposible, imposible, esta vez no, esta vez no puedo,
ahora no, ahora no puedo, hoy no, hoy no puedo, ese dia no puedo, por ahora no, no esta vez, no
cuenten conmigo, no cuentes conmigo, cant, cannot, i cant, i cannot, i cant come, i cant go,
cant come, cant go, cant make it, i cant make it, i cannot make it, cannot make it, cant attend,
i cant attend, cannot attend, cant be there, i cant be there, cant do it, wont be there, i wont
be there, wont make it, i wont make it, i wont come, i wont go, wont be able to make it, i wont
be able to make it, i wont be able to come, not able to come, im unable to come, unable to
attend, not coming, im not coming, not going, im not going, i am not going, i am not coming, im
out, count me out, not this time, not today, we cant, we cant come, we cant make it, we wont be
there, we are not coming, were not coming, no longer coming, no longer going, i can no longer
come, i can no longer go, i cant anymore, cant come anymore, cant make it anymore, not anymore,
pass, paso, no me interesa, not interested, ya no ire, ni modo no puedo, lamentablemente no,
desafortunadamente no, unfortunately not, desgraciadamente no, no voy a asistir, no asistiremos,
negativo, no way
"""
_NO_TO_ALL = """
no a todas, no a todos, no todas, no todos, no a ninguna, no a ninguno, a ninguna, ninguna, no voy a
ninguna, no ire a ninguna, no voy a ir a ninguna, no puedo a ninguna, no puedo ir a ninguna, no a
todas las reuniones, no voy a ir mas, ya no voy a ir mas, ya no me invites, ya no me inviten, no me
invites mas, no me inviten mas, ya no me invites mas, ya no me inviten mas, no mas invitaciones, no
to all, no to all of them, no all, none of them, not any of them, i cant come to any, cant come to
any, no more invitations, dont invite me anymore, do not invite me anymore, dont invite me again,
dont invite me any more
"""
_NOTHING = """
gracias, muchas gracias, mil gracias, thanks, thank you, thank you so much, thanks so much, many
thanks, por favor, porfa, please, pls, hola, hello, hi, hey, buenas, buenos dias, buenas tardes,
buenas noches, good morning, good afternoon, good evening, good night, y, and, e, los, las, the,
amen, bendiciones, saludos, dios mediante, primero dios, si dios quiere, god willing, dios les
bendiga, god bless, compa, companeros, companeras, amigos todos, team, equipo, muy bien, bien,
great, excelente, perfecto, perfect, genial, awesome, cool, nice, sounds good, al evento, a la
marcha, al evento por favor, a la vigilia, a la reunion, a la junta, a la asamblea, al taller, a
la capacitacion, a la manifestacion, al mitin, a la protesta, to the event, to the march, to the
rally, to the vigil, to the meeting, to the training, to the assembly, for the event, para el
evento, para la marcha, para la vigilia, alla, ahi, alli, there, lo siento, sorry, im sorry, i
am sorry, perdon, disculpa, disculpen, una disculpa, que pena, unfortunately,
desafortunadamente, lamentablemente, desgraciadamente, entonces, then, pues, bueno, well, mejor,
actually, este, tambien, too, as well, rsvp, asistencia, mi asistencia, nada mas, nomas,
solamente, solo, only, just, el dia, ese dia, that day, lugares, lugar, places, spots, seats,
que
"""
_REASON = """
porque, por que, because, tengo, tendre, i have, estoy, estare, ando, im, i am, i work, i will
be, ill be, trabajo, por trabajo, working, my, mi, me, se me, ya tengo, nos, es que
"""
_ALONE = """
solo yo, yo solo, yo sola, nomas yo, nada mas yo, solamente yo, voy solo, voy sola, ire solo,
ire sola, solo voy yo, nada mas voy yo, nomas voy yo, just me, only me, by myself, just myself,
me alone, im coming alone, coming alone, ill come alone, alone, sola, just one, solo una
persona, una persona, solo uno, solo una, one person, yo nada mas, yo nomas, solita, solito
"""
_ME = "yo, me, i, myself, conmigo, contando conmigo, including me, incluyendome, including myself"
_WITH = """
con, with, llevo, llevo a, llevare, llevare a, traigo, traigo a, voy a llevar, voy a llevar a,
im bringing, i am bringing, bringing, ill bring, i will bring, acompanado de, acompanada de,
mas, plus, voy con, ire con, ahi estare con, im coming with, ill be there with, i will come with
"""
_SOME = """
mi familia, con mi familia, my family, la familia, the family, mis hijos, mis hijas, my kids, my
children, mis amigos, mis amigas, my friends, unos amigos, some friends, mi grupo, my group, mi
iglesia, my church, mi gente, varios, varias, several, todos, todas, everyone, everybody,
muchos, many, otros, others, mis papas, my parents, mis hermanos, my brothers, mis hermanas, my
sisters, los ninos, the kids, familia, family, mi clase, my class, mi equipo, mi team
"""
_MORE = """
mas, more, otros, otras, others, other people, otras personas, otros mas, invitados,
acompanantes, guests, personas mas, more people, people more, de mas
"""
_PEOPLE = """
personas, persona, people, person, persons, pax, gentes, adultos, adultas, adults, adulto,
adult, ninos, ninas, nino, nina, kids, children, kid, child, of us, de nosotros, en total,
total, in total, entre todos, jovenes, mayores, integrantes, miembros, members, boletos, tickets
"""
_TOTAL = """
somos, seremos, seriamos, vamos a ser, vamos, iremos, we are, were, we will be, well be, there
are, there will be, there will be a total of, para, for, party of, a party of, group of, a group
of, grupo de, un grupo de, un total de, a total of, total de, en total, asistiremos, somos en
total, vamos en total, family of, familia de, una familia de, a family of, ahi estaremos,
reserva para, apartame, apartenme, apuntame, anotame, ponme, put me down for, save me, i need,
necesito, sign us up for
"""
_DOUBT = """
de, a, o, u, or, como, unos, unas, about, around, like, aprox, aproximadamente, mas o menos, more or
less, al menos, at least, minimo, maximo, up to, hasta, entre, between, pero, but, casi, almost,
ni, creo, creo que, creo que si, i think, i think so, i guess, supongo, excepto, except, sin,
without, menos, minus, less, no creo, i dont think so, tal vez no, maybe not, quiza no, quizas
no, probably not, probablemente no, cancel, cancelar, cambiar, change
"""
_RELATED = {
    "es": """
        esposo esposa marido mujer pareja novio novia hermano hermana hermanito hermanita hijo
hija hijito hijita mama papa madre padre tio tia primo prima sobrino sobrina abuelo
abuela abuelita abuelito amigo amiga comadre compadre vecino vecina nieto nieta bebe
cunado cunada suegro suegra companero companera bebita nino nina persona prometido
prometida roomie mami papi
    """,
    "en": """
        husband wife spouse partner boyfriend girlfriend brother sister son daughter mom mum
mommy dad mother father uncle aunt cousin nephew niece grandma grandmother grandpa
grandfather friend neighbor neighbour baby kid child coworker roommate fiance fiancee
colleague buddy toddler person guest
    """,
}
_OWNERS = {
    "es": "mi, a mi, un, una, a un, a una, otro, otra, mi otro, mi otra, el, la",
    "en": "my, a, another, an, one, my other, our",
}
_CARDINALS = """
cero zero
uno una one
dos two
tres three
cuatro four
cinco five
seis six
siete seven
ocho eight
nueve nine
diez ten
eleven
doce twelve
trece thirteen
catorce fourteen
quince fifteen
dieciseis sixteen
diecisiete seventeen
dieciocho eighteen
diecinueve nineteen
veinte twenty
"""
_PLURAL_ENDINGS = ("s", "es")
_IRREGULAR = ("wives", "children", "babies", "papas", "mamas", "people", "mujeres", "companeros")


def _split(words: str) -> list[str]:
    return [fold(word) for word in words.replace("\n", " ").split(",") if word.strip()]


def _gather() -> Mapping[str, Sense]:
    senses: dict[str, Sense] = {}
    for words, sense in (
        (_REASON, Sense.REASON),
        (_NOTHING, Sense.NOTHING),
        (_PEOPLE, Sense.PEOPLE),
        (_SOME, Sense.SOME),
        (_WITH, Sense.WITH),
        (_MORE, Sense.MORE),
        (_ME, Sense.ME),
        (_WE, Sense.WE),
        (_TOTAL, Sense.TOTAL),
        (_ALONE, Sense.ALONE),
        (_YES, Sense.YES),
        (_MAYBE, Sense.MAYBE),
        (_NO, Sense.NO),
        (_DOUBT, Sense.DOUBT),
    ):
        senses.update(dict.fromkeys(_split(words), sense))
    for language, related in _RELATED.items():
        for owner, one in product(_split(_OWNERS[language]), related.split()):
            senses.setdefault(f"{owner} {one}", Sense.ONE)
        for one, ending in product(related.split(), _PLURAL_ENDINGS):
            senses.setdefault(f"{one}{ending}", Sense.THEIRS)
    for one in _IRREGULAR:
        senses.setdefault(one, Sense.THEIRS)
    return senses


SENSES: Mapping[str, Sense] = _gather()
"""By folded phrase; the longest that fits counts."""

NO_TO_ALL = frozenset(_split(_NO_TO_ALL))
"""To a meeting that comes back every week: none of those that follow either."""

COURTESY = frozenset(_split("gracias, muchas gracias, thanks, thank you, por favor, please, sorry"))

LONGEST_PHRASE = max(len(phrase.split()) for phrase in SENSES)
CARDINALS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(_CARDINALS.strip().splitlines())
    for word in words.split()
}
"""Without "un", an article, and "once", which is eleven in one language and no number in the other.
"""

POSSESSIVES = frozenset({"mis", "my", "our", "nuestros", "nuestras", "a mis", "sus"})
"""Before a number: "my two kids"."""
