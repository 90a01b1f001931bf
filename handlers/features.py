"""What the bot can do: every command and every flow, gathered from the features. No logic."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers import (
    alerts,
    alerts_control,
    approvals,
    asks,
    breaks,
    broadcasts,
    calendar,
    checkin,
    coordinators,
    event_joining,
    event_managing,
    event_posting,
    events,
    help,
    invitations,
    invite_flows,
    linking,
    need_joining,
    need_keeping,
    need_keeping_edits,
    need_keeping_flows,
    need_keeping_received,
    need_listing,
    need_posting,
    need_posting_preview,
    need_summary,
    pledges,
    pledges_asking,
    privacy,
    profile,
    registration,
    sides,
    status_chat,
)
from handlers.alerts_flow import alert_flow
from handlers.asks import Askers
from handlers.commands import Command, Commands, said
from handlers.context import Act, Approvable, Context
from handlers.conversation.flow import Flow
from handlers.conversation.session import Session
from handlers.conversation.turn import Prompt
from handlers.event_asker import EventAsker
from handlers.event_changes import APPROVAL as EVENT_APPROVAL
from handlers.event_managing_flow import managing as event_managing_flow
from handlers.event_posting_flow import posting as event_flow
from handlers.link_codes import is_code, is_invitation
from handlers.need_posting_flow import posting
from handlers.verbs import On, acting
from locales import Message, _

Finish = Callable[[Context, Mapping[str, Any]], None]

ASKERS: Askers = {"event": EventAsker(), "need": pledges.ASKER}
"""What went to many as a question, by the kind of its subject."""

Preview = Callable[[Context, Mapping[str, Any]], Sequence[Prompt]]
Lead = Callable[[Context, Session], Message | None]


@dataclass(frozen=True, slots=True)
class Feature:
    """A flow and what its end does.

    `preview` is shown whenever its summary comes up anew; `lead` is said before a question.
    """

    flow: Flow
    finish: Finish
    preview: Preview | None = None
    lead: Lead | None = None


FEATURES: Mapping[str, Feature] = {
    feature.flow.name: feature
    for feature in (
        Feature(registration.registration, need_joining.finish),
        Feature(profile.profile, profile.finish),
        Feature(profile.topics, profile.finish),
        Feature(breaks.pause, breaks.finish_pause),
        Feature(breaks.mute, breaks.finish_mute),
        Feature(privacy.forget_me, privacy.finish),
        Feature(linking.link_flow, linking.finish),
        Feature(sides.prefer_flow, sides.finish_prefer),
        Feature(invite_flows.invite, invitations.finish),
        Feature(invite_flows.name, invitations.finish_name),
        Feature(coordinators.remove_flow, coordinators.finish_remove),
        Feature(event_joining.come, checkin.finish),
        Feature(event_flow, event_posting.finish, event_posting.preview),
        Feature(event_managing_flow, event_managing.finish),
        Feature(need_keeping_flows.receiving, need_keeping_received.finish_received),
        Feature(need_keeping_flows.resizing, need_keeping_edits.finish_resize),
        Feature(need_keeping_flows.extending, need_keeping_edits.finish_extend),
        Feature(need_keeping_flows.closing, need_keeping_edits.finish_close),
        Feature(posting, need_posting.finish, need_posting_preview.prompts),
        Feature(pledges_asking.reply_flow, pledges.finish_reply),
        Feature(pledges_asking.when_flow, pledges.finish_when),
        Feature(alert_flow, alerts.finish, preview=alerts.before_sending, lead=alerts.lead),
        Feature(asks.which, lambda context, answers: asks.finish(context, ASKERS, answers)),
    )
}

TELLERS: status_chat.Tellers = {
    "need": need_keeping.NeedTeller(),
    "broadcast": status_chat.Broadcasts(),
    "event": event_managing.EventTeller(),
}
"""What STATUS tells, by kind of what a code names."""

CLOSERS: Mapping[str, On] = {
    "need": need_keeping_edits.closed,
    "event": event_managing.close,
}
"""What CLOSE does, by kind of what a code names."""

COMMANDS = Commands(
    (
        Command(
            said("join", "start", "unirme", "unirse", "alta", "inicio"),
            need_joining.join,
            flow="registration",
            fits=need_joining.knows_code,
            about=_("Join the network"),
            slash={"es": "unirme", "en": "join"},
            takes=True,
        ),
        Command(
            said("volunteer", "voluntario", "voluntaria", "voluntariado"),
            registration.volunteer,
            flow="registration",
            fits=registration.knows_code,
            about=_("Volunteer"),
            slash={"es": "voluntariado", "en": "volunteer"},
            takes=True,
        ),
        Command(
            said("event", "evento"),
            acting({"event": event_managing.open_event}, event_managing.post_new),
            takes=True,
            granted=True,
        ),
        Command(
            said("events", "event list", "eventos"),
            events.list_upcoming,
            about=_("See what's on"),
            slash={"es": "eventos", "en": "events"},
            anytime=True,
        ),
        Command(said("calendar", "calendario"), calendar.send, takes=True, anytime=True),
        Command(
            said("here", "i'm here", "aquí", "aquí estoy", "ya llegué"),
            checkin.how,
            anytime=True,
        ),
        Command(frozenset(), checkin.arrive, anytime=True, shape=checkin.is_arrival),
        Command(
            said("door", "puerta"),
            acting({"event": checkin.show_door}, checkin.no_door),
            takes=True,
            anytime=True,
            granted=True,
        ),
        Command(
            said("profile", "perfil"),
            profile.change,
            about=_("Change what we know about you"),
            slash={"es": "perfil", "en": "profile"},
        ),
        Command(
            said("topics", "temas"),
            profile.choose_topics,
            about=_("Choose the topics of your alerts"),
            slash={"es": "temas", "en": "topics"},
        ),
        Command(
            said("pause", "pausa"),
            breaks.start_pause,
            about=_("Take a break from messages"),
            slash={"es": "pausa", "en": "pause"},
            takes=True,
        ),
        Command(said("resume", "reanudar"), alerts_control.resume, takes=True, anytime=True),
        Command(
            said(
                *("done", "i did it", "it's done", "all done"),
                *("hecho", "ya lo hice", "lo hice", "ya está hecho"),
            ),
            broadcasts.said_done,
            anytime=True,
        ),
        Command(said("drop", "soltar"), pledges.drop_command, takes=True, anytime=True),
        Command(
            said("delivered", "entregado", "entregada", "entregados", "entregadas"),
            pledges.delivered_command,
            takes=True,
            anytime=True,
        ),
        Command(said("mute", "silenciar"), breaks.start_mute, takes=True),
        Command(
            said(
                *("my data", "mydata", "mis datos", "misdatos"),
                *("what do you know about me", "que saben de mi", "mis datos por favor"),
            ),
            privacy.my_data,
            about=_("See what we keep about you"),
            slash={"es": "misdatos", "en": "mydata"},
            anytime=True,
        ),
        Command(
            said(
                *("delete my data", "deletemydata", "delete my data please", "erase my data"),
                *("delete all my data", "please delete my data", "forget me"),
                *("borrar mis datos", "borrarmisdatos", "borrar mis datos por favor"),
                *("borra mis datos", "borren mis datos", "eliminar mis datos", "elimina mis datos"),
                *("eliminen mis datos", "borrar todos mis datos", "por favor borren mis datos"),
            ),
            privacy.ask_to_delete,
            about=_("Delete everything about you"),
            slash={"es": "borrarmisdatos", "en": "deletemydata"},
            anytime=True,
        ),
        Command(
            said("link", "vincular", "vincularme"),
            linking.link,
            about=_("Make Telegram and SMS one"),
            slash={"es": "vincular", "en": "link"},
            takes=True,
            anytime=True,
            shape=is_code,
        ),
        Command(said("unlink", "desvincular", "desvincularme"), sides.unlink, anytime=True),
        # As a whole only: "prefiero los sábados" is an answer to something else.
        Command(said("prefer", "preferir", "prefiero"), sides.prefer),
        Command(said("prefer sms", "prefiero sms"), sides.prefer_sms),
        Command(said("prefer telegram", "prefiero telegram"), sides.prefer_telegram),
        Command(said(), invitations.redeem, anytime=True, shape=is_invitation),
        Command(said("invite", "invitar"), invitations.invite, granted=True),
        Command(said("team", "equipo"), coordinators.team, anytime=True, granted=True),
        Command(said("remove", "quitar"), coordinators.remove, takes=True, granted=True),
        Command(
            said(
                *("need", "new need", "post a need", "we need", "we are out of", "we're out of"),
                *("necesidad", "nueva necesidad", "necesitamos", "nos falta", "nos faltan"),
                *("nos hace falta", "nos hacen falta", "se acabaron", "se nos acabaron"),
            ),
            need_posting.start,
            takes=True,
            granted=True,
        ),
        Command(
            said("alert", "alerta"),
            alerts.start,
            takes=True,
            granted=True,
        ),
        Command(said("test", "prueba", "probar"), alerts.test, anytime=True, granted=True),
        Command(
            said("no accents", "without accents", "sin acentos"),
            alerts.without_accents,
            anytime=True,
            granted=True,
        ),
        Command(
            said("hold", "detener"),
            alerts_control.hold,
            takes=True,
            anytime=True,
            granted=True,
        ),
        Command(
            said("abort", "abortar"),
            alerts_control.abort,
            takes=True,
            anytime=True,
            granted=True,
        ),
        Command(
            said("status", "estado"),
            status_chat.asking(TELLERS),
            takes=True,
            anytime=True,
            granted=True,
        ),
        Command(
            said("received", "arrived", "recibido", "recibida", "recibidos", "recibidas", "recibí"),
            need_keeping.acting({"need": need_keeping_received.received}),
            takes=True,
            granted=True,
        ),
        Command(
            said("raise", "increase", "subir", "aumentar"),
            need_keeping.acting({"need": need_keeping_edits.raised}),
            takes=True,
            granted=True,
        ),
        Command(
            said("lower", "reduce", "bajar", "reducir"),
            need_keeping.acting({"need": need_keeping_edits.lowered}),
            takes=True,
            granted=True,
        ),
        Command(
            said("extend", "extender", "prolongar"),
            need_keeping.acting({"need": need_keeping_edits.extended}),
            takes=True,
            granted=True,
        ),
        Command(
            said("close", "cerrar"),
            need_keeping.acting(CLOSERS),
            takes=True,
            granted=True,
        ),
        Command(said("summary", "resumen"), need_summary.choose_hour, takes=True, granted=True),
        Command(
            said("needs", "necesidades", "what is needed", "qué hace falta", "que se necesita"),
            need_listing.list_needs,
            about=_("See what is needed"),
            slash={"es": "necesidades", "en": "needs"},
            takes=True,
            anytime=True,
        ),
        Command(
            said("approve", "aprobar", "apruebo"),
            approvals.approve,
            takes=True,
            anytime=True,
            granted=True,
        ),
        Command(
            said("reject", "rechazar", "rechazo"),
            approvals.reject,
            takes=True,
            anytime=True,
            granted=True,
        ),
        Command(
            said("language", "idioma"),
            profile.choose_language,
            about=_("Español / English"),
            slash={"es": "idioma", "en": "language"},
            anytime=True,
        ),
        Command(
            said("español", "spanish", "en español"),
            profile.speak_spanish,
            anytime=True,
            speaks="es",
        ),
        Command(
            said("english", "inglés", "in english"),
            profile.speak_english,
            anytime=True,
            speaks="en",
        ),
        Command(
            said("human", "persona"),
            help.human,
            about=_("Talk with a person"),
            slash={"es": "persona", "en": "human"},
            anytime=True,
        ),
        Command(
            said("help", "info", "ayuda"),
            help.help_me,
            about=_("What I can do"),
            slash={"es": "ayuda", "en": "help"},
        ),
    )
)

ACTS: Mapping[str, Act] = {
    "send_alert": alerts.send,
    "hold_broadcast": alerts_control.do_hold,
    "resume_broadcast": alerts_control.do_resume,
    "abort_broadcast": alerts_control.do_abort,
    "approve": approvals.do_approve,
    "reject": approvals.do_reject,
    "invite": invitations.do_invite,
    "remove": coordinators.do_remove,
    "link": linking.do_link,
    need_posting.ACT: need_posting.post,
    need_keeping_received.ACT: need_keeping_received.do_receive,
    need_keeping_edits.RESIZE: need_keeping_edits.do_resize,
    need_keeping_edits.EXTEND: need_keeping_edits.do_extend,
    need_keeping_edits.CLOSE: need_keeping_edits.do_close,
    event_posting.ACT: event_posting.post,
    event_managing.ACT: event_managing.change,
}
"""What `access.privileged` does, by name. Each looks for itself whether the caller may do it."""

APPROVALS: Mapping[str, Approvable] = {
    "invitation": invitations.APPROVABLE,
    alerts.KIND: alerts.APPROVABLE,
    need_posting.KIND: need_posting.APPROVABLE,
    EVENT_APPROVAL: event_posting.APPROVABLE,
}
"""What `approvals.ask` may ask a second person to approve, by kind."""

AFTER_STOP = frozenset({help.help_me, privacy.my_data, privacy.ask_to_delete})
"""What is answered to someone who has stopped, besides a start word."""
