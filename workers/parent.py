"""A process and its parent: dying together."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import threading
import time
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when the *thread* that started it ends; leave at once when `parent` is gone already.

    The kernel's signal comes when the starting thread ends, so whoever starts such a child must do it from a thread that lives
    as long as the child should (prctl(2)). Works while native code holds the interpreter, which no thread of ours would.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:  # it ended before the prctl
        os._exit(1)


def watch_parent(gone: Callable[[], None], every: float = 1.0) -> threading.Thread:
    """Call `gone` from a thread of its own once this process's parent has ended; any thread of the parent may have started us."""
    parent = os.getppid()

    def watch() -> None:
        try:
            descriptor = os.pidfd_open(parent)
        except OSError:
            descriptor = -1  # an old kernel, or the parent is gone already: look now and then
        while os.getppid() == parent:
            if descriptor >= 0:
                select.select([descriptor], [], [], every)
            else:
                time.sleep(every)
        gone()

    thread = threading.Thread(target=watch, name="parent-watch", daemon=True)
    thread.start()
    return thread
