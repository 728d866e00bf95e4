# SPDX-License-Identifier: GPL-3.0-or-later
"""partly.py - a fault at every call, for a message of which the program itself refuses one recipient"""
from tests.lib.harness import expect
from .cases import check_alive, expect_empty, has_spoken, is_excused
from .sweeps import each_kind
from .user import Message, is_notice


def part_refusal_operation(is_up=True):
    """A message to an address and to a meaningless word: sent to the address; for the word a copy is kept."""
    def prepare(user):
        def shoot(fault):
            user.restore()
            user.forget()
            user.wants_relay(is_up)
            shoot.message = message = Message()
            return user.run(["-f", message.sender, "--", *message.recipients, "carol at example.org"], message.text,
                            fault, program="sendmail")

        def check(run):
            check_alive(run)
            user.relay.wait_idle()
            first = user.copies(shoot.message)[0]
            extra = any("?" in status for _, _, status in user.find(shoot.message)) and is_excused(run)
            user.wants_relay(True)
            user.drain()
            last = user.copies(shoot.message)[0]
            expect(last <= 1 + extra, f"{last} copies, {1 + extra} allowed; {run}")
            expect(last == 1 + extra or last == 1 or run.status != 0, f"never arrived; {run}")
            expect(run.status <= 0 or last == first, f"reported as not sent, and sent later; {run}")
            expect(run.status <= 0 or has_spoken(run), f"nothing was said: {run}")
            kept, told = len(user.names("failed")), len([t for t in user.relay.received if is_notice(t)])
            expect(kept <= 1 + run.is_hit and told <= 1 + run.is_hit, f"{kept} copies, {told} notices; {run}")
            expect(kept >= 1 or run.status != 0, f"no copy, and exit 0; {run}")
            expect_empty(user)
        return shoot, check
    return prepare


each_kind("sendmail", "part-refusal", part_refusal_operation())
each_kind("sendmail", "part-refusal-down", part_refusal_operation(is_up=False))
