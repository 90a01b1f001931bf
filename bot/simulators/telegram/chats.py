"""People and groups: what they do on their phones, and what their phones show."""

import re
from abc import abstractmethod
from typing import Any, Literal

from bot.simulators.changes import Changes
from bot.simulators.handset import Handset
from bot.simulators.telegram.messages import Bubble, Button, Buttons, Message, reply_buttons
from bot.simulators.telegram.rules import START_PAYLOAD, TEXT_UNITS, units
from bot.simulators.telegram.schema import ApiError, bad_request
from bot.simulators.telegram.world import Query, World

Media = Literal["sticker", "photo", "voice", "video", "document"]

_COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,64}(?:@\w+)?")
_SIZE = {"width": 512, "height": 512}
_MEDIA: dict[Media, dict[str, Any]] = {
    "sticker": {"type": "regular", "is_animated": False, "is_video": False, "emoji": "👍", **_SIZE},
    "photo": _SIZE,
    "voice": {"duration": 4, "mime_type": "audio/ogg"},
    "video": {"duration": 4, **_SIZE},
    "document": {"file_name": "papeles.pdf", "mime_type": "application/pdf"},
}


class Chat(Handset[Bubble]):
    """One chat's messages."""

    def __init__(self, world: World, chat: dict[str, Any]) -> None:
        super().__init__(Changes(world.changes))
        self.world = world
        self.chat = chat
        self.messages: dict[int, Message] = {}
        self.activity: str | None = None

    @property
    def id(self) -> int:
        return int(self.chat["id"])

    @property
    def is_private(self) -> bool:
        return bool(self.chat["type"] == "private")

    @property
    def screen(self) -> list[Bubble]:
        return [message.as_bubble() for message in self.messages.values()]

    @abstractmethod
    def refusal(self) -> ApiError | None:
        """Why the bot can't write here now."""

    def compose(self, sender: dict[str, Any], content: dict[str, Any]) -> Message:
        """A new message, not yet shown."""
        now = self.world.clock()
        return Message(self.world.new_message_id(), self.chat, sender, now, content)

    def hear(self, message: Message) -> None:
        """The bot's message appears."""
        self.messages[message.message_id] = message
        self.activity = None
        self.changes.bump()

    def _emit(self, message: Message, kind: str = "message") -> Bubble:
        bubble = self._shows(message)
        self.world.feed.add(kind, ("message", self.id), message.as_json())
        return bubble

    def _shows(self, message: Message) -> Bubble:
        self.messages[message.message_id] = message
        self._acts()
        self.changes.bump()
        return message.as_bubble()

    def _membership(self, by: dict[str, Any], old: str, new: str) -> None:
        content = {
            "chat": self.chat,
            "from": by,
            "date": int(self.world.clock()),
            "old_chat_member": self._member(old),
            "new_chat_member": self._member(new),
        }
        self.world.feed.add("my_chat_member", ("my_chat_member", self.id), content)

    def _member(self, status: str) -> dict[str, Any]:
        until = {"until_date": 0} if status == "kicked" else {}
        return {"user": self.world.bot, "status": status, **until}

    def _find(self, wanted: str, message_id: int | None) -> tuple[Message, str] | None:
        """The newest message that shows an inline button with this label or data."""
        for message in reversed(self.messages.values()):
            if message_id not in (None, message.message_id):
                continue
            for button in [b for row in message.as_bubble().buttons for b in row]:
                if wanted in (button.label, button.data) and button.data is not None:
                    return message, button.data
        return None

    def _press(self, person: "Person", message: Message, data: str) -> None:
        query_id = self.world.new_query_id()
        now = self.world.clock()
        self.world.queries[query_id] = Query(message, data, now, person.toasts.append)
        message.spinning.add(data)
        content = {
            "id": query_id,
            "from": person.user,
            "message": message.as_json(),
            "chat_instance": str(self.id),
            "data": data,
        }
        self._acts()
        self.world.feed.add("callback_query", ("callback_query", person.id), content)
        self.changes.bump()


class Person(Chat):
    """Someone's private chat with the bot.

    `toasts` are the short notes that answers to pressed buttons popped up; `keyboard` is the
    reply keyboard below the text field.
    """

    def __init__(self, world: World, user: dict[str, Any], phone_number: str) -> None:
        names = {"first_name", "last_name", "username"}
        named = {name: user[name] for name in user if name in names}
        super().__init__(world, {"id": user["id"], "type": "private", **named})
        self.user = user
        self.phone_number = phone_number
        self.started = False
        self.known = False
        self.blocked = False
        self.deactivated = False
        self.toasts: list[str] = []
        self.keyboard: Buttons = ()
        self._keyboard_once = False

    def refusal(self) -> ApiError | None:
        if self.deactivated:
            return ApiError(403, "Forbidden: user is deactivated")
        if self.blocked:
            return ApiError(403, "Forbidden: bot was blocked by the user")
        if not self.started and self.known:
            return ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        return None if self.started else bad_request("chat not found")

    def hear(self, message: Message) -> None:
        markup = message.markup or {}
        if "keyboard" in markup:
            self.keyboard = reply_buttons(markup)
            self._keyboard_once = bool(markup.get("one_time_keyboard"))
        elif markup.get("remove_keyboard"):
            self.keyboard = ()
        super().hear(message)

    async def starts(self, payload: str = "") -> Bubble:
        """Press Start, having come through a deep link if there is a payload."""
        if payload and not START_PAYLOAD.fullmatch(payload):
            raise ValueError("a start payload is 1-64 of A-Z a-z 0-9 _ -")
        return await self.sends(f"/start {payload}".strip())

    async def sends(self, text: str) -> Bubble:
        """Type and send; the phone splits what is longer than a message. Returns the last."""
        bubbles = [self._sends({"text": part, **_entities(part)}) for part in _parts(text)]
        return bubbles[-1]

    async def sends_media(self, kind: Media, caption: str = "") -> Bubble:
        file_id = self.world.new_file_id()
        media = {"file_id": file_id, "file_unique_id": f"u{file_id}", **_MEDIA[kind]}
        content: dict[str, Any] = {kind: [media] if kind == "photo" else media}
        if caption:
            content["caption"] = caption
        return self._sends(content)

    async def shares_contact(self, of: "Person | None" = None) -> Bubble:
        """Share the own number, or someone else's."""
        owner = of or self
        contact = {
            "phone_number": owner.phone_number,
            "first_name": owner.user["first_name"],
            "user_id": owner.id,
        }
        return self._sends({"contact": contact})

    async def shares_location(self, latitude: float, longitude: float) -> Bubble:
        return self._sends({"location": {"latitude": latitude, "longitude": longitude}})

    async def edits(self, message_id: int, text: str) -> Bubble:
        """Change a message that this person sent."""
        message = self.messages[message_id]
        if message.by_bot:
            raise LookupError("nobody can edit another's message")
        message.content = {"text": text, **_entities(text)}
        message.edited_at = self.world.clock()
        return self._emit(message, "edited_message")

    async def presses(
        self, wanted: str, *, message_id: int | None = None, shown: bool = True
    ) -> None:
        """Press the newest button with this label or data, inline or on the reply keyboard.

        `shown=False` sends `wanted` as the data of a button that a slow phone still shows on
        `message_id`. Raises LookupError when there is no such button.
        """
        if not shown:
            self._press(self, self.messages[message_id or max(self.messages)], wanted)
        elif found := self._find(wanted, message_id):
            self._press(self, *found)
        else:
            await self._presses_key(wanted)

    async def _presses_key(self, label: str) -> None:
        keys: list[Button] = [key for row in self.keyboard for key in row if key.label == label]
        if not keys:
            raise LookupError(f"no button {label!r} on the screen")
        if keys[0].asks == "location":
            raise LookupError(f"{label!r} asks for a location: use shares_location")
        if keys[0].asks == "contact":
            await self.shares_contact()
        else:
            await self.sends(label)

    async def blocks(self) -> None:
        self._acts()
        self.blocked = True
        self._membership(self.user, "member", "kicked")

    async def unblocks(self) -> None:
        self._acts()
        self.blocked = False
        self._membership(self.user, "kicked", "member")

    def deactivates(self) -> None:
        """Delete the Telegram account."""
        self.deactivated = True

    def _sends(self, content: dict[str, Any]) -> Bubble:
        if self.blocked:
            raise RuntimeError("a phone can't write to a bot that it blocked")
        self.started = True
        if self._keyboard_once:
            self.keyboard, self._keyboard_once = (), False
        return self._emit(self.compose(self.user, content))


class Group(Chat):
    """A group or supergroup that the bot is a member of, or was."""

    def __init__(self, world: World, chat_id: int, title: str, type_: str) -> None:
        super().__init__(world, {"id": chat_id, "type": type_, "title": title})
        self.member = True
        self.migrated_to: int | None = None

    def refusal(self) -> ApiError | None:
        if self.migrated_to is not None:
            return ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": self.migrated_to},
            )
        kicked = f"Forbidden: bot was kicked from the {self.chat['type']} chat"
        return None if self.member else ApiError(403, kicked)

    async def says(self, person: Person, text: str, *, reply_to: int | None = None) -> Bubble:
        """A member writes. With privacy mode only commands and replies to the bot reach it."""
        person.known = True
        content = {"text": text, **_entities(text)}
        replied = self.messages.get(reply_to) if reply_to is not None else None
        if replied is not None:
            content["reply_to_message"] = replied.as_json()
        message = self.compose(person.user, content)
        to_bot = text.startswith("/") or (replied is not None and replied.by_bot)
        if to_bot or not self.world.privacy_mode:
            return self._emit(message)
        return self._shows(message)

    async def presses(self, person: Person, wanted: str) -> None:
        """Raises LookupError when there is no such button."""
        found = self._find(wanted, None)
        if found is None:
            raise LookupError(f"no button {wanted!r} on the screen")
        self._press(person, *found)

    async def adds_bot(self, by: Person) -> None:
        self.member = True
        self._membership(by.user, "left", "member")

    async def removes_bot(self, by: Person) -> None:
        self.member = False
        self._membership(by.user, "member", "kicked")

    def migrates(self, to: int) -> None:
        """Become a supergroup with another id."""
        self.migrated_to = to


def _entities(text: str) -> dict[str, Any]:
    found = [
        {"type": "bot_command", "offset": units(text[: m.start()]), "length": len(m[0])}
        for m in _COMMAND.finditer(text)
    ]
    return {"entities": found} if found else {}


def _parts(text: str) -> list[str]:
    parts, part, used = [], "", 0
    for character in text:
        width = units(character)
        if used + width > TEXT_UNITS:
            parts.append(part)
            part, used = "", 0
        part += character
        used += width
    return [*parts, part]
