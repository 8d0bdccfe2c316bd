"""Starts a program that does not outlive its parent: `with_parent.py PARENT SIGNAL AS_SOMEBODY PROGRAM [WORD...]`.

Runs by path, without imports of ours, and becomes the program: no process stays behind. Linux sends SIGNAL to the
program when its parent ends, however it ends. With AS_SOMEBODY=yes and root calling, the program sees itself as an
ordinary user (PostgreSQL refuses root): in a user namespace, where the files of root are its own, so that it needs
no account, no change of owner and no opened folders.
"""

import ctypes
import os
import pwd
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000


def become_somebody(libc: ctypes.CDLL) -> None:
    """Shows root to this process as the account `nobody`, or leaves root for it where namespaces are forbidden."""
    account = pwd.getpwnam("nobody")
    if libc.unshare(CLONE_NEWUSER) != 0:
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
        return
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{account.pw_uid} 0 1")
    Path("/proc/self/gid_map").write_text(f"{account.pw_gid} 0 1")


def main(parent: str, signal_number: str, as_somebody: str, *program: str) -> None:
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if as_somebody == "yes" and os.geteuid() == 0:
            become_somebody(libc)
        libc.prctl(PR_SET_PDEATHSIG, int(signal_number))
        if os.getppid() != int(parent):
            raise SystemExit("the parent ended before its child began")
    os.execvp(program[0], program)  # noqa: S606 - becoming the program is the purpose


if __name__ == "__main__":
    main(*sys.argv[1:])
