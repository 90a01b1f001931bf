"""How the values of a conversation are declared. No values."""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def record(cls: type[T]) -> type[T]:
    """A frozen dataclass, frozen by the type checker alone.

    A turn makes some thirty of them, and freezing them at run time as well makes each three times
    as dear to make.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
