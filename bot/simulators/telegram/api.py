"""The served Bot API methods: what each checks and does. HTTP and faults are elsewhere."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from bot.simulators.bodies import Upload
from bot.simulators.telegram import rules
from bot.simulators.telegram.chats import Chat
from bot.simulators.telegram.feed import DEFAULT_CONNECTIONS, Webhook
from bot.simulators.telegram.messages import Attachment, Message
from bot.simulators.telegram.pace import Gate
from bot.simulators.telegram.schema import bad_request
from bot.simulators.telegram.world import World

Parameters = dict[str, Any]
Method = Callable[[Parameters], Awaitable[Any]]

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)
NO_SUCH_QUERY = "query is too old and response timeout expired or query ID is invalid"


class Api:
    """`query_lifetime` is how many seconds a pressed button can be answered."""

    def __init__(
        self, world: World, chats: dict[int, Chat], gate: Gate, query_lifetime: float
    ) -> None:
        self._world = world
        self._chats = chats
        self._gate = gate
        self._query_lifetime = query_lifetime
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.descriptions: dict[tuple[str, str], str] = {}
        self.methods: dict[str, Method] = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._get_webhook_info,
            "sendMessage": self._send_message,
            "sendDocument": self._send_document,
            "sendChatAction": self._send_chat_action,
            "editMessageText": self._edit_message_text,
            "editMessageReplyMarkup": self._edit_message_reply_markup,
            "answerCallbackQuery": self._answer_callback_query,
            "setMyCommands": self._set_my_commands,
            "getMyCommands": self._get_my_commands,
            "deleteMyCommands": self._delete_my_commands,
            "setMyDescription": self._set_my_description,
            "getMyDescription": self._get_my_description,
            "setMyShortDescription": self._set_my_short_description,
            "getMyShortDescription": self._get_my_short_description,
            "getChat": self._get_chat,
        }

    async def _get_me(self, _p: Parameters) -> Any:
        return {
            **self._world.bot,
            "can_join_groups": True,
            "can_read_all_group_messages": not self._world.privacy_mode,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    async def _get_updates(self, p: Parameters) -> Any:
        feed = self._world.feed
        feed.allow(p.get("allowed_updates"))
        limit = min(max(p.get("limit", 100), 1), 100)
        return await feed.poll(p.get("offset", 0), limit, p.get("timeout", 0))

    async def _set_webhook(self, p: Parameters) -> Any:
        if not p["url"]:
            return await self._delete_webhook(p)
        connections = p.get("max_connections")
        rules.webhook(p["url"], p.get("secret_token"), connections)
        feed = self._world.feed
        feed.allow(p.get("allowed_updates"))
        if p.get("drop_pending_updates"):
            feed.drop_pending()
        feed.set_webhook(
            Webhook(p["url"], p.get("secret_token"), connections or DEFAULT_CONNECTIONS)
        )
        return True

    async def _delete_webhook(self, p: Parameters) -> Any:
        if p.get("drop_pending_updates"):
            self._world.feed.drop_pending()
        self._world.feed.set_webhook(None)
        return True

    async def _get_webhook_info(self, _p: Parameters) -> Any:
        return self._world.feed.info()

    async def _send_message(self, p: Parameters) -> Any:
        chat = self._chat(p)
        return self._deliver(chat, p, {"text": rules.message_text(p["text"])}).as_json()

    async def _send_document(self, p: Parameters) -> Any:
        chat = self._chat(p)
        file_id, file = self._file(p["document"])
        document = {
            "file_id": file_id,
            "file_unique_id": f"u{file_id}",
            "file_name": file.name,
            "mime_type": file.media_type,
            "file_size": len(file.content),
        }
        content: Parameters = {"document": document}
        caption = p.get("caption", "")
        too_long = "message caption is too long"
        if caption := rules.limited(caption, rules.CAPTION_UNITS, too_long):
            content["caption"] = caption
        message = self._deliver(chat, p, content, file)
        self._world.files[file_id] = file
        return message.as_json()

    async def _send_chat_action(self, p: Parameters) -> Any:
        chat = self._chat(p)
        if p["action"] not in rules.CHAT_ACTIONS:
            raise bad_request("wrong parameter action in request")
        chat.activity = p["action"]
        chat.changes.bump()
        return True

    async def _edit_message_text(self, p: Parameters) -> Any:
        chat, message = self._editable(p)
        if "text" not in message.content:
            raise bad_request("there is no text in the message to edit")
        text = rules.message_text(p["text"], "MESSAGE_TOO_LONG")
        return self._edit(chat, message, text, p.get("reply_markup"))

    async def _edit_message_reply_markup(self, p: Parameters) -> Any:
        chat, message = self._editable(p)
        return self._edit(chat, message, message.content.get("text"), p.get("reply_markup"))

    async def _answer_callback_query(self, p: Parameters) -> Any:
        toast = rules.limited(p.get("text", ""), rules.TOAST_UNITS, "MESSAGE_TOO_LONG")
        query = self._world.queries.pop(p["callback_query_id"], None)
        if query is None or self._world.clock() - query.pressed_at > self._query_lifetime:
            raise bad_request(NO_SUCH_QUERY)
        query.message.spinning.discard(query.data)
        if toast:
            query.toast(toast)
        self._chats[query.message.chat["id"]].changes.bump()
        return True

    async def _set_my_commands(self, p: Parameters) -> Any:
        self.commands[self._scope(p)] = rules.commands(p["commands"])
        return True

    async def _get_my_commands(self, p: Parameters) -> Any:
        return self.commands.get(self._scope(p), [])

    async def _delete_my_commands(self, p: Parameters) -> Any:
        self.commands.pop(self._scope(p), None)
        return True

    async def _set_my_description(self, p: Parameters) -> Any:
        return self._describe("description", p, rules.DESCRIPTION_UNITS)

    async def _get_my_description(self, p: Parameters) -> Any:
        return self._description("description", p)

    async def _set_my_short_description(self, p: Parameters) -> Any:
        return self._describe("short_description", p, rules.SHORT_DESCRIPTION_UNITS)

    async def _get_my_short_description(self, p: Parameters) -> Any:
        return self._description("short_description", p)

    async def _get_chat(self, p: Parameters) -> Any:
        return {
            **self._chat(p).chat,
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(
                (
                    "unlimited_gifts",
                    "limited_gifts",
                    "unique_gifts",
                    "premium_subscription",
                    "gifts_from_channels",
                ),
                False,
            ),
        }

    def _chat(self, p: Parameters) -> Chat:
        chat = self._chats.get(p["chat_id"])
        if chat is None:
            raise bad_request("chat not found")
        if refusal := chat.refusal():
            raise refusal
        return chat

    def _deliver(
        self, chat: Chat, p: Parameters, content: Parameters, file: Attachment | None = None
    ) -> Message:
        markup = rules.markup(p.get("reply_markup"), private=chat.is_private)
        replied = self._replied_to(chat, p.get("reply_parameters"))
        self._gate.enter(chat.id, private=chat.is_private)
        message = chat.compose(self._world.bot, {**content, **replied})
        message.markup, message.file = markup, file
        chat.hear(message)
        return message

    def _replied_to(self, chat: Chat, wanted: Parameters | None) -> Parameters:
        if wanted is None:
            return {}
        if replied := chat.messages.get(wanted["message_id"]):
            return {"reply_to_message": replied.as_json()}
        if not wanted.get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
        return {}

    def _editable(self, p: Parameters) -> tuple[Chat, Message]:
        chat = self._chat(p)
        message = chat.messages.get(p["message_id"])
        if message is None:
            raise bad_request("message to edit not found")
        if not message.editable:
            raise bad_request("message can't be edited")
        return chat, message

    def _edit(self, chat: Chat, message: Message, text: str | None, given: Any) -> Any:
        markup = rules.markup(given, private=chat.is_private)
        if markup is not None and "inline_keyboard" not in markup:
            raise bad_request("inline keyboard expected")
        if text == message.content.get("text") and markup == message.markup:
            raise bad_request(NOT_MODIFIED)
        if text is not None and text != message.content.get("text"):
            message.content["text"] = text
            message.edited_at = self._world.clock()
        message.markup = markup
        chat.changes.bump()
        return message.as_json()

    def _file(self, document: Upload | str) -> tuple[str, Attachment]:
        if isinstance(document, str):
            if document not in self._world.files:
                raise bad_request("wrong file identifier/HTTP URL specified")
            return document, self._world.files[document]
        if not document.content:
            raise bad_request("file must be non-empty")
        file = Attachment(document.name, document.media_type, document.content)
        return self._world.new_file_id(), file

    def _scope(self, p: Parameters) -> tuple[str, str]:
        scope = p.get("scope") or {"type": "default"}
        return json.dumps(scope, sort_keys=True), rules.language_code(p.get("language_code"))

    def _describe(self, which: str, p: Parameters, most: int) -> bool:
        key = which, rules.language_code(p.get("language_code"))
        self.descriptions[key] = rules.limited(p.get(which, ""), most, f"{which} is too long")
        return True

    def _description(self, which: str, p: Parameters) -> Parameters:
        code = rules.language_code(p.get("language_code"))
        own = self.descriptions.get((which, code))
        return {which: own or self.descriptions.get((which, ""), "")}
