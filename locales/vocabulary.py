"""More words by which people name an option, a language at a time; recognised, never shown.

Within a set no word names two options. Case and accents don't matter to who reads them.
"""

from collections.abc import Mapping
from typing import Final

from locales.languages import Language

Words = Mapping[Language, tuple[str, ...]]
Vocabulary = Mapping[str, Words]


def every_word(words: Words) -> frozenset[str]:
    """The words of all languages: people mix them."""
    return frozenset(word for said in words.values() for word in said)


def _words(es: str = "", en: str = "") -> Words:
    return {"es": _split(es), "en": _split(en)}


def _split(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())


KINDS: Final[Vocabulary] = {
    "member": _words(
        "alertas, avisos, solo alertas, nada más alertas, recibir avisos, noticias, información, "
        "mantenerme al tanto, solo mensajes, ser miembro, miembro, integrante, sumarme, acciones",
        "alerts, just alerts, only alerts, alerts only, updates, news, member, stay informed, "
        "be a member, information, action alerts",
    ),
    "individual": _words(
        "voluntario, voluntaria, voluntariado, voluntarios, ser voluntario, ser voluntaria, "
        "quiero ayudar, ayudar, yo sola, yo solo, individual, por mi cuenta, echar la mano, "
        "dar una mano, apoyar, mi tiempo, individuo",
        "volunteering, volunteers, be a volunteer, help out, i want to help, myself, individual, "
        "just me, lend a hand, my time",
    ),
    "organisational": _words(
        "organización, mi organización, somos una organización, iglesia, mi iglesia, parroquia, "
        "grupo, un grupo, empresa, negocio, escuela, sindicato, asociación, colectivo, ong, "
        "congregación, fundación, comunidad, club",
        "organization, organisation, my organization, we are an organization, church, my church, "
        "parish, group, a group, company, business, school, union, association, nonprofit, "
        "non profit, ngo, congregation, foundation, org, team",
    ),
    "legal_expert": _words(
        "legal, ayuda legal, asesoría legal, apoyo legal, abogado, abogada, licenciado, "
        "licenciada, paralegal, experto legal, experta legal, derecho, jurídico, jurídica, "
        "apoyo jurídico, defensa legal, bufete",
        "legal help, legal aid, lawyer, attorney, legal expert, law, legal services, counsel, "
        "law firm, immigration lawyer",
    ),
}

SKILLS: Final[Vocabulary] = {
    "attorney": _words(
        "abogado, abogada, soy abogado, soy abogada, licenciado en derecho, "
        "licenciada en derecho, leyes, abogacía, jurista, defensor, defensora",
        "lawyer, law, attorney at law, immigration lawyer, immigration attorney, esq, counsel",
    ),
    "accredited_rep": _words(
        "representante, acreditado, acreditada, representante acreditado, "
        "representante acreditada, representante autorizado, acreditación, doj, bia",
        "representative, accredited, rep, doj rep, doj accredited, bia accredited, "
        "partially accredited, fully accredited",
    ),
    "paralegal": _words(
        "asistente legal, asistencia legal, auxiliar legal, auxiliar jurídico, pasante, "
        "asistente de abogado",
        "legal assistant, legal secretary, para legal, legal aide",
    ),
    "law_student": _words(
        "estudiante de leyes, estudio derecho, estudio leyes, estudiante derecho, "
        "estudiante de abogacía, escuela de leyes, facultad de derecho",
        "law school, jd student, studying law, student of law, law clerk",
    ),
    "interpreting": _words(
        "interpretar, intérprete, intérpretes, interpretaciones, interpretación simultánea, "
        "interprete de lenguas",
        "interpret, interpreter, interpretation, live interpreting",
    ),
    "translation": _words(
        "traducir, traductor, traductora, traducciones, idiomas, traducir documentos",
        "translate, translator, translating, translations, translate documents",
    ),
    "medical": _words(
        "médico, médica, doctor, doctora, medicina general, consulta médica, dentista, "
        "odontología, paramédico, paramédica, atención médica, pediatra",
        "doctor, physician, medicine, medic, md, dentist, paramedic, emt, pediatrician, health",
    ),
    "nursing": _words(
        "enfermera, enfermero, enfermeras, curaciones, primeros auxilios, inyecciones",
        "nurse, rn, nurses, lpn, first aid, cna",
    ),
    "mental_health": _words(
        "psicología, psicólogo, psicóloga, sicólogo, sicóloga, terapia, terapeuta, consejería, "
        "consejero, consejera, apoyo emocional, psiquiatra, psiquiatría, contención emocional, "
        "trabajo social, trabajadora social, trabajador social, escuchar",
        "psychology, psychologist, therapy, therapist, counseling, counselor, "
        "emotional support, psychiatrist, social work, social worker, listening",
    ),
    "driving": _words(
        "manejo, conducir, chofer, chófer, conductor, conductora, carro, coche, auto, camioneta, "
        "troca, van, transporte, raite, raites, aventón, dar ride, llevar gente, vehículo, "
        "tengo carro, licencia de manejar, trasladar, traslados, camión",
        "drive, driver, car, truck, rides, ride, transport, transportation, vehicle, "
        "give rides, pick up people, i have a car, minivan, delivery",
    ),
    "cooking": _words(
        "cocinar, cocinero, cocinera, comida, comidas, hacer comida, preparar comida, chef, "
        "guisar, tamales, alimentos, lonche, lonches",
        "cook, chef, food, meals, kitchen, make food, prepare food, baking, catering",
    ),
    "childcare": _words(
        "niños, niñas, niñez, cuidar niños, cuidar niñas, cuidar a los niños, cuido niños, "
        "guardería, niñera, niñero, bebés, infancia, infancias, peques, cuidado de niños, "
        "chamacos, hijos, jugar con los niños",
        "kids, children, child care, babysitting, babysitter, babysit, daycare, nanny, "
        "watch kids, play with kids, babies",
    ),
    "lifting": _words(
        "cargar, descargar, cargar cosas, mudanza, mudanzas, fuerza, bodega, empacar, acarrear, "
        "mover cosas, trabajo pesado, levantar, estibar",
        "lift, carry, carrying, heavy lifting, moving, move things, unload, loading, warehouse, "
        "packing, muscle",
    ),
    "tech": _words(
        "computación, computadoras, computadora, informática, programar, programación, sistemas, "
        "internet, página web, páginas web, técnico, técnica, soporte técnico, compus, datos, "
        "redes",
        "computers, computer, programming, coding, software, web, website, it, it support, data, "
        "developer, engineer, tech support",
    ),
    "media": _words(
        "prensa, comunicación, comunicaciones, fotografía, fotos, fotógrafo, fotógrafa, video, "
        "videos, redes sociales, periodista, periodismo, diseño, diseñadora, diseñador, radio, "
        "arte, difusión",
        "press, communications, photography, photos, photographer, video, videos, social media, "
        "journalist, journalism, design, designer, radio, writing, art",
    ),
    "legal_observer": _words(
        "observar, observador, observadora, observador legal, observadora legal, observación, "
        "documentar, testigo, monitoreo, derechos humanos, acompañamiento",
        "observe, observer, observing, legal observer, witness, document, monitor, accompaniment, "
        "nlg",
    ),
    "logistics": _words(
        "organizar, organización, coordinar, planear, planeación, planificar, inventario, "
        "distribuir, distribución, acomodar, compras",
        "organize, organizing, coordinate, planning, inventory, distribution, setup, "
        "supplies, shopping",
    ),
}

TOPICS: Final[Vocabulary] = {
    "asylum": _words(
        "asilo político, refugio, refugiados, pedir asilo, solicitantes de asilo, corte",
        "political asylum, refuge, refugees, asylum seekers, refugee",
    ),
    "tps": _words(
        "estatus de protección temporal, estatus protegido temporal, protección temporal, tepeese, "
        "el tps, sobre tps, sobre el tps, del tps",
        "temporary protected status, temporary protection, on tps, about tps, the tps",
    ),
    "daca": _words(
        "acción diferida, dreamers, soñadores, dreamer, soñadoras",
        "deferred action, dreamer, dreamers, dream act",
    ),
    "family_unity": _words(
        "familia, familias, mi familia, unión familiar, reunificación, reunificación familiar, "
        "separación de familias, separación familiar, familias unidas, familias separadas",
        "family, families, reunification, family reunification, family separation, "
        "separated families, keep families together",
    ),
    "shelters": _words(
        "albergue, refugios, casas del migrante, casa del migrante, donaciones, donar, "
        "casas de migrantes",
        "shelter, donations, donate, migrant shelters, migrant houses",
    ),
    "know_your_rights": _words(
        "derechos, mis derechos, conocer mis derechos, conozca sus derechos, redadas, redada, "
        "la migra, migra, detenciones, ice",
        "rights, my rights, kyr, raids, raid, ice raids, detention, deportation",
    ),
    "policy": _words(
        "elecciones, política, políticas, votar, voto, votación, leyes, ley, congreso, "
        "reforma migratoria, reforma, incidencia",
        "elections, election, policy, politics, vote, voting, laws, congress, "
        "immigration reform, reform, advocacy",
    ),
}

LANGUAGES_SPOKEN: Final[Vocabulary] = {
    "es": _words("castellano, espanol, español nativo", "español, spanish speaker, castilian"),
    "en": _words("ingles, inglés básico", "english speaker, inglish"),
    "pt": _words("portugués de brasil, brasileño, portugues", "português, brazilian, portugese"),
    "ht": _words(
        "criollo, criollo haitiano, creol, creole, haitiano, kreyol ayisyen",
        "kreyòl, creole, haitian, kreyol, kreyol ayisyen",
    ),
    "quc": _words("quiché, k'iche, quiche, kiche, maya quiché", "quiche, k'iche, kiche"),
    "kek": _words("kekchí, quekchí, q'eqchi, qeqchi", "kekchi, q'eqchi, qeqchi, quekchi"),
    "mam": _words("maya mam", "maya mam"),
    "kjb": _words("kanjobal, canjobal, q'anjob'al, qanjobal", "kanjobal, qanjobal, q'anjobal"),
    "cab": _words("garifuna, garínagu", "garinagu, garífuna"),
    "nah": _words("nahua, mexicano, náhuat, nawat", "nahua, nawat, aztec"),
    "mix": _words(
        "mixteca, tu'un savi, ñuu savi, mixteco alto, mixteco bajo", "mixteco, mixteca, tu'un savi"
    ),
    "zap": _words(
        "zapoteca, diidxazá, zapoteco del istmo, zapoteco de la sierra",
        "zapoteco, zapoteca, diidxaza",
    ),
}

AVAILABILITY: Final[Vocabulary] = {
    "weekday_morning": _words(
        "mañanas, por la mañana, en la mañana, mañana, entre semana en la mañana, "
        "lunes a viernes en la mañana, entre semana por la mañana, en las mañanas, temprano",
        "mornings, morning, weekday morning, in the morning, early, mon-fri morning, "
        "weekdays in the morning",
    ),
    "weekday_afternoon": _words(
        "tardes, tarde, por la tarde, en la tarde, entre semana en la tarde, "
        "lunes a viernes en la tarde, entre semana por la tarde, en las tardes, mediodía",
        "afternoons, afternoon, weekday afternoon, in the afternoon, mon-fri afternoon, "
        "weekdays in the afternoon, midday",
    ),
    "weekday_evening": _words(
        "noches, noche, por la noche, en la noche, entre semana en la noche, "
        "lunes a viernes en la noche, entre semana por la noche, en las noches, "
        "después del trabajo, saliendo del trabajo",
        "evenings, evening, nights, night, weekday evening, in the evening, weeknights, "
        "after work, mon-fri evening, weekdays in the evening",
    ),
    "weekend_morning": _words(
        "fin de semana en la mañana, fines de semana en la mañana, fin de semana por la mañana, "
        "sábados en la mañana, domingos en la mañana, sábado en la mañana, "
        "domingo en la mañana, sábados por la mañana, domingos por la mañana",
        "weekend morning, saturday morning, sunday morning, saturday mornings, sunday mornings, "
        "weekends in the morning, sat-sun morning",
    ),
    "weekend_afternoon": _words(
        "fin de semana en la tarde, fines de semana en la tarde, fin de semana por la tarde, "
        "sábados en la tarde, domingos en la tarde, sábado en la tarde, domingo en la tarde, "
        "sábados por la tarde, domingos por la tarde",
        "weekend afternoon, saturday afternoon, sunday afternoon, saturday afternoons, "
        "sunday afternoons, weekends in the afternoon, sat-sun afternoon",
    ),
    "weekend_evening": _words(
        "fin de semana en la noche, fines de semana en la noche, fin de semana por la noche, "
        "sábados en la noche, domingos en la noche, sábado en la noche, domingo en la noche, "
        "sábados por la noche, domingos por la noche",
        "weekend evening, weekend night, weekend nights, saturday night, sunday night, "
        "saturday evening, sunday evening, saturday evenings, sunday evenings, "
        "weekends in the evening, sat-sun evening",
    ),
    "on_call": _words(
        "urgencia, urgencias, emergencia, emergencias, cuando haga falta, cuando se necesite, "
        "cuando me necesiten, llámenme, avísenme, de guardia, solo emergencias, urgente",
        "on call, emergency, emergencies, urgent, whenever needed, when needed, call me, as needed",
    ),
}

CATEGORIES: Final[Vocabulary] = {
    "water": _words(
        "garrafón, garrafones, agua potable, agua embotellada, botellas de agua",
        "bottled water, drinking water, water bottles",
    ),
    "food": _words(
        "alimentos, despensa, despensas, arroz, frijol, frijoles, tortillas, víveres, comidas, "
        "maseca, latas, enlatados, aceite, huevo, leche, pan, azúcar, café, sopa, fruta, verdura, "
        "atún, pollo, carne, torta, harina, avena, cereal, galleta",
        "groceries, meals, rice, beans, tortillas, canned food, canned goods, oil, eggs, milk, "
        "bread, sugar, coffee, soup, fruit, vegetable, tuna, chicken, meat, sandwich, flour, "
        "oats, cereal, cookie",
    ),
    "infant": _words(
        "bebé, bebés, pañales, pañal, fórmula, fórmula para bebé, leche para bebé, biberones, "
        "biberón, mamilas, toallitas, toallitas húmedas, carriola",
        "baby, babies, diapers, diaper, formula, baby formula, wipes, baby bottles, stroller, "
        "infant",
    ),
    "medicine": _words(
        "medicina, medicamento, medicamentos, remedios, pastillas, receta, recetas, insulina, "
        "paracetamol, antibióticos",
        "medicines, medication, medications, meds, pills, prescription, insulin, drugs",
    ),
    "first_aid": _words(
        "botiquín, botiquines, vendas, gasas, curitas, alcohol, curación",
        "first aid kit, bandages, gauze, band-aids, kit",
    ),
    "hygiene": _words(
        "jabón, champú, shampoo, pasta de dientes, cepillos, cepillo de dientes, desodorante, "
        "papel de baño, papel higiénico, rastrillos, aseo personal, kits de higiene, "
        "toallas de baño, peine",
        "soap, shampoo, toothpaste, toothbrush, toothbrushes, deodorant, toilet paper, razors, "
        "toiletries, hygiene kits, towels, comb",
    ),
    "menstrual": _words(
        "toallas sanitarias, toallas femeninas, toallas, tampones, copas menstruales, kotex, "
        "productos menstruales",
        "pads, tampons, period products, feminine hygiene, sanitary pads, menstrual cups",
    ),
    "clothing": _words(
        "ropa interior, chamarras, chamarra, pantalones, camisas, playeras, suéteres, calcetines, "
        "abrigos, gorros, calzones, ropa de invierno",
        "clothes, underwear, jackets, jacket, pants, shirts, sweaters, socks, coats, hats",
    ),
    "shoes": _words(
        "zapatos, tenis, botas, sandalias, chanclas, zapato, huaraches",
        "shoe, sneakers, boots, sandals, footwear, flip flops",
    ),
    "bedding": _words(
        "cobijas, cobija, cobertores, mantas, colchones, colchonetas, sábanas, almohadas, camas, "
        "catres, literas, frazadas, sleeping",
        "blankets, blanket, mattresses, mats, sheets, pillows, beds, cots, sleeping bags",
    ),
    "space": _words(
        "espacio, techo, lugar para dormir, hospedaje, posada, cuarto, cuartos, casa, albergue",
        "space, lodging, housing, room, rooms, place to sleep, host, accommodation",
    ),
    "transport": _words(
        "viaje, viajes, raite, raites, ride, aventón, carro, camioneta, chofer, boletos, boleto, "
        "pasajes, autobús, camión, taxi, gasolina, traslado, traslados",
        "transportation, ride, rides, car, van, driver, drivers, bus tickets, tickets, gas, bus",
    ),
    "legal": _words(
        "legal, abogado, abogada, abogados, abogadas, asesoría legal, asesoría jurídica, "
        "trámites, papeles, asilo",
        "legal, lawyer, lawyers, attorney, attorneys, legal aid, paperwork, asylum, forms",
    ),
    "interpreting": _words(
        "intérprete, intérpretes, interpretar, traductor, traductora, traducción, traducir",
        "interpreter, interpreters, interpret, translator, translation, translate",
    ),
    "mental_health": _words(
        "psicología, psicólogo, psicóloga, terapia, terapeuta, apoyo emocional, consejería",
        "therapy, therapist, counseling, counselor, psychologist, emotional support",
    ),
    "childcare": _words(
        "niños, niñas, niñez, cuidar niños, guardería, niñera, juguetes, útiles escolares",
        "kids, children, child care, babysitting, daycare, toys, school supplies",
    ),
    "phones": _words(
        "teléfono, celular, celulares, recarga, recargas, saldo, cargadores, cargador, chips, "
        "tiempo aire, datos, pila, pilas",
        "phone, phones, cell phones, top-up, top-ups, top up, airtime, minutes, chargers, charger, "
        "sim cards, power banks",
    ),
    "cleaning": _words(
        "limpiar, cloro, detergente, escobas, trapeadores, cubetas, desinfectante, lavandería, "
        "bolsas de basura, jabón para ropa",
        "clean, bleach, detergent, brooms, mops, buckets, disinfectant, laundry, trash bags",
    ),
    "hands": _words(
        "manos, voluntarios, voluntarias, voluntariado, gente, personas, ayudantes, "
        "brazos, personal, cocinar, cargar",
        "hands, volunteers, volunteer, people, helpers, staff, cooks",
    ),
    "other": _words("otro, otra, otros, otras, algo más, otra necesidad", "other, others, else"),
}

UNITS: Final[Vocabulary] = {
    "piece": _words(
        "pieza, pza, pzas, unidad, unidades, uno, cosas",
        "piece, pc, pcs, unit, units, items, item, each",
    ),
    "box": _words(
        "caja, cajita, cajitas, cartón, cartones",
        "box, crate, crates, case, cases, carton, cartons",
    ),
    "pack": _words(
        "paquete, paq, pqte, paquetitos, kit, kits, six",
        "pack, package, packages, packet, packets, pkg, kit, kits",
    ),
    "bag": _words("bolsa, bolsita, bolsitas, costal, costales, saco, sacos", "bag, sack, sacks"),
    "bottle": _words(
        "botella, botellita, frasco, frascos, garrafón, garrafones", "bottle, jug, jugs, jar, jars"
    ),
    "liter": _words("litro, lt, lts", "liter, litre, litres, l"),
    "kg": _words(
        "kilo, kg, kgs, kilogramo, kilogramos, kilitos", "kilo, kg, kgs, kilogram, kilograms"
    ),
    "meal": _words(
        "comida, plato, platos, platillo, platillos, ración, raciones, lonches",
        "meal, plate, plates, lunch, lunches, dinners, serving, servings",
    ),
    "pair": _words("par, parcitos", "pair"),
    "bed": _words(
        "cama, catre, catres, litera, literas, lugares para dormir", "bed, cot, cots, bunk, bunks"
    ),
    "night": _words("noche", "night"),
    "hour": _words("hora, hrs, hr, horitas", "hour, hrs, hr"),
    "ride": _words(
        "viaje, raite, raites, vuelta, vueltas, traslado, traslados",
        "ride, trip, trips, lift, lifts",
    ),
    "appointment": _words(
        "cita, consulta, consultas, sesión, sesiones",
        "appointment, appt, appts, session, sessions, visit, visits",
    ),
    "person": _words(
        "gente, voluntarios, voluntarias, manos",
        "person, volunteer, volunteers, hands, folks",
    ),
}

URGENCY: Final[Vocabulary] = {
    "critical": _words(
        "crítico, muy urgente, urgentísimo, hoy, hoy mismo, ya mismo, ahora, ahorita, emergencia",
        "very urgent, today, right now, now, emergency, asap",
    ),
    "urgent": _words(
        "urge, mañana, pasado mañana, en dos días, uno o dos días",
        "tomorrow, in two days, next two days",
    ),
    "soon": _words(
        "esta semana, en la semana, en unos días, próximamente, luego",
        "this week, in a few days, within a week, next week",
    ),
    "ongoing": _words(
        "siempre, continuo, constante, cada semana, todo el tiempo, sin prisa, no urge",
        "always, continuous, constant, every week, all the time, no rush, permanent",
    ),
}

EVENT_KINDS: Final[Vocabulary] = {
    "rally": _words(
        "mitin, manifestación, protesta, plantón, concentracion", "protest, demonstration, demo"
    ),
    "vigil": _words("velada, velación, vela", "candlelight, candlelight vigil"),
    "march": _words("caminata, caravana, peregrinación", "walk, caravan"),
    "delegation": _words("visita, comitiva, viaje, cabildeo", "visit, trip, lobby day"),
    "training": _words(
        "taller, talleres, curso, entrenamiento, formación, clase", "workshop, course, class"
    ),
    "briefing": _words(
        "sesión, informativa, plática, charla, reunión informativa, webinar",
        "info session, talk, webinar, call",
    ),
    "assembly": _words("reunión, junta, encuentro", "meeting, gathering, town hall"),
    "prayer_day": _words(
        "oración, rezo, misa, día de oración, culto, ayuno",
        "prayer, prayer day, mass, service, fast, interfaith",
    ),
}

EVENT_SERVICES: Final[Vocabulary] = {
    "interpreting": _words(
        "interpretación, intérprete, intérpretes, traducción, traductor, traductora",
        "interpretation, interpreter, interpreters, translation, translator",
    ),
    "sign_language": _words(
        "señas, lengua de señas, lenguaje de señas, lsm", "asl, signing, sign language interpreter"
    ),
    "wheelchair": _words(
        "silla de ruedas, rampa, rampas, acceso, accesible, elevador, accesibilidad",
        "wheelchair, wheelchair access, ramp, accessible, elevator, accessibility, step free",
    ),
    "childcare": _words(
        "cuidado de niños, niños, guardería, cuidado infantil, cuidado de niñas y niños",
        "child care, kids, babysitting, kids area",
    ),
    "food": _words("comida, almuerzo, cena, botanas, refrigerio", "meal, lunch, dinner, snacks"),
    "transport": _words(
        "transporte, camión, autobús, bus, raite, raites, aventones",
        "transportation, bus, rides, carpool, shuttle",
    ),
}
