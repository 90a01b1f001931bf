"""What people say around a number when they answer an ask, in both languages. No rules.

A block is alternatives parted by bars or lines, each whole folded words and a piece of a regular
expression. "yes" is also "sí"; "U" is a word for what is counted (see pledge_spelling.py).
"""

from collections.abc import Iterator
from typing import Final

from handlers.conversation.words import word_set


def either(*blocks: str) -> str:
    """The alternatives of blocks as one group, without the space behind it; longest first."""
    parts = {part.strip() for block in blocks for part in _alternatives(block)} - {""}
    return "(?:" + "|".join(sorted(parts, key=lambda part: (-len(part), part))) + ")"


def _alternatives(block: str) -> Iterator[str]:
    """Parted by bars and lines outside of brackets."""
    part, depth = "", 0
    for char in block:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char in "|\n" and not depth:
            yield part
            part = ""
        else:
            part += char
    yield part


# --- numbers and what is counted

NUMBER_WORDS: Final = word_set(
    "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis "
    "diecisiete dieciocho diecinueve veinte veintiuno veintiuna veintidos veintitres veinticuatro "
    "veinticinco veintiseis veintisiete veintiocho veintinueve treinta cuarenta cincuenta sesenta "
    "setenta ochenta noventa cien ciento doscientos doscientas trescientos trescientas "
    "cuatrocientos cuatrocientas quinientos quinientas seiscientos seiscientas setecientos "
    "setecientas ochocientos ochocientas novecientos novecientas mil cero two three four five six "
    "seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty thirty forty fourty fifty sixty seventy eighty ninety hundred thousand zero"
)
MISSPELT: Final = {
    wrong: right
    for right, wrongs in {
        "cinco": "sinco cinko sinko zinco",
        "cuatro": "quatro kuatro cuatr",
        "tres": "trez",
        "seis": "seiz ceis",
        "siete": "siet ciete",
        "nueve": "nuebe",
        "diez": "dies",
        "once": "onse",
        "doce": "dose",
        "trece": "trese",
        "catorce": "catorse",
        "quince": "quinse kince",
        "veinte": "beinte bente",
        "veintiuno": "veintiun",
        "five": "fiv fivee",
        "seven": "sevn",
        "eight": "eigth eigh",
        "nine": "nien",
        "twelve": "twelv",
        "fifteen": "fiften",
        "docena": "dosena docenita",
        "docenas": "dosenas dozens",
        "dozen": "dozn",
        "couple": "cupple",
        "de": "d",
        "para": "pa",
        "que": "q k",
        "porque": "xq pq",
        "tambien": "tmb tmbn",
        "tomorrow": "tmrw tmw tmr",
        "manana": "mnn",
    }.items()
    for wrong in wrongs.split()
}
# Pronouns that turn "para", but not a clause of its own.
OWN: Final = word_set("me mi mis my nos us")
# Names of so many at once, in the singular.
SIZES: Final = (("docena|dozen", 12), ("decena", 10), ("veintena", 20))

UNIT_SHORTHAND: Final = {
    "piece": word_set("pz pzs uds"),
    "box": word_set("bx bxs cj cjs kaja kajas"),
    "pack": word_set("pk pks paqs paquetito pqts pkgs bulto bultos"),
    "bag": word_set("bolson bolsones baggies"),
    "bottle": word_set("botellitas bote botes"),
    "ride": word_set("aventones"),
}
# What needs are made of, for when people count the thing itself.
COUNTED_GOODS: Final = word_set(
    "panales panal diapers diaper cobijas cobija cobertores mantas frazadas blankets blanket "
    "colchonetas colchones mats mattresses almohadas pillows sabanas sheets toallas toalla towels "
    "towel toallitas wipes pads tampones tampons biberones mamilas cepillos toothbrushes jabones "
    "soaps desodorantes rastrillos razors calcetines socks playeras camisas shirts pantalones "
    "pants chamarras jackets sueteres sweaters gorros hats abrigos coats zapatos shoes tenis "
    "sandalias chanclas aguas waters latas cans despensas tortas sandwiches tamales articulos "
    "mochilas backpacks pares pairs juguetes toys libros books cuadernos notebooks botiquines "
    "rollos rolls"
)
MEASURES: Final = word_set(
    "libra libras lb lbs pound pounds onza onzas oz ounce ounces galon galones gallon gallons gal "
    "tonelada toneladas ton tons metro metros meters feet pies gramo gramos grams gr ml g pallet "
    "pallets palet palets tarima tarimas truckload camion camiones mil k hundreds minuto minutos "
    "minute minutes min mins segundo segundos seconds dia dias day days semana semanas week weeks "
    "mes meses month months ano anos year years yr yrs veces vez times time amigos amigas friends "
    "ninos ninas kids children percent porciento"
)

# --- said beside a number without changing it

GREETINGS: Final = """
hola|holi|ola|buenas|buen dia|buenos dias|buenas tardes|buenas noches|que tal|que onda|que hubo
saludos|hey|hi|hello|good (morning|afternoon|evening|day)|hi there|hello there|muy buenas
muy buenos dias|amig[oa]s?|companer[oa]s?|herman[oa]s?|vecin[oa]s?|friends?|team|equipo
"""
POLITENESS: Final = """
gracias|muchas gracias|mil gracias|thanks|thank you|thank you so much|thanks so much|thx|ty
many thanks|thanks a lot|por favor|porfa|porfis|porfavor|plis|pls|plz|please|con (mucho )?gusto
gustos[oa]|with pleasure|gladly|happily|my pleasure|bendiciones|dios l[oae]s bendiga
dios te bendiga|god bless( you| you all)?|blessings|un abrazo|abrazos|animo|sorry
disculp(a|e|en)|perdon(en|a|e)?|lo siento|una disculpa|que pena
es (todo )?lo que (tengo|puedo|alcanzo)|(thats|its) (all|what) (i|we) (have|can|can do|got)|y ya
y nada mas|por (ahora|lo pronto|mientras)|por el momento|for now|de momento
hope (it|this|that) helps|no problem|no hay problema|sin problemas?|de corazon|con carino
with love|con todo (gusto|el gusto|carino|corazon)|con (mucho|todo) carino|muchisimas gracias
thank you very much|thanks again|(i|we) got you|got you|coming your way|coming up
on (the|their|its) way|no worries|que dios (los|les|te) bendiga|happy to help|glad to help
encantad[oa] de ayudar|keep up the good work|love you all
(thank you|thanks) for (organizing|everything|all you do|doing this|your work|the message|asking)
gracias por (todo|avisar|la informacion|su (labor|trabajo)|lo que hacen|el mensaje|organizar)
"""
YES: Final = """
yes|yeah|yep|yup|sure|sure thing|of course|absolutely|definitely|claro|claro que (si|yes)
por supuesto|simon|desde luego|thumbsup|for sure|seguro|encantad[oa]|con todo gusto
"""
OKAY: Final = """
ok|okay|okey|okis|oki|va|vale|sale|dale|perfecto|perfect|great|good|bueno|bien|listo|lista|orale
de acuerdo|enterad[oa]|entendido|got it|excelente|super|genial|cool|nice|awesome|muy bien
esta bien
"""
ONLY: Final = """
solo|solamente|unicamente|nomas|nada mas|only|just|entonces|pues|then|so|well|actually|better
en total|in total|total|tambien|also|really|but|pero|exactly|exactamente|exacto|mira|miren|oigan
ahora|now|here
"""
OURSELVES: Final = """
yo|nosotr[oa]s|por (mi|nuestra) parte|de (mi|nuestra) parte|from (me|us)|on my (end|side|behalf)
myself|personalmente|personally|yo mism[oa]|we|i|de nosotr[oa]s|a mi nombre|a nuestro nombre
on us|on me
"""
FOR_THEM: Final = """
para (ustedes|ellos|ellas)|para l[oa]s (ninos|ninas|bebes|familias|hermanos|migrantes|peques)
para el (albergue|refugio)|al (albergue|refugio)|for (you|you all|them|the shelter)
for the (kids|babies|families|children)|to the shelter|alla|there|ahi
"""
ADJECTIVES: Final = """
grandes?|chic[oa]s?|nuev[oa]s?|llen[oa]s?|complet[oa]s?|enter[oa]s?|median[oa]s?|pequen[oa]s?
big|small|large|new|full|whole|medium|little
"""

# --- promising; a number, or all of it, comes next

GIVE_ES: Final = """
llevar|traer|donar|dar|poner|aportar|entregar|conseguir|comprar|mandar|enviar|regalar|ofrecer
contribuir con|cubrir|preparar|dejar|pasar a dejar|ir a dejar|ayudar con|apoyar con|cooperar con
colaborar con|hacerme cargo de|encargarme de|comprometerme con|yevar|llebar|juntar|surtir
ayudarl[eo]s con|apoyarl[eo]s con|aportar con|acercar|arrimar|juntarl[eo]s|llevarl[eo]s
conseguirl[eo]s|completar|quedarme con|estar llevando
"""
GIVES_ES: Final = """
llevo|yevo|yebo|llebo|traigo|dono|doy|pongo|aporto|entrego|consigo|compro|mando|envio|regalo
ofrezco|prometo|preparo|llevare|traere|donare|dare|pondre|aportare|entregare|conseguire|comprare
mandare|enviare|cubro|contribuyo con|ayudo con|apoyo con|coopero con|colaboro con|le entro con
me apunto con|me anoto con|me sumo con|me comprometo (con|a)|me encargo de|me hago cargo de
junto|surto|llevamos|traemos|donamos|damos|ponemos|aportamos|entregamos|conseguimos|compramos
mandamos|ofrecemos|llevaremos|donaremos|cubrimos|nos apuntamos con|nos anotamos con
nos comprometemos con|nos encargamos de|nos hacemos cargo de|paso a dejar|cooperamos con
ayudamos con|apoyamos con|colaboramos con|completo|completamos|agarro|jalo con|me mocho con
me quedo con|nos quedamos con|acerco|arrimo|juntamos|estoy donando|estamos donando
estare llevando|estaremos llevando
le entramos con|nos sumamos con
me hago cargo|nos hacemos cargo|me encargo|nos encargamos
"""
MAY_ES: Final = """
puedo|podemos|voy a|vamos a|quiero|queremos|quisiera|quisieramos|me gustaria|nos gustaria
me comprometo a|nos comprometemos a|alcanzo a|prometo|estoy dispuest[oa] a|podre|podremos
me toca|me ofrezco a
"""
WRITE_DOWN_ES: Final = """
(apunta|anota|pon|inscribe|registra|agrega|suma)(me|nos)|(apunte|anote|ponga|registre)n?(me|nos)
(pone|anota|apunta|suma)(me|nos)
"""
COUNT_ON_ES: Final = """
(cuent(a|e|en)|conta) con|(cuent(a|e|en)|conta) conmigo (con|para)
(cuent(a|e|en)|conta) con nosotros (con|para)|(te |les |le )?confirm(o|amos)
mi (promesa|compromiso) (es|es de)|me apunto|me anoto|nos apuntamos|nos anotamos
puede[ns]? contar con|puede[ns]? contar conmigo (con|para)|aqui con
"""
GIVE_EN: Final = """
bring|take|do|donate|give|provide|get|cover|deliver|drop off|send|buy|offer|contribute|manage
handle|supply|pledge|commit to|commit|spare|carry|chip in|chip in with|pitch in|pitch in with
purchase|take care of|go with|put in|help with|swing|collect|have|bring you|bring in|bring over
bring by|take on|sponsor|get you|give you|grab|order|throw in|kick in|round up|put together
have ready
"""
GIVING_EN: Final = """
bringing|taking|donating|giving|providing|getting|covering|delivering|dropping off|sending
buying|offering|contributing|pledging|committing to|going with|good for|in for|down for|grabbing
picking up|ordering|committed to
"""
MAY_EN: Final = """
can|will|am going to|are going to|going to|gonna|wanna|want to|would like to|would love to
would be (happy|glad) to|am (happy|glad|able) to|are (happy|glad|able) to|promise to
can definitely|will definitely|can easily|can certainly
"""
SHORT_MAY_EN: Final = """
ill|well|id (like|love) to|let me|let us|lets|happy to|glad to|able to|willing to
id be (happy|glad) to|wed (like|love) to
"""
WRITE_DOWN_EN: Final = """
(please )?(count|put|sign|mark|add|write|pencil|list|jot) (me|us) ((in|down|up|on) )?(for|with)
(you can )?count on (me|us) for|expect|lets say|lock (me|us) in for|(i |we )?pledge
(ill|well|i will|we will|i can|we can) be (there|over|by) with|(my|our) pledge is
make (it|that|mine)|change ((it|mine|that|my pledge) )?to|lets make it
"""
OURS_ES: Final = """
(mi|nuestr[oa]) (iglesia|grupo|parroquia|familia|equipo|escuela|organizacion|congregacion|comunidad)
(mi|nuestr[oa]) grupo [a-z]+
"""
OURS_EN: Final = """
(my|our) ([a-z]+ )?(church|group|parish|family|team|school|organization|company|class)
my (wife|husband|family|partner) and i
"""

# --- all of it

MISSING: Final = """
que (les )?falt[ae]n?|que (les )?hagan? falta|que (les )?hacen? falta|que quedan?|restantes?
que necesit[ae]n|que (piden|pidieron|estan pidiendo)
(that are|that is|thats) (left|missing|needed)|(left|remaining|needed|missing)
(that )?(you|they) (still )?need|still (needed|missing|left)|(las |los |the )?remaining ones
"""
NOT_ALL: Final = """
bien|listo|list[oa]s?|perfecto|good|ready|set|right|great|ok|okay|el|day|night|the|of|l[oa]s?
eso|menos|excepto|salvo|but|except|done|way|a|en|esta|is|are|se|que|about|around|over
"""

# What may follow a lone "todo": "todo bien" and "all good" promise nothing.
AFTER_ALL: Final = r"\Z|[.,:)-] |gracias|por favor|porfa|please|thanks|yo |de mi parte|thumbsup|U "

# --- willing or in doubt, without a number

WILLING: Final = """
(yo )?l[oa]s? (llevo|traigo|dono|llevamos|donamos|consigo|traemos|dejo|entrego)
(yo )?(llevo|traigo|dono|llevamos|donamos|consigo|traemos|le entro)
(yo )?(puedo|podemos|quiero|queremos|quisiera|me gustaria) (ayudar|apoyar|cooperar|donar|llevar)
(yo )?(puedo|podemos|quiero|queremos|quisiera) (ayudar|apoyar|llevar|donar)l[oae]s
(yo )?(puedo|podemos|quiero|queremos|quisiera) (aportar|participar|colaborar|contribuir|traer)
cuent(a|e|en) conmigo|cuent(a|e|en) con nosotros|(apunta|anota)(me|nos)|(apunten|anoten)(me|nos)
me apunto|me anoto|me sumo|yo mero|yo merito|count (me|us) in|sign (me|us) up|im in|i am in
were in|im down|im on it|on it
(i|we) (can|will|want to|would like to|would love to) (help|bring|donate)
(i|we) (can|will|want to|would like to|would love to) (contribute|do it|do that|come|come by)
(i|we) (can|will) (bring|donate) (them|it|some)|(ill|well) (help|bring|donate|contribute|do it)
(ill|well) (bring|donate) (them|it|some)|(id like to|id love to|happy to|glad to) (help|bring)
(id like to|id love to|happy to|glad to) (donate|contribute)|i can|i will
(ill|well) (come|be there)|(yo )?l[oa]s (acerco|paso a dejar|voy a dejar)
(con gusto )?(ayudo|apoyo|coopero|colaboro|ayudamos|apoyamos)|(i |we )?(will|can) deliver
(i |we )?(will|can) drop (them|it) off|(ill|well) (deliver|drop (them|it) off|take them)
id be (happy|glad) to help|yo jalo|le jalo|yo me apunto
"""
VAGUE: Final = """
algun[oa]s?|un[oa]s|un[oa]s cuant[oa]s|un[oa]s poc[oa]s|vari[oa]s|much[oa]s?|poc[oa]s?|docenas
un poco|un poquito|un monton|bastantes?|un buen|tant[oa]s|some|several|a few|few|many|a lot|lots
a lot of|lots of|a bunch|a bunch of|plenty|plenty of|a handful|a handful of|a little
whatever i can|as (many|much) as i can|lo que pueda|l[oa]s que pueda|lo que se pueda
lo que gusten?|la mitad|mitad|half|media|medio|half of (them|it)|la mitad de (todo|ellas|ellos)
casi tod[oa]s?|most|most of them|almost (all|everything)|la mayoria|mas|more|otr[oa]s?|another
no tod[oa]s?|not all( of (them|it))?|(no puedo|no alcanzo) (con )?tod[oa]s?|todas menos una
all but one|un par mas|un[oa]s poquit[oa]s|poquit[oa]s
(one|una|uno) (of|de) (each|cada|cada un[oa])
"""
PERHAPS: Final = """
maybe|perhaps|tal vez|talvez|quizas?|quien sabe|a lo mejor|posiblemente|probablemente|puede ser
possibly|probably|no se|no estoy segur[oa]|not sure|im not sure|i dont know|dejame (ver|checar)
let me (check|see|think|ask)|dejame (revisar|preguntar|pensar|pensarlo|checarlo)
deja (veo|checo)|lo pienso|voy a ver|ill (see|check|think about it|let you know)
i will (see|check|let you know)|a ver|depende|it depends|depends|luego (les|te) (aviso|digo)
les aviso|te aviso|yo les aviso|(todavia|aun) no se|(todavia|aun) no|not yet|i might|i could
podria|podriamos|(i )?(might|could) (help|bring some)
"""

# --- when, with whom, where

SOON: Final = """
esta semana|este fin|este finde|el fin de semana|este fin de semana|la proxima semana|al rato
mas tarde|mas al rato|temprano|tempranito|luego|pronto|en un rato|en la (tarde|noche|manana)
por la (tarde|noche|manana)|despues (del trabajo|de misa|de comer|de clases)
saliendo del trabajo|saliendo de (trabajar|misa|clases)|cuanto antes|lo antes posible|ahorita
ahorita mismo|ahora mismo|hoy mismo|entre semana|this (week|weekend|morning|afternoon|evening)
tonight|next (week|weekend)|the weekend|over the weekend|on the weekend|later|later today
later on|soon|asap|after (work|church)|after (school|class|lunch|mass)|before noon
in the (morning|afternoon|evening)|right away|right now|as soon as possible
in a (bit|while|few hours|few days)|en un[oa]s (dias|horas)|first thing|early
el proximo fin de semana|at noon|a medio dia|al mediodia|la semana que viene|la semana entrante
"""
BEFORE_TIME: Final = """
by|before|antes de|antes del|para|hasta|desde|from|on|el|la|the|this|este|esta|at|por|in|en
starting|como|around|about|del|de
"""
INTRODUCTIONS: Final = """
soy|me llamo|mi nombre es|le habla|habla|aqui|this is|im|i am|my name is|my names|de parte de
"""
LOGISTICS: Final = """
donde|a donde|adonde|en donde|cual es la direccion|cual es su direccion|a que hora
a que direccion|que (horario|direccion)|hasta que hora|where|what time|whats the address
what is the address|until what time|what (are|is) (the|your) (hours|location)
"""
LOGISTICS_ASKED: Final = (
    "cuando|quien recibe|como (llego|se los|se las|le hago)|when|who|how (do|can)"
)

# --- what is never passed over

TURNING: Final = word_set(
    "no not nor ni nunca never tampoco sin without menos less except excepto salvo cant cannot "
    "wont dont didnt doesnt isnt havent couldnt wouldnt shouldnt unable nel nope nah o u or if "
    "unless aunque depende depends maybe perhaps quiza quizas vez talvez possibly probably creo "
    "think guess hope espero ojala posiblemente probablemente mejor digo rather instead cada each "
    "per every otro otra otros otras another other else mas more entre between unos unas como "
    "about around aprox aproximadamente approximately roughly almost casi hasta maximo minimo "
    "least most podria podriamos could might may would should si cuando when until tratare tratar "
    "try intento intentar lleva llevan lleve lleven llevaron llevo llevamos trae traen dona donan "
    "puede pueden puedo podemos she he they ella ellos ellas her his him brings takes brought "
    "took gave deje entregue entregado delivered dropped drop soltar suelto cancel cancela "
    "cancelo cancelar quitar quita quiten need needs necesito necesitamos ocupo falta faltan "
    "quedan mi me mine us nos half media medio mitad algunas algunos varias varios some several "
    "few todo todos todas toda all everything cuantas cuantos cuanto cuanta how what why que ya "
    "yesterday ayer antier pasada last bring take donate llevar traer donar want quiero promise "
    "prometo docenas mil thousand cien can will dinero money cash efectivo pesos dollars dolares "
    "bucks usd mxn dlls quetzales lempiras una uno one un home back casa regreso devolver return "
    "vacias vacios vacia empty used usadas usados rotas rotos broken expired caducadas sale venta "
    "case caso ser haber necesario provided pending subject assuming worth you your usted kidding "
    "broma joke jaja lol wish"
)
