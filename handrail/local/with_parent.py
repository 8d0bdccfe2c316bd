"""Starts a program that does not outlive its parent: `with_parent.py PARENT SIGNAL AS PROGRAM [WORD...]`.

Runs by path, without imports of ours, and becomes the program: no process stays behind. Linux sends SIGNAL to the
program when its parent ends, however it ends. AS is `self`, or for root and a program that refuses root:
`namespace`, a user namespace in which the files of root are those of an ordinary user, so that nothing changes owner;
`nobody`, that account, which keeps the one power to pass through folders that are not its own.
"""

import ctypes
import os
import pwd
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE = 1


def into_namespace(libc: ctypes.CDLL) -> None:
    account = pwd.getpwnam("nobody")
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are not allowed here")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{account.pw_uid} 0 1")
    Path("/proc/self/gid_map").write_text(f"{account.pw_gid} 0 1")


def into_nobody(libc: ctypes.CDLL) -> None:
    account = pwd.getpwnam("nobody")
    libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    only = 1 << CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    if libc.capset(header, (ctypes.c_uint32 * 6)(only, only, only, 0, 0, 0)) == 0:
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def main(parent: str, signal_number: str, as_whom: str, *program: str) -> None:
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if as_whom != "self":
            {"namespace": into_namespace, "nobody": into_nobody}[as_whom](libc)
        libc.prctl(PR_SET_PDEATHSIG, int(signal_number))  # after the change of account, which forgets it
        if os.getppid() != int(parent):
            raise SystemExit("the parent ended before its child began")
    os.execvp(program[0], program)  # noqa: S606 - becoming the program is the purpose


if __name__ == "__main__":
    main(*sys.argv[1:])
