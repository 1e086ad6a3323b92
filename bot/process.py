"""What this process asks of the operating system; a system that knows nothing of it is left as it is."""

import contextlib
import ctypes
import sys

_PR_SET_DUMPABLE = 4


def release_memory() -> None:
    """Hand memory that only loading needed back to the system; C libraries other than glibc do so by themselves."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def forbid_core_dumps() -> None:
    """No crash writes this process's memory, and with it people's words, to a disk; nor may others read it."""
    if sys.platform != "win32":
        import resource

        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # the limit does not bind a program that the kernel hands core dumps to
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
