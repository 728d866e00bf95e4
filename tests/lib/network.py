# SPDX-License-Identifier: GPL-3.0-or-later
"""network.py - a network for one suite: namespaces, addresses, a name server, and black holes

Everything is on the loopback device of a fresh network namespace, so that any address can be listened
on. Addresses in HOLES are routed to a device that no host answers on.
"""
import os
import pathlib
import subprocess
import sys

FLAG = "MAILCHUTE_TEST_WORLD"
ADDRESSES = ([f"192.0.2.{n}/32" for n in range(1, 10)] + [f"2001:db8::{n}/128" for n in range(1, 10)])
HOLES = {4: "198.51.100.1", 6: "2001:db8:dead::1"}
NOWHERE = "02:00:00:00:00:99"  # a hardware address that no device has

FILES = {
    "/etc/resolv.conf": "nameserver 127.0.0.53\n",
    "/etc/nsswitch.conf": "hosts: files dns\npasswd: files\ngroup: files\n",
    "/etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
}


def ip(*words):
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"not ok - net/start\n#   ip {' '.join(words)}: {done.stderr}")


def enter():
    """Run this program again in namespaces of its own; returns at once in the second run."""
    if os.environ.get(FLAG):
        return
    os.environ[FLAG] = "1"
    os.execvp("unshare", ["unshare", "--net", "--mount", "--uts", sys.executable, *sys.orig_argv[1:]])


def lay_cables():
    ip("link", "set", "lo", "up")
    for address in ADDRESSES:
        ip("address", "add", address, "dev", "lo")
    ip("link", "add", "hole", "type", "veth", "peer", "name", "bottom")
    for device in ("hole", "bottom"):
        ip("link", "set", device, "up")
    for family, address in HOLES.items():
        ip(f"-{family}", "route", "add", address, "dev", "hole")
        ip(f"-{family}", "neighbour", "add", address, "lladdr", NOWHERE, "dev", "hole")


def replace_files(folder):
    for path, text in FILES.items():
        own = pathlib.Path(folder) / path.rpartition("/")[2]
        own.write_text(text)
        own.chmod(0o644)
        subprocess.run(["mount", "--bind", own, path], check=True)


def build(folder):
    lay_cables()
    replace_files(folder)
    subprocess.run(["hostname", "bare"], check=True)
