"""Every word of the demo page that the bot doesn't say. What the bot says is its own."""

from collections.abc import Mapping

from locales import Language, Message, _, translate

# What stands in braces is filled in by the page's script.
_WORDS: Mapping[str, Message] = {
    "title": _("Enlace: the demo"),
    "tagline": _("One bot for volunteers and members, by SMS and by Telegram"),
    "skip": _("Go to the phones"),
    "language": _("Language of this page"),
    "people": _("People"),
    "people_help": _("Choose who writes. Each one has a phone of their own."),
    "unread": _("{count} unread", count="{count}"),
    "new_person": _("New person"),
    "spanish": _("Spanish"),
    "english": _("English"),
    "try": _("A sign-up in 30 seconds"),
    "try_1": _("Pick a suggestion above the text field, or type your own words."),
    "try_2": _("Answer what the bot asks, with a number, a word or a button."),
    "try_3": _("At the end the bot says that you're in. Anything can be changed or left halfway."),
    "board": _("See what the shelters need: the public board"),
    "real": _(
        "This is the real bot on a real database. Only the two phone networks are simulated: "
        "nothing leaves this computer."
    ),
    "phones": _("Phones"),
    "sms_phone": _("SMS phone"),
    "telegram_phone": _("Telegram phone"),
    "messages": _("Messages of {name}", name="{name}"),
    "yours": _("{name} writes", name="{name}"),
    "bots": _("The bot writes"),
    "speaks_es": _("The bot speaks Spanish here"),
    "speaks_en": _("The bot speaks English here"),
    "answered": _("answered in {time}", time="{time}"),
    "empty_sms": _("Text {word} to begin", word="{word}"),
    "empty_telegram": _("What can this bot do?"),
    "about_bot": _(
        "Join your community's network: volunteer, help a shelter, hear about rallies. "
        "In Spanish or English, and you can leave at any time."
    ),
    "start": _("Start"),
    "bot": _("bot"),
    "is_typing": _("typing"),
    "text_to": _("Message from {name}", name="{name}"),
    "placeholder_sms": _("Text message"),
    "placeholder_telegram": _("Message"),
    "send": _("Send"),
    "commands": _("Menu"),
    "attach": _("Attach"),
    "more": _("More about this chat"),
    "close": _("Close"),
    "photo": _("Photo"),
    "sticker": _("Sticker"),
    "voice": _("Voice message"),
    "location": _("Location"),
    "contact": _("Contact"),
    "document": _("File"),
    "edit": _("Edit my last message"),
    "editing": _("Editing your message"),
    "edited": _("edited"),
    "block": _("Block the bot"),
    "unblock": _("Unblock the bot"),
    "suggestions": _("Suggestions"),
    "keyboard": _("Buttons of the bot"),
    "waiting": _("waiting for the bot"),
    "segment": _("segment"),
    "segments": _("segments"),
    "free": _("free: the phone company answers"),
    "dear": _("dearer because of {characters}", characters="{characters}"),
    "underneath": _("What happens underneath"),
    "received": _("received"),
    "queued": _("queued"),
    "sent": _("sent"),
    "cost": _("SMS so far"),
    "last_call": _("last call"),
    "connected": _("live"),
    "disconnected": _("reconnecting"),
    "failed": _("That can't be done right now."),
    "name": _("Name"),
    "phone_kind": _("Phone"),
    "speaks": _("Writes in"),
    "lives": _("Lives in"),
    "united_states": _("United States"),
    "mexico": _("Mexico"),
    "add": _("Add"),
    "cancel": _("Cancel"),
}


def words(language: Language) -> dict[str, str]:
    return {name: translate(message, language) for name, message in _WORDS.items()}
