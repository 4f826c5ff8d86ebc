"""Runs a program under the filters of a systemd unit, as systemd's own seccomp filters would: confined.py SYSTEM_CALLS FAMILIES PROGRAM [ARGUMENT]...

SYSTEM_CALLS is a file with the names of those that are allowed, one a line; the others fail with EPERM. FAMILIES are the numbers of the address
families that sockets may have, with commas; others fail with EAFNOSUPPORT. Needs libseccomp2, which systemd has.
"""
import ctypes
import errno
import os
import sys

ALLOW = 0x7FFF0000
FAMILIES = 46
EQUAL = 4


def fails_with(number):
    return 0x00050000 | number


class Comparison(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def main():
    calls, families, program = sys.argv[1], {int(number) for number in sys.argv[2].split(",")}, sys.argv[3:]
    seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    seccomp.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(Comparison)]
    seccomp.seccomp_load.argtypes = [ctypes.c_void_p]
    rules = seccomp.seccomp_init(fails_with(errno.EPERM))

    def add(action, name, *comparisons):
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        # Those of other architectures have negative numbers.
        if number >= 0 and seccomp.seccomp_rule_add_array(rules, action, number, len(comparisons), (Comparison * len(comparisons))(*comparisons)) != 0:
            sys.exit(f"no rule for {name}")

    with open(calls, encoding="ascii") as names:
        for name in names.read().split():
            if name != "socket":
                add(ALLOW, name)
    for family in range(FAMILIES):
        add(ALLOW if family in families else fails_with(errno.EAFNOSUPPORT), "socket", Comparison(0, EQUAL, family, 0))
    if seccomp.seccomp_load(rules) != 0:
        sys.exit("the filters were not taken")
    os.execv(program[0], program)


main()
