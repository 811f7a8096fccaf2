"""cost_of.py DESCRIPTOR COMMAND...: runs a command, and writes what it took to a descriptor, as JSON. In a process of
its own, because the kernel takes what the one that starts a command holds for the command's own peak: this one holds
little."""
import json
import os
import sys
import time


def main():
    descriptor, command = int(sys.argv[1]), sys.argv[2:]
    os.set_inheritable(descriptor, False)
    started = time.monotonic()
    _, status, usage = os.wait4(os.posix_spawnp(command[0], command, os.environ), 0)
    found = {"code": os.waitstatus_to_exitcode(status), "cpu": usage.ru_utime + usage.ru_stime,
             "wall": time.monotonic() - started, "memory": usage.ru_maxrss / 1024}
    os.write(descriptor, json.dumps(found).encode())


if __name__ == "__main__":
    main()
