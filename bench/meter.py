"""Runs one command and prints as JSON its wall time, the CPU time of its process tree, its peak memory, its exit code.

A program of its own, started with `python -I -S`: a new process counts the memory of the one that it was split off
from as its own peak (Linux, `exec_mmap`), so that one has to be smaller than anything that is measured.

    meter.py FOLDER STDOUT STDERR PROGRAM ARGUMENT…
"""

import os
import sys
import time

folder, out, err, *command = sys.argv[1:]
os.chdir(folder)
flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
actions = [
    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
    (os.POSIX_SPAWN_OPEN, 1, out, flags, 0o600),
    (os.POSIX_SPAWN_OPEN, 2, err, flags, 0o600),
]
started = time.perf_counter()
pid = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
_, status, usage = os.wait4(pid, 0)
wall = time.perf_counter() - started
unit = 1 if sys.platform == "darwin" else 1024
print(
    f'{{"wall": {wall!r}, "cpu": {usage.ru_utime + usage.ru_stime!r}, "peak": {usage.ru_maxrss * unit}, '
    f'"code": {os.waitstatus_to_exitcode(status)}}}'
)
