"""A rival: aiogram's finite-state machine, its storage on SQLite and committed each update."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from aiogram import Bot, Dispatcher, F, Router
from aiogram.filters import CommandStart, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey
from aiogram.types import Message, Update

from benchmarks import signup
from benchmarks.store import AGAIN, FIELDS, QUESTIONS, WELCOME, Store, understood


class _Form(StatesGroup):
    kind = State()
    name = State()
    place = State()
    skills = State()
    available = State()
    speaks = State()
    confirm = State()


_ASKED = tuple(_Form.__states__)


class _Storage(BaseStorage):
    """Writes through to the store, whose commit the driver of the bot makes after each update."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        name = state.state if isinstance(state, State) else state
        self._store.set_state(key.chat_id, name)

    async def get_state(self, key: StorageKey) -> str | None:
        return self._store.state(key.chat_id)

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        self._store.set_data(key.chat_id, dict(data))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        return self._store.data(key.chat_id)

    async def close(self) -> None: ...


class _Handlers:
    """What they would reply is kept beside the message instead of being sent."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def router(self) -> Router:
        router = Router()
        router.message.register(self.start, CommandStart())
        for number, state in enumerate(_ASKED[:-1]):
            router.message.register(partial(self.answer, number), StateFilter(state), F.text)
        router.message.register(self.confirm, StateFilter(_Form.confirm), F.text)
        return router

    async def start(self, message: Message, state: FSMContext) -> None:
        await state.set_state(_Form.kind)
        self._says(message, QUESTIONS[0])

    async def answer(self, number: int, message: Message, state: FSMContext) -> None:
        value = understood(FIELDS[number], message.text or "")
        if value is None:
            return self._says(message, AGAIN)
        await state.update_data({FIELDS[number]: value})
        await state.set_state(_ASKED[number + 1])
        return self._says(message, QUESTIONS[number + 1])

    async def confirm(self, message: Message, state: FSMContext) -> None:
        await state.set_state(None)
        self._says(message, WELCOME)

    def _says(self, message: Message, text: str) -> None:
        self._store.log(message.message_id, message.chat.id, message.text or "", text)


def on_sqlite(path: str, people: int) -> float:
    """Turns a second. One update after another: nothing in it waits for anything but the disk."""
    return signup.run(_sign_up(path, people))


async def _sign_up(path: str, people: int) -> float:
    store = Store(path)
    bot = Bot("1:rival")
    dispatcher = Dispatcher(storage=_Storage(store))
    dispatcher.include_router(_Handlers(store).router())

    async def take(body: bytes) -> None:
        update = Update.model_validate(json.loads(body), context={"bot": bot})
        await dispatcher.feed_update(bot, update)
        store.commit()

    rate = await signup.rate(people, take, flights=1)
    await bot.session.close()
    store.close(people)
    return rate
