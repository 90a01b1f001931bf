"""Python's garbage collector in a process that serves. Nothing else of memory."""

import gc

_YOUNG, _OLDER, _OLDEST = 10_000, 20, 50


def wait() -> None:
    """Until `settle`: what start-up makes stays, so there is nothing to collect in it."""
    gc.disable()


def settle() -> None:
    """What start-up made is there to stay: it is looked at no more, and the rest less often.

    A turn makes hundreds of objects and no cycles worth a search among all that is loaded.
    """
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _OLDER, _OLDEST)
