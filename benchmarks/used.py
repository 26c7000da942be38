"""Runs a command and says what it used: seconds by the clock and of the processor, peak memory.

A process of its own, and a small one: a process counts the memory of the one that started it
as its own (getrusage(2), ru_maxrss is kept over exec), so who measures must hold next to none.

    python -I -S used.py COMMAND ...     prints JSON; output of the command goes to stderr
"""

import os
import sys
import time


def main() -> None:
    started = time.perf_counter()
    child = os.fork()
    if not child:
        os.dup2(2, 1)
        os.execvp(sys.argv[1], sys.argv[1:])
    _, status, used = os.wait4(child, 0)
    seconds, busy = time.perf_counter() - started, used.ru_utime + used.ru_stime
    print(
        f'{{"seconds": {seconds}, "busy": {busy}, "memory": {used.ru_maxrss / 1024}, '
        f'"status": {os.waitstatus_to_exitcode(status)}}}'
    )


main()
