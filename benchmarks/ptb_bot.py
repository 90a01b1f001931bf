"""A rival: python-telegram-bot's ConversationHandler, made durable by a persistence on SQLite."""

import json
import warnings
from functools import partial
from typing import Any

from telegram import Update
from telegram.ext import (
    Application,
    BasePersistence,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PersistenceInput,
    filters,
)
from telegram.ext._utils.types import CDCData, ConversationDict, ConversationKey
from telegram.request import BaseRequest
from telegram.warnings import PTBUserWarning

from benchmarks import signup
from benchmarks.store import AGAIN, FIELDS, QUESTIONS, WELCOME, Store, understood

_KEEPS = PersistenceInput(bot_data=False, chat_data=False, callback_data=False)
_ME = b'{"ok": true, "result": {"id": 1, "is_bot": true, "first_name": "R", "username": "rival"}}'
_Data = dict[Any, Any]


class _Persistence(BasePersistence[_Data, _Data, _Data]):
    """Writes through to the store, whose commit the driver of the bot makes after each update."""

    def __init__(self, store: Store) -> None:
        super().__init__(store_data=_KEEPS)
        self._store = store

    async def update_conversation(
        self,
        name: str,  # noqa: ARG002
        key: ConversationKey,
        new_state: object | None,
    ) -> None:
        self._store.set_state(int(key[0]), None if new_state is None else str(new_state))

    async def update_user_data(self, user_id: int, data: _Data) -> None:
        self._store.set_data(user_id, data)

    async def get_user_data(self) -> dict[int, _Data]:
        return {}

    async def get_conversations(self, name: str) -> ConversationDict:  # noqa: ARG002
        return {}

    async def get_bot_data(self) -> _Data:
        return {}

    async def get_chat_data(self) -> dict[int, _Data]:
        return {}

    async def get_callback_data(self) -> CDCData | None:
        return None

    async def update_bot_data(self, data: _Data) -> None: ...

    async def update_chat_data(self, chat_id: int, data: _Data) -> None: ...

    async def update_callback_data(self, data: CDCData) -> None: ...

    async def refresh_bot_data(self, bot_data: _Data) -> None: ...

    async def refresh_user_data(self, user_id: int, user_data: _Data) -> None: ...

    async def refresh_chat_data(self, chat_id: int, chat_data: _Data) -> None: ...

    async def drop_user_data(self, user_id: int) -> None: ...

    async def drop_chat_data(self, chat_id: int) -> None: ...

    async def flush(self) -> None: ...


class _Offline(BaseRequest):
    """Knows who the bot is, which it asks when it starts; nothing is sent in a contest."""

    @property
    def read_timeout(self) -> float | None:
        return None

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(self, url: str, *_: object, **__: object) -> tuple[int, bytes]:
        if not url.endswith("/getMe"):
            raise RuntimeError("a contestant sent something")
        return 200, _ME


class _Bot:
    """The handlers. What they would reply is kept beside the message instead of being sent."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def conversation(self) -> ConversationHandler[Any]:
        text = filters.TEXT & ~filters.COMMAND
        states: dict[object, list[Any]] = {
            number: [MessageHandler(text, partial(self.answer, number))]
            for number in range(len(FIELDS))
        }
        states[len(FIELDS)] = [MessageHandler(text, self.confirm)]
        return ConversationHandler(
            entry_points=[CommandHandler("start", self.start)],
            states=states,
            fallbacks=[CommandHandler("cancel", self.cancel)],
            name="signup",
            persistent=True,
        )

    async def start(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> int:
        return self._says(update, QUESTIONS[0], 0)

    async def answer(self, number: int, update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
        assert update.message is not None
        assert context.user_data is not None
        value = understood(FIELDS[number], update.message.text or "")
        if value is None:
            return self._says(update, AGAIN, number)
        context.user_data[FIELDS[number]] = value
        return self._says(update, QUESTIONS[number + 1], number + 1)

    async def confirm(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> int:
        return self._says(update, WELCOME, ConversationHandler.END)

    async def cancel(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> int:
        return self._says(update, "", ConversationHandler.END)

    def _says(self, update: Update, text: str, state: int) -> int:
        message = update.message
        assert message is not None
        self._store.log(update.update_id, message.chat.id, message.text or "", text)
        return state


def on_sqlite(path: str, people: int) -> float:
    """Turns a second. One update after another: the library's own default."""
    warnings.filterwarnings("ignore", category=PTBUserWarning)
    return signup.run(_sign_up(path, people))


async def _sign_up(path: str, people: int) -> float:
    store = Store(path)
    builder = Application.builder().token("1:rival").updater(None)
    builder = builder.persistence(_Persistence(store)).request(_Offline())
    async with builder.get_updates_request(_Offline()).build() as application:
        application.add_handler(_Bot(store).conversation())

        async def take(body: bytes) -> None:
            await application.process_update(Update.de_json(json.loads(body), application.bot))
            await application.update_persistence()
            store.commit()

        rate = await signup.rate(people, take, flights=1)
    store.close(people)
    return rate
