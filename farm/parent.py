"""A process and its parent: dying together. Standard library only, so that every room may use it, and it can be run as a file.

`python farm/parent.py PARENT PROGRAM ARGUMENT …` becomes the program, after asking the kernel to end it with its parent: no Python runs between fork and
exec in a process that has threads.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable

_PR_SET_PDEATHSIG, _PR_GET_PDEATHSIG = 1, 2  # linux/prctl.h
_LIBC = ctypes.CDLL(None, use_errno=True)  # loaded here and not between a fork and an exec


def ask_kernel(number: int = signal.SIGKILL) -> None:
    """Have the kernel send this process signal `number` when the *thread* that started it ends; nothing where there is no prctl (not Linux).

    Whoever starts such a child must do it from a thread that lives as long as the child should (prctl(2)). It works while native code holds the
    interpreter, which no thread of ours would. Safe between fork and exec. Raises OSError when the kernel refuses.
    """
    if hasattr(_LIBC, "prctl") and _LIBC.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")


def tied() -> bool:
    """Whether the kernel ends this process with its parent: only then does a parent that has changed mean anything, else a shell may just have ended."""
    number = ctypes.c_int()
    return hasattr(_LIBC, "prctl") and _LIBC.prctl(_PR_GET_PDEATHSIG, ctypes.byref(number), 0, 0, 0) == 0 and number.value != 0


def die_with_parent(parent: int | None = None, number: int = signal.SIGKILL) -> None:
    """End with the parent, by signal `number`; at once when `parent` (default: the process that is the parent now) is gone already."""
    expected = os.getppid() if parent is None else parent
    ask_kernel(number)
    if os.getppid() != expected:  # it ended before the kernel knew
        if number == signal.SIGKILL:
            os._exit(1)
        os.kill(os.getpid(), number)


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


if __name__ == "__main__":
    ask_kernel(signal.SIGTERM)
    if os.getppid() != int(sys.argv[1]):
        sys.exit("the parent has ended already")
    os.execv(sys.argv[2], sys.argv[2:])
