"""What people say who answer an ask without a number, and words that tell why one is doubted.

Written like pledge_words.py.
"""

from typing import Final

from handlers.conversation.words import word_set

# --- declining, dropping, delivered, asking

CANNOT: Final = """
no (puedo|podemos|podre|podremos|voy a poder|vamos a poder|quiero|tengo|tenemos|alcanzo)
(i|we) (cant|cannot|wont|can not|do not|dont have)|(sorry|im sorry) cant|cant|cannot
(i am|im|we are|were) (not able|unable)( to)?|not able to|unable to|wont be able( to)?
"""
# What may follow for it to decline: "no puedo llevar", but not "no puedo abrir el enlace".
CANNOT_DO: Final = """
ir|ayudar|salir|llegar|asistir|participar|manejar|comprometerme|hoy|manana|ahorita|ahora|esta
este|ahi|por|con (eso|est[oae])|nada|nada de|U|dinero|tiempo|carro|coche|como|ni
de (momento|eso|esas|esos)|lo siento|perdon|disculp(a|e|en)|gracias|this|right now|today
tomorrow|help|make it|do (it|that|this)|come|go|afford|drive|any|anything|anymore|now|sorry
because|porque|la verdad|amig[oa]s?|herman[oa]s?|money|a car|time|them|those|at the moment
en este momento|mas|ningun[oa]s?|una|para|until|hasta|either
"""
DECLINES: Final = """
no creo poder|no creo que pueda|no me es posible|no es posible|no nos es posible|no me alcanza
esta vez no|ahora no|hoy no|ahorita no|por ahora no|de momento no|por el momento no
en esta ocasion no|esta ocasion no|no gracias|no thanks|no thank you|not this time|not today
not now|not right now|not for me|count me out|no cuent(a|e|en) con(migo| nosotros)
dont count (on )?me|para la (otra|proxima)|a la (otra|proxima)|la proxima|next time|i pass
ill pass|have to pass|pass this time|mejor no|imposible|impossible|afraid not
no esta en mis posibilidades|no me interesa|not interested|ando sin dinero|no dispongo
ni modo no|i have none|i have nothing|no hay manera|fijate que no|fijese que no|me temo que no
creo que no|i wish i could|no can do|(ando|estoy) cort[oa]|unfortunately not|no this time
no por ahora|ahorita ando sin
esta vez paso|paso esta vez|por esta vez paso
"""
DECLINES_WHOLE: Final = """
no|n|nop|nope|nel|nah|nel pastel|not|no no|ningun[oa]|none|nada|nothing|pass|paso|lo siento
sorry|cant|im sorry|disculp(a|e|en)|no manches|negativo|negative
"""
DROPS: Final = """
ya no (puedo|podre|podemos|podremos|voy|vamos|alcanzo|llego|quiero|sera posible|es posible|podria)
ya no me (es|sera) posible|ya no (cuenten|cuenta|cuente) con(migo| nosotros)
ya no l[oa]s? (llevo|puedo)|siempre no|mejor ya no|al final no|a la mera hora no
(i|we) (can|could) no longer|no longer able
(cant|cannot|wont|can not|unable to) ([a-z]+ ){0,6}(anymore|any more|any longer|after all)
not able to ([a-z]+ ){0,6}(anymore|any more|any longer|after all)
"""
DROP_ACTS: Final = """
cancel|cancela|cancelo|cancelen|cancelar|quita|quito|quiten|quitar|borra|borren|suelto|suelta
suelten|soltar|solte|libero|libera|liberar|drop|release|remove|retiro|retirar|undo
suelt(alo|ala|alos|alas|elo|ela|enlo|enla|enlos|enlas)
"""
DROPPED_THING: Final = """
(mi|mis|my|nuestr[oa]|our|la|el|l[oa]s|the) (promesas?|compromisos?|pledges?|U)|lo mio
l[oa]s mi[oa]s|mine|lo que (prometi|dije)|(it|them|everything|all|todo|tod[oa]s)
"""
BACKS_OUT: Final = """
(have to|need to|must|gotta|got to) (back out|cancel|drop out|drop|withdraw)|im backing out
back out|drop out|me echo para atras|me tengo que echar para atras|tengo que cancelar
voy a tener que cancelar|me rajo|i have to withdraw|withdraw my (pledge|offer)
ya no va a poder ser|ya no va a ser posible
"""
DROP_WORDS: Final = """
soltar|suelto|drop|release|liberar|libero|solte|suelt(a|e|en)(l[oa]s?)?
"""
DELIVERS: Final = """
ya (l[oa]s? |se l[oa]s? )?(deje|entregue|entregamos|dejamos|di|dimos|lleve|he entregado)
ya (l[oa]s? )?(fu(i|imos) a dejar|pas(e|amos) a dejar|hemos entregado)
ya fu(i|imos) a (dejar|entregar|llevar)l[oa]s?
acab(o|amos) de (dejar|entregar|llevar|pasar a dejar)(l[oa]s?)?
l[oa]s? (entregue|deje|entregamos|dejamos)|entrega (hecha|lista|completa|realizada)
delivered (it|them|everything|all|the U|my U)
(i|we|already|just|have|ive|weve|they were|all|been|they are|theyre) delivered
dropped (it|them|everything|all|those|mine|the U|my U|U|all of them|them all) off|dropped off
(i|we|just|already) left (it|them|everything|the U|my U)
left (it|them|everything) (at|with|there|by)|handed (it|them|everything) (over|in)
(i |we |just |already )?(brought|took) (it|them|everything|the U) (over|there|in|already)
(i |we |just |already )?(brought|took) (it|them|everything|the U) to the shelter
already (brought|took) (it|them|everything|the U)
"""
# What may follow: "ya los dejé en el albergue", but not "ya dejé el trabajo".
DELIVERED_WHERE: Final = """
U|l[oa]s (U|cosas|panales)|mis U|my U|tod[oa]s?|en|con|hoy|ayer|esta (manana|tarde|semana)
anoche|temprano|gracias|thanks|al (albergue|refugio)|hace|the U|to the|at the|with the|this|last
yesterday|today|it|them|everything|all|earlier|already|[0-9]+|l[oa]s [0-9]+|the [0-9]+|my [0-9]+
off|on|there|el (lunes|martes|miercoles|jueves|viernes|sabado|domingo)|ya|just now
a la (senora|casa)
"""
ARRIVED: Final = "(esta|estan|quedo|quedaron|fue|fueron) entregad[oa]s?|(it was|its) delivered"
DELIVERED_WORDS: Final = "entregad[oa]s?|delivered|entregue|entregamos|dejad[oa]s?|droped off"
NOT_YET: Final = """
no|not|havent|hasnt|didnt|never|nunca|still|todavia|aun|will|ill|well|when|cuando|if|si|be|puede
can|could|going|voy|vamos|should|need|donde|where|how|como|quien|who|was|were|did|have they
hay que
"""
OPENS_QUESTION: Final = """
cuant[oa]s?|donde|adonde|a donde|cuando|como|que|quien|cual|cuales|por que|how|where|when|what
who|which|why|can (i|we|you)|could (i|we|you)|do (i|we|you|they)|does|is (it|there|this|that)
are (you|there)|are they|should (i|we)|did|was|were|will you|have you|a que hora|hay
todavia (faltan|necesitan)|aun (faltan|necesitan)|whats|wheres|whos|hasta (que|cuando)
"""

# --- for telling why a number is doubted

NEGATIONS: Final = word_set(
    "no not nor ni nunca never tampoco sin without menos except excepto salvo cant cannot wont "
    "dont didnt doesnt couldnt wouldnt unable nel nope nah"
)
TAKING_BACK: Final = word_set(
    "drop soltar suelto suelta solte liberar libero release cancel cancela cancelo cancelar quita"
)
MONEY: Final = word_set(
    "dinero money cash efectivo peso pesos dollar dollars dolar dolares buck bucks usd mxn dlls "
    "dls quetzal quetzales lempiras colones euros feria lana varos zelle venmo paypal "
    "transferencia deposito cashapp centavos cents deposit transfer cheque tarjeta"
)
TIME: Final = word_set(
    "am pm oclock hora horas hour hours hrs hr minutos minutes min mins dias days manana tomorrow "
    "noche tonight tarde lunes martes miercoles jueves viernes sabado domingo monday tuesday "
    "wednesday thursday friday saturday sunday sat sun mon tue wed thu fri enero febrero marzo "
    "abril mayo junio julio agosto septiembre octubre noviembre diciembre january february march "
    "april june july august september october november december jan feb mar apr jun jul aug sep "
    "sept oct nov dec ene abr ago dic hoy today th st nd rd fecha date noon mediodia llego "
    "weekend las at semanas weeks el"
)
APPROXIMATE: Final = word_set(
    "como unas unos aprox aproximadamente approximately about around roughly maybe perhaps quiza "
    "quizas talvez vez posiblemente probablemente probably possibly casi almost creo think guess "
    "podria podriamos could might may try tratar intentar hope espero ojala least most minimo "
    "maximo hasta up if si"
)
# What is counted in sentences that answer no ask: "llevo 5 años", "tengo 5 hijos".
ELSEWHERE: Final = word_set(
    "anos ano years year yrs old meses mes months month hijos hijas hijo hija kids children ninos "
    "ninas nietos grandchildren hermanos brothers sisters dogs perros cuadras blocks millas miles "
    "grado grados grade degrees street st ave avenue"
)
# Said of a number, it is no count: "mi teléfono es 312 555 0187".
ADDRESSES: Final = word_set(
    "phone telephone cell celular telefono whatsapp zip postal address direccion apartment apt "
    "depto vivo live lives vive"
)
# Words by which a number is likely to be an offer, however the rest reads.
OFFERS: Final = word_set(
    "llevar llevara llevaremos llevo lleva llevamos traer traigo donar dono dona donamos "
    "aportar aporto entregar put cuenten cuenta apuntame anotame bring bringing donate take "
    "give like want pledge count deliver tomo prometo compro need needs ayudo jalo apoyo brought"
)
# Words that say nothing of what a sentence is about.
SMALL_WORDS: Final = word_set(
    "do does did you your u he she they has had was be been an a or so my our his her no not if "
    "yo i we nosotros nosotras la los lo las les le te se de del en con por para al the of to at "
    "for in with on by is it them this that these those bring come came go going give pick drop "
    "off ir paso pasar pasamos llego llegar voy vamos yes please thanks gracias hola hi hello y "
    "and es ok x am im ill well somos are minus thumbsup have tengo tenemos hay quedan soy"
)
