# SPDX-License-Identifier: GPL-3.0-or-later
"""__main__.py - suite "net": from the relay's name to a connection, in a network of the suite's own

Names and black holes, several relays, SRV records, SOCKS proxies, --configure. Needs root, for the
namespaces; network.py builds what is in them. Each case has names of its own in the zone of `names`.
"""
import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from tests.lib import network, patience
from tests.lib.harness import PROGRAM, Suite, cover_spool, expect, run_program, write_private
from tests.lib.proxy import FAILED, Proxy
from tests.lib.relay import Relay, make_cert
from . import dns


MESSAGE = b"Subject: x\n\ny\n"
FOUR, FIVE, SIX = "192.0.2.4", "192.0.2.5", "2001:db8::6"
TIMEOUT = 20  # of the program; a case that need not wait for it is done in half of that
NOBODY = 9  # a port on which no process listens

suite = Suite("net")


def configure(folder, *lines):
    """An account; the lines given replace those of the same name."""
    usual = ["queue off", "from alice@example.org", f"timeout {TIMEOUT}", "tls off"]
    kept = [u for u in usual if u.split()[0] not in [line.split()[0] for line in lines]]
    return write_private(folder / "config", "account default\n" + "\n".join([*kept, *lines]) + "\n")


def run(folder, lines, *args, status=0, limit=TIMEOUT / 2, program=None):
    """Run with an account of these lines, to send a message to bob unless there are other arguments."""
    begun = patience.now()
    words = ["-C", configure(folder, *lines), *(args or ["bob@example.org"])]
    result = (run_program([*program, PROGRAM, *words], MESSAGE, home=folder, program="/usr/bin/env")
              if program else run_program(words, MESSAGE, home=folder))
    took = patience.now() - begun
    expect(result.status == status, f"expected exit {status}: {result}")
    expect(took < limit, f"it took {took:.1f} s: {result}")
    return result


def expect_words(result, *patterns):
    for pattern in patterns:
        expect(re.search(pattern, result.stderr.decode()), f"stderr lacks {pattern}: {result}")


def delivers(folder, relay, lines, **more):
    """The message arrives at this relay; returns the connection's commands."""
    before = len(relay.received)
    run(folder, lines, **more)
    expect(relay.wait_idle() and len(relay.received) == before + 1, "the relay has not taken it")
    return relay.connections[-1].commands


def fails(folder, lines, status, *patterns, **more):
    result = run(folder, lines, status=status, **more)
    expect_words(result, *patterns)
    return result


def relay_on(*hosts, **options):
    return Relay(hosts=hosts, **options)


# Addresses


@suite.case
def black_holed_ipv6_msmtp_pr_4(folder):
    names.add("hole6.test", "AAAA", network.HOLES[6])
    names.add("hole6.test", "A", FOUR)
    with relay_on(FOUR) as relay:
        result = run(folder, ["host hole6.test", f"port {relay.port}"], "-v", "bob@example.org")
        told = result.stdout.decode()
        expect(told.find(network.HOLES[6]) < told.find(f"connecting to {FOUR}"), f"not tried first: {told}")
        expect(network.HOLES[6] in told and len(relay.received) == 1, told)


@suite.case
def black_holes_only(folder):
    names.add("holes.test", "AAAA", network.HOLES[6])
    names.add("holes.test", "A", network.HOLES[4])
    fails(folder, ["host holes.test", "port 25", "timeout 2"], 75,
          rf"holes\.test:25: cannot connect: \[{network.HOLES[6]}\]: Connection timed out; "
          rf"{network.HOLES[4]}: Connection timed out$")


@suite.case
def refused_goes_on_at_once(folder):
    names.add("refused.test", "AAAA", "2001:db8::7", "2001:db8::8", SIX)
    names.add("refused.test", "A", "192.0.2.7", "192.0.2.8")
    with relay_on(SIX) as relay:
        delivers(folder, relay, ["host refused.test", f"port {relay.port}"])


@suite.case
def refused_by_all(folder):
    """Every address is named, and the families take turns."""
    names.add("refusals.test", "AAAA", "2001:db8::1", "2001:db8::2")
    names.add("refusals.test", "A", "192.0.2.1", "192.0.2.2")
    six, four = r"\[2001:db8::[12]\]: Connection refused", r"192\.0\.2\.[12]: Connection refused"
    fails(folder, ["host refusals.test", f"port {NOBODY}"], 75,
          rf"refusals\.test:9: cannot connect: {six}; {four}; {six}; {four}$")
    fails(folder, [f"host {FOUR}", f"port {NOBODY}"], 75,
          rf"{FOUR}:9: cannot connect: Connection refused$")


@suite.case
def one_address_is_named(folder):
    names.add("single.test", "A", FOUR)
    fails(folder, ["host single.test", f"port {NOBODY}"], 75,
          rf"single\.test:9: cannot connect: {FOUR}: Connection refused$")


@suite.case
def ipv6_literals(folder):
    with relay_on(SIX) as relay:
        for host in (SIX, f"[{SIX}]"):
            delivers(folder, relay, [f"host {host}", f"port {relay.port}"])
    fails(folder, [f"host {SIX}", f"port {NOBODY}"], 75, rf"\[{SIX}\]:9: cannot connect")


@suite.case
def source_ip(folder):
    names.add("source.test", "AAAA", SIX)
    names.add("source.test", "A", FOUR)
    with relay_on(FOUR, SIX) as relay:
        here = ["host source.test", f"port {relay.port}"]
        expect(delivers(folder, relay, [*here, "source_ip 192.0.2.9"])[0] == "EHLO [192.0.2.9]",
               "not from this IPv4 address")
        expect(delivers(folder, relay, [*here, "source_ip 2001:db8::9"])[0] == "EHLO [IPv6:2001:db8::9]",
               "not from this IPv6 address")
        fails(folder, [*here, "source_ip 203.0.113.1"], 71, "cannot use source_ip 203.0.113.1: Cannot assign")
        fails(folder, [f"host {FOUR}", "port 25", "source_ip 2001:db8::9"], 71, "other address family")
        fails(folder, [*here, "source_ip mx.test"], 71, "mx.test is not an IP address")


# Names


@suite.case
def a_name_that_does_not_exist(folder):
    fails(folder, ["host missing.test"], 68, r"missing\.test:25: the host name does not exist")


@suite.case
def a_name_without_an_address(folder):
    names.add("empty.test", "SRV", (0, 0, 25, "x.test"))
    fails(folder, ["host empty.test"], 68, r"empty\.test:25: the host name has no address")


@suite.case
def eai_again_msmtp_116(folder):
    names.add("again.test", "FAULT", "SERVFAIL")
    fails(folder, ["host again.test"], 75, r"again\.test:25: the host name can't be looked up: ")
    run(folder, ["host again.test", "queue auto", f"queue_folder {folder}/q"])
    expect(len(list((folder / "q/q").iterdir())) == 1, "it was not kept")


@suite.case
def silence_of_dns_dma_30(folder):
    names.add("silent.test", "FAULT", "SILENCE")
    fails(folder, ["host silent.test", "timeout 2"], 75, r"silent\.test:25: looking up the host name: no answer in time")


@suite.case
def underscore_host_name_dma_pr_87(folder):
    names.add("mail_out.under_score.test", "CNAME", "real_host.test")
    names.add("real_host.test", "A", FOUR)
    with relay_on(FOUR) as relay:
        delivers(folder, relay, ["host mail_out.under_score.test", f"port {relay.port}"])


WITHOUT_HOSTS = ["unshare", "--mount", "sh", "-c", "mount --bind /dev/null /etc/hosts && exec \"$@\"", "sh"]


@suite.case
def localhost_is_never_looked_up(folder):
    """Not in DNS, which may lie, and not in /etc/hosts, which may be missing (RFC 6761)."""
    for name in ("localhost", "mail.localhost"):
        names.add(name, "A", FOUR)
    with relay_on("127.0.0.1") as relay, relay_on("::1") as other:
        for host in ("localhost", "localhost.", "LOCALHOST", "mail.localhost", "a.b.LocalHost."):
            delivers(folder, relay, [f"host {host}", f"port {relay.port}"], program=WITHOUT_HOSTS)
            delivers(folder, other, [f"host {host}", f"port {other.port}"], program=WITHOUT_HOSTS)
        delivers(folder, relay, [f"host {FOUR}", f"port {NOBODY}", f"host_fallback localhost:{relay.port}"],
                 program=WITHOUT_HOSTS)
        fails(folder, ["host localhost.test", f"port {relay.port}"], 68, "does not exist", program=WITHOUT_HOSTS)
    fails(folder, ["host localhost", f"port {NOBODY}"], 75,
          r"127\.0\.0\.1: Connection refused; \[::1\]: Connection refused", program=WITHOUT_HOSTS)


@suite.case
def localhost_needs_its_certificate(folder):
    right, lines = secure_relay(folder, "localhost", hosts=("127.0.0.1",))
    wrong, _ = secure_relay(folder, "other.test", hosts=("127.0.0.1",))
    with right, wrong:
        delivers(folder, right, ["host localhost", f"port {right.port}", *lines], program=WITHOUT_HOSTS)
        fails(folder, ["host localhost", f"port {wrong.port}", *lines], 69, "not trusted for localhost",
              program=WITHOUT_HOSTS)


def secure_relay(folder, *cert_names, hosts=(FOUR,), tls="implicit", **options):
    """A relay with a certificate for these names, and the account's lines that trust its authority."""
    if not (folder / "ca.pem").exists():
        make_cert(folder, "ca", "cn=CA of a case\nca\ncert_signing_key\n")
    own = f"server{len(list(folder.glob('server*.pem')))}"
    template = "".join(f"dns_name={name}\n" for name in cert_names) + "cn=relay\ntls_www_server\n"
    cert, key = make_cert(folder, own, template, "ca")
    lines = ["tls on", f"tls_trust_file {folder}/ca.pem", f"tls_starttls {'off' if tls == 'implicit' else 'on'}"]
    return relay_on(*hosts, tls=tls, cert=str(cert), key=str(key), **options), lines


@suite.case
def final_dot(folder):
    names.add("dotted.test", "A", FOUR)
    relay, lines = secure_relay(folder, "dotted.test")
    with relay:
        delivers(folder, relay, ["host dotted.test.", f"port {relay.port}", *lines])


@suite.case
def international_host_name(folder):
    names.add("xn--bro-hoa.test", "A", FOUR)
    relay, lines = secure_relay(folder, "xn--bro-hoa.test")
    with relay:
        delivers(folder, relay, ["host b\u00fcro.test", f"port {relay.port}", *lines])


@suite.case
def serverinfo_names_host_and_address(folder):
    names.add("alias.test", "CNAME", "canonical.test")
    names.add("canonical.test", "A", FOUR)
    relay, lines = secure_relay(folder, "alias.test", tls="starttls", extra=("ETRN", "XCLIENT NAME"), auth=["PLAIN"])
    with relay:
        out = run(folder, ["host alias.test", f"port {relay.port}", *lines, "auth on", "user tester"], "-S").stdout
        for part in (f"SMTP server at alias.test:{relay.port} (canonical.test {FOUR}):\n",
                     "    relay.test ESMTP at your service\n", "TLS session: ", "    SHA-256: ", "    ETRN  (",
                     "    XCLIENT NAME\n", "    AUTH PLAIN  ("):
            expect(part in out.decode(), f"no {part!r} in {out.decode()}")
        expect(relay.connections[0].verbs == ["EHLO", "STARTTLS", "EHLO", "QUIT"], f"{relay.connections[0].verbs}")


@suite.case
def serverinfo_over_lmtp(folder):
    with relay_on(SIX, lmtp=True) as relay:
        out = run(folder, [f"host {SIX}", f"port {relay.port}", "protocol lmtp"], "-S").stdout.decode()
        expect(out.startswith(f"LMTP server at [{SIX}]:{relay.port} ([{SIX}]):\n"), out)
        expect(relay.connections[0].verbs == ["LHLO", "QUIT"], f"{relay.connections[0].verbs}")


# The name in EHLO


def greeting_from(folder, own, relay, *lines):
    """EHLO as said by a machine of that name."""
    setting = ["unshare", "--uts", "sh", "-c", 'hostname "$1"; shift; exec "$@"', "sh", own]
    return delivers(folder, relay, [f"host {FOUR}", f"port {relay.port}", *lines], program=setting)[0]


@suite.case
def introduction(folder):
    with relay_on(FOUR) as relay:
        for own, lines, said in (
                ("mail.example.org", [], "mail.example.org"),
                ("bare", [], f"[{FOUR}]"),
                ("localhost.localdomain", [], f"[{FOUR}]"),
                ("under_score.example.org", [], f"[{FOUR}]"),
                ("mail.example.org", ["domain localhost"], "localhost"),
                ("mail.example.org", ["domain other.example"], "other.example"),
                ("bare", ["domain"], "")):
            found = greeting_from(folder, own, relay, *lines)
            expect(found == f"EHLO {said}", f"{own} {lines}: {found}")


# Several relays


@suite.case
def fallback_when_the_name_does_not_exist(folder):
    names.add("second.test", "A", FOUR)
    with relay_on(FOUR) as relay:
        delivers(folder, relay, ["host nowhere.test", f"host_fallback also-nowhere.test, second.test:{relay.port}"])


@suite.case
def fallback_when_refused(folder):
    with relay_on(SIX) as relay:
        delivers(folder, relay, [f"host {FOUR}", f"port {relay.port}", f"host_fallback {FIVE} [{SIX}]"])


@suite.case
def fallback_when_black_holed(folder):
    """A silent one leaves time to the others."""
    with relay_on(FOUR) as relay:
        delivers(folder, relay, [f"host {network.HOLES[4]}", f"port {relay.port}", "timeout 4", f"host_fallback {FOUR}"])


@suite.case
def fallback_of_which_none_is_reached(folder):
    names.add("three.test", "A", FIVE)
    fails(folder, ["host one.test", "port 26", "host_fallback two.test three.test:9"], 75,
          r"one\.test:26: the host name does not exist; two\.test:26: the host name does not exist; "
          rf"three\.test:9: cannot connect: {FIVE}: Connection refused$")
    fails(folder, ["host one.test", "host_fallback two.test"], 68, r"one\.test.*two\.test")


# Behaviour of the first of two relays, the text that the user sees where both behave so, and the exit status.
LOGIN = {"auth": ["PLAIN"], "auth_in_clear": True}
TURNS_AWAY = {
    "greeting-421": ("greeting: 421 4.3.2 draining", 75, r"421 4\.3\.2 draining"),
    "greeting-450": ("greeting: 450 4.7.1 later", 75, r"450 4\.7\.1"),
    "greeting-554": ("greeting: 554 5.7.1 no service here", 69, r"554 5\.7\.1"),
    "greeting-521": ("greeting: 521 this host takes no mail", 69, r"521 this host"),
    "greeting-nonsense": ("greeting: raw HTTP/1.1 400 Bad Request\\r\\n", 76, "no reply"),
    "greeting-drop": ("greeting: drop", 75, "closed the connection"),
    "greeting-reset": ("greeting: reset", 75, "(?:connection was lost|reset by peer)"),
    "greeting-hang": ("greeting: hang", 75, "timed out"),
    "ehlo-421": ("ehlo: 421 4.3.2 going down", 75, r"421 4\.3\.2"),
    "ehlo-451": ("ehlo: 451 4.3.0 later", 75, r"451 4\.3\.0"),
    "ehlo-and-helo-550": ("ehlo: 550 no\nhelo: 550 no", 69, "550 no"),
    "ehlo-drop": ("ehlo: drop", 75, "closed the connection"),
    "ehlo-hang": ("ehlo: hang", 75, "timed out"),
    "starttls-454": ("starttls: 454 4.7.0 no TLS now", 75, r"454 4\.7\.0"),
    "starttls-500": ("starttls: 500 what?", 69, "500 what"),
    "starttls-421": ("starttls: 421 4.3.2 going down", 75, r"421 4\.3\.2"),
    "handshake-drop": ("handshake: drop", 75, ""),
    "ehlo-again-421": ("ehlo/tls: 421 4.3.2 going down", 75, r"421 4\.3\.2"),
    "auth-421": ("auth: 421 4.3.2 going down", 75, r"421 4\.3\.2"),
    "auth-454": ("auth: 454 4.7.0 no directory", 75, r"454 4\.7\.0"),
    "auth-451": ("auth: 451 4.3.0 later", 75, r"451 4\.3\.0"),
    "auth-drop": ("auth: drop", 75, "closed the connection"),
}
# Failures that another relay would not cure: it is not asked.
DECIDES = {
    "auth-535": ("auth: 535 5.7.8 wrong password", 77, r"535 5\.7\.8"),
    "auth-534": ("auth: 534 5.7.9 app password", 77, r"534 5\.7\.9"),
    "auth-550": ("auth: 550 5.7.1 not you", 77, r"550 5\.7\.1"),
    "auth-432": ("auth: 432 4.7.12 change the password", 75, r"432 4\.7\.12"),
    "mail-421": ("mail: 421 4.3.2 going down", 75, r"421 4\.3\.2"),
    "rcpt-450": ("rcpt: 450 4.2.0 later", 75, r"450 4\.2\.0"),
}


@contextlib.contextmanager
def two_relays(folder, dialogue, hosts, same_port=False):
    """Two relays of which the first does what the dialogue says, and an account that can use them."""
    kind = "starttls" if "tls" in dialogue or "handshake" in dialogue else "none"
    account = ["auth plain", "user tester", "password secret", "timeout 8"]
    one, lines = secure_relay(folder, "pool.test", hosts=hosts[:1], tls=kind, dialogue=dialogue, **LOGIN)
    if kind == "starttls":
        account += [*lines, "tls_host_override pool.test"]
    with one as first:
        two, _ = secure_relay(folder, "pool.test", hosts=hosts[1:], tls=kind, port=first.port * same_port, **LOGIN)
        with two as second:
            yield first, second, [*account, f"port {first.port}"]


def turned_away(folder, dialogue, status, words):
    """The message goes to the second relay; where there is no other, the user sees what the first says."""
    with two_relays(folder, dialogue, (FOUR, FIVE)) as (first, second, account):
        commands = delivers(folder, second, [*account, f"host {FOUR}", f"host_fallback {FIVE}:{second.port}"])
        expect(sum(c.startswith("AUTH") for c in commands) == 1, f"{commands}")
        expect(first.connections, "the first relay was not asked")
        for more in ((), (f"host_fallback {FOUR}:{NOBODY}",)):
            fails(folder, [*account, f"host {FOUR}", *more], 75 if more else status,
                  rf"^mailchute: {FOUR}:{first.port}: .*{words}")


def turned_away_by_address(folder, dialogue, *_):
    """The same for two addresses of one host, except that silence takes all the time that there is."""
    with two_relays(folder, dialogue, ("127.0.0.1", "::1"), same_port=True) as (first, second, account):
        delivers(folder, second, [*account, "host localhost"])
        expect(first.connections, "the first address was not asked")


def decides(folder, dialogue, status, words):
    with two_relays(folder, dialogue, (FOUR, FIVE)) as (first, second, account):
        fails(folder, [*account, f"host {FOUR}", f"host_fallback {FIVE}:{second.port}"], status,
              rf"^mailchute: .*{FOUR}:{first.port}: .*{words}")
        expect(not second.connections, "another was asked")


for case, row in TURNS_AWAY.items():
    suite.add(f"turned-away-{case}", lambda folder, row=row: turned_away(folder, *row))
    if not case.endswith("hang"):
        suite.add(f"turned-away-by-address-{case}", lambda folder, row=row: turned_away_by_address(folder, *row))
for case, row in DECIDES.items():
    suite.add(f"turned-away-not-{case}", lambda folder, row=row: decides(folder, *row))


@suite.case
def fallback_needs_its_own_certificate(folder):
    names.add("first.fallback.test", "A", FIVE)
    names.add("other.fallback.test", "A", FOUR)
    wrong, lines = secure_relay(folder, "first.fallback.test")
    right, _ = secure_relay(folder, "other.fallback.test")
    account = ["host first.fallback.test", f"port {NOBODY}", *lines]
    with wrong, right:
        fails(folder, [*account, f"host_fallback other.fallback.test:{wrong.port}"], 69,
              rf"^mailchute: other\.fallback\.test:{wrong.port}: verifying .*not trusted for other\.fallback\.test")
        delivers(folder, right, [*account, f"host_fallback other.fallback.test:{right.port}"])
        delivers(folder, wrong, [*account, f"host_fallback other.fallback.test:{wrong.port}",
                                 "tls_host_override first.fallback.test"])


# SRV records


@suite.case
def srv_in_order(folder):
    """The service that tls_starttls says, by priority, with the ports of the records."""
    first, lines = secure_relay(folder, "order.test", tls="starttls")
    second, _ = secure_relay(folder, "order.test", tls="starttls")
    names.add("mx.order.test", "A", FOUR)
    account = ["host order.test", "host_srv on", *lines]
    with first, second:
        names.add("_submission._tcp.order.test", "SRV", (20, 0, second.port, "mx.order.test"),
                  (10, 0, first.port, "mx.order.test"), (5, 0, NOBODY, "mx.order.test"),
                  (1, 0, 25, "missing.order.test"))
        delivers(folder, first, account)
        delivers(folder, second, [*account, f"port {second.port}"])
    fails(folder, account, 75, r"order\.test: missing\.order\.test:25: the host name does not exist; "
          r"mx\.order\.test:9: cannot connect: 192\.0\.2\.4: Connection refused; mx\.order")


@suite.case
def srv_goes_on_where_one_turns_us_away(folder):
    names.add("mx.away.test", "A", FOUR)
    first, lines = secure_relay(folder, "away.test", tls="starttls", dialogue="greeting: 421 4.3.2 draining")
    second, _ = secure_relay(folder, "away.test", tls="starttls")
    with first, second:
        names.add("_submission._tcp.away.test", "SRV", (1, 0, first.port, "mx.away.test"),
                  (2, 0, second.port, "mx.away.test"))
        delivers(folder, second, ["host away.test", "host_srv on", *lines])
        expect(len(first.connections) == 1, "the first was not asked")
        fails(folder, ["host away.test", "host_srv on", *lines, f"port {first.port}"], 75,
              rf"^mailchute: away\.test:{first.port}: mx\.away\.test:{first.port}: waiting for the greeting: 421")


@suite.case
def srv_with_tls_at_once(folder):
    relay, lines = secure_relay(folder, "mx.atonce.test")
    names.add("mx.atonce.test", "A", FOUR)
    with relay:
        names.add("_submissions._tcp.atonce.test", "SRV", (0, 0, relay.port, "mx.atonce.test"))
        delivers(folder, relay, ["host atonce.test", "host_srv on", *lines])
        expect(relay.connections[0].verbs[0] == "EHLO", "not the name inside of the domain")
    fails(folder, ["host atonce.test", "host_srv on", *lines, "tls_starttls on"], 68,
          r"atonce\.test: SRV _submission\._tcp\.atonce\.test: there is no such record in DNS")


@suite.case
def srv_answers(folder):
    names.add("_submission._tcp.denied.test", "SRV", (0, 0, 0, "."))
    names.add("_submission._tcp.again.test", "FAULT", "SERVFAIL")
    names.add("_submission._tcp.refused.test", "FAULT", "REFUSED")
    names.add("_submission._tcp.silent.test", "FAULT", "SILENCE")
    names.add("_submission._tcp.address.test", "SRV", (0, 0, 25, "192.0.2.4"))
    for name, status, words in (("denied", 68, "has no such service"), ("again", 75, "no answer from DNS"),
                                ("refused", 75, "DNS"), ("silent", 75, "no answer in time"),
                                ("address", 68, "no usable record"), ("nothing", 68, "no such record")):
        fails(folder, [f"host {name}.test", "host_srv on", "tls on", "timeout 2"], status,
              rf"{name}\.test: SRV _submission\._tcp\.{name}\.test: .*{words}")
    for host in ("192.0.2.4", "[::1]", "x" * 64 + ".test"):
        fails(folder, [f"host {host}", "host_srv on", "tls on"], 68, "not a domain that can have SRV records")


@suite.case
def srv_answer_that_needs_tcp(folder):
    relay, lines = secure_relay(folder, "mx-30.big.test")
    names.add("mx-30.big.test", "A", FOUR)
    with relay:
        names.add("_submissions._tcp.big.test", "SRV",
                  *((n, 0, relay.port, f"mx-{n}.big.test") for n in range(10, 31)))
        delivers(folder, relay, ["host big.test", "host_srv on", *lines])


def record_sni(relay):
    """The server names that clients ask for."""
    asked = []
    relay.context.sni_callback = lambda _tls, name, _context: asked.append(name)
    return asked


@suite.case
def srv_leads_out_of_the_domain(folder):
    """DNS alone does not say who gets the password."""
    names.add("mx.provider.test", "A", FOUR)
    relay, lines = secure_relay(folder, "mx.provider.test", auth=["PLAIN"])
    account = ["host outside.test", "host_srv on", *lines, "auth on", "user tester", "password secret"]
    with relay:
        asked = record_sni(relay)
        names.add("_submissions._tcp.outside.test", "SRV", (0, 0, relay.port, "mx.provider.test"))
        fails(folder, account, 69, rf"^mailchute: mx\.provider\.test:{relay.port}: DNS leads from outside\.test to "
              r"mx\.provider\.test, .* set tls_host_override mx\.provider\.test: .*not trusted for outside\.test")
        expect(relay.wait_idle() and not relay.connections[0].commands, "something was said all the same")
        delivers(folder, relay, [*account, "tls_host_override mx.provider.test"])
        expect(asked == ["outside.test", "mx.provider.test"], f"asked for {asked}")


@suite.case
def srv_certificate_of_the_mail_domain(folder):
    names.add("mx.hoster.test", "A", FOUR)
    names.add("mx.hosted.test", "A", FOUR)
    relay, lines = secure_relay(folder, "hosted.test")
    with relay:
        asked = record_sni(relay)
        names.add("_submissions._tcp.hosted.test", "SRV", (0, 0, relay.port, "mx.hoster.test"))
        delivers(folder, relay, ["host hosted.test", "host_srv on", *lines])
        names.zone["_submissions._tcp.hosted.test"]["SRV"] = [(0, 0, relay.port, "mx.hosted.test")]
        delivers(folder, relay, ["host hosted.test", "host_srv on", *lines])
        expect(asked == ["hosted.test", "mx.hosted.test"], f"asked for {asked}")


@suite.case
def srv_of_an_international_domain(folder):
    names.add("mx.xn--bro-hoa.example", "A", FOUR)
    relay, lines = secure_relay(folder, "mx.xn--bro-hoa.example")
    with relay:
        names.add("_submissions._tcp.xn--bro-hoa.example", "SRV", (0, 0, relay.port, "mx.xn--bro-hoa.example"))
        delivers(folder, relay, ["host b\u00fcro.example", "host_srv on", *lines])


@suite.case
def unix_socket_with_tls(folder):
    relay, lines = secure_relay(folder, "mx.socket.test")
    relay.options.path = f"{folder}/s"
    with relay:
        account = [f"socket {folder}/s", *lines]
        commands = delivers(folder, relay, [*account, "tls_host_override mx.socket.test"])
        expect(commands[0] == "EHLO localhost", commands[0])
        fails(folder, [*account, "tls_host_override other.test"], 69, "not trusted for other.test")


# Through a SOCKS proxy


@contextlib.contextmanager
def microsocks(folder, address="127.0.0.5", port=1080):
    """A proxy that is not ours."""
    with open(folder / "proxy.log", "wb") as log:
        process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "microsocks", "-i", address, "-p", str(port)],
                                   stdout=log, stderr=log)
    try:
        for _ in range(2000):
            expect(process.poll() is None, f"it ended: {(folder / 'proxy.log').read_text()}")
            with contextlib.suppress(OSError):
                socket.create_connection((address, port), 5).close()
                break
            time.sleep(0.01)
        yield
    finally:
        process.kill()
        process.wait()


@suite.case
def through_microsocks(folder):
    """The proxy looks the name up; proxy_port has a default."""
    names.add("proxied.test", "A", FOUR)
    relay, lines = secure_relay(folder, "proxied.test")
    with relay, microsocks(folder):
        account = ["proxy_host 127.0.0.5", *lines]
        delivers(folder, relay, ["host proxied.test", f"port {relay.port}", *account])
        out = run(folder, ["host proxied.test", f"port {relay.port}", *account], "-S").stdout.decode()
        expect(out.startswith(f"SMTP server at proxied.test:{relay.port} (proxy 127.0.0.5:1080):\n"), out)
        fails(folder, ["host proxied.test", f"port {NOBODY}", *account], 75,
              r"proxied\.test:9: proxy 127\.0\.0\.5:1080: the relay refused the proxy's connection")
        fails(folder, ["host unknown-to-proxy.test", *account], 75, r"proxy 127\.0\.0\.5:1080: the proxy ")
    expect(names.asked.count(("unknown-to-proxy.test", dns.TYPES["A"])) >= 1, "nobody asked for the name")


@suite.case
def proxy_replies_in_pieces(folder):
    with relay_on(FOUR) as relay:
        for bound in (b"\1\0\0\0\0", b"\3\4host", b"\4" + b"\0" * 16):
            with Proxy(pieces=True, bound=bound) as proxy:
                delivers(folder, relay, [f"host {FOUR}", f"port {relay.port}", "proxy_host 127.0.0.1",
                                         f"proxy_port {proxy.port}"])


@suite.case
def proxy_gets_names_and_addresses(folder):
    with relay_on(FOUR) as relay, Proxy(to=(FOUR, relay.port)) as proxy:
        for host, request in (("far.test", (3, "far.test", 587)), (SIX, (4, SIX, 587)), (f"[{SIX}]", (4, SIX, 587)),
                              ("192.0.2.77", (1, "192.0.2.77", 587)), ("b\u00fcro.test", (3, "xn--bro-hoa.test", 587))):
            delivers(folder, relay, [f"host {host}", "port 587", "proxy_host 127.0.0.1", f"proxy_port {proxy.port}"])
            expect(proxy.requests[-1] == request, f"{host}: {proxy.requests[-1]}")
        delivers(folder, relay, ["host far.test", "port 587", "proxy_host 127.0.0.1", f"proxy_port {proxy.port}",
                                 "source_ip 127.0.0.8"])
        expect(proxy.clients[-1] == "127.0.0.8", f"from {proxy.clients[-1]}")
    expect(("far.test", dns.TYPES["A"]) not in names.asked, "the name was looked up here")


@suite.case
def proxy_refusals(folder):
    """For now is 75, for good 69."""
    for code, status, words in ((1, 75, "has failed"), (2, 69, "rules"), (3, 75, "network"), (4, 75, "can't reach"),
                                (5, 75, "refused"), (6, 75, "TTL"), (7, 69, "does not make"), (8, 69, "address"),
                                (0x5b, 69, "code 91")):
        with Proxy(code=code) as proxy:
            fails(folder, ["host far.test", "port 587", "proxy_host 127.0.0.1", f"proxy_port {proxy.port}"], status,
                  rf"far\.test:587: proxy 127\.0\.0\.1:{proxy.port}: .*{words}")


@suite.case
def proxy_that_is_none(folder):
    account = ["host far.test", "port 587", "timeout 2", "proxy_host 127.0.0.1"]
    with Proxy(method=FAILED) as proxy:
        fails(folder, [*account, f"proxy_port {proxy.port}"], 69, "wants a login")
    with Proxy(method=b"", end="close") as proxy:
        fails(folder, [*account, f"proxy_port {proxy.port}"], 75, "hung up")
    with Proxy(end="silence") as proxy:
        fails(folder, [*account, f"proxy_port {proxy.port}"], 75, "does not answer")
    with relay_on("127.0.0.1") as relay:
        fails(folder, [*account, f"proxy_port {relay.port}"], 76, "no SOCKS5 proxy")
    fails(folder, [*account, f"proxy_port {NOBODY}"], 75, "proxy 127.0.0.1:9: cannot connect: Connection refused")
    names.add("dual-proxy.test", "AAAA", network.HOLES[6])
    names.add("dual-proxy.test", "A", "127.0.0.1")
    with relay_on(FOUR) as relay, Proxy() as proxy:
        delivers(folder, relay, [f"host {FOUR}", f"port {relay.port}", "proxy_host dual-proxy.test",
                                 f"proxy_port {proxy.port}"])


@suite.case
def proxy_and_fallback(folder):
    with relay_on(FOUR) as relay, Proxy() as proxy:
        delivers(folder, relay, [f"host {FIVE}", f"port {relay.port}", f"host_fallback {FOUR}",
                                 "proxy_host 127.0.0.1", f"proxy_port {proxy.port}"])
        expect([r[1] for r in proxy.requests] == [FIVE, FOUR], f"{proxy.requests}")
    with Proxy(code=4) as proxy:
        fails(folder, [f"host {FIVE}", f"host_fallback {FOUR}:26", "proxy_host 127.0.0.1", f"proxy_port {proxy.port}"],
              75, rf"{FIVE}:25: proxy .*; {FOUR}:26: proxy ")
        expect([r[1] for r in proxy.requests] == [FIVE, FOUR], f"{proxy.requests}")


@suite.case
def no_password_through_a_proxy_in_clear(folder):
    """A proxy's localhost is another machine."""
    with relay_on("127.0.0.1", auth=["PLAIN"], auth_in_clear=True) as relay, Proxy() as proxy:
        account = ["host localhost", f"port {relay.port}", "auth on", "user tester", "password secret"]
        fails(folder, [*account, "proxy_host 127.0.0.1", f"proxy_port {proxy.port}"], 78, "set tls on")
        expect(not relay.connections and not proxy.clients, "a connection was made")


# --configure


def discover(folder, address, status=0):
    result = run_program([f"--configure={address}"], home=folder)
    expect(result.status == status, f"expected exit {status}: {result}")
    expect(bool(result.stdout) == (status == 0), f"stdout: {result}")
    return result


def settings_of(folder, text, account):
    """The settings that the program reads from a config."""
    path = write_private(folder / "discovered", text)
    shown = run_program(["-C", path, "-a", account, "--print-config"], home=folder)
    expect(shown.status == 0, str(shown))
    return dict(re.findall(r"^(\w+) = (.*) \(\S+\)$", shown.stdout.decode(), re.M))


@suite.case
def configure_with_tls_at_once(folder):
    """The lowest priority, then the greatest weight; TLS from the first byte before STARTTLS."""
    names.add("_submissions._tcp.found.test", "SRV", (20, 99, 1, "c.found.test"), (10, 5, 2, "b.found.test"),
              (10, 50, 465, "a.found.test"))
    names.add("_submission._tcp.found.test", "SRV", (0, 0, 587, "d.found.test"))
    text = discover(folder, "alice@found.test").stdout.decode()
    found = settings_of(folder, text, "alice@found.test")
    wanted = {"host": "a.found.test", "port": "465", "tls": "on", "tls_starttls": "off", "auth": "on",
              "user": "alice", "from": "alice@found.test"}
    expect(wanted.items() <= found.items(), f"{text}: {found}")
    for part in ("_submissions._tcp.found.test", "user alice@found.test", "passwordeval"):
        expect(part in text, f"no {part} in {text}")
    expect("forged" not in text, f"a caution for nothing: {text}")


@suite.case
def configure_with_starttls_elsewhere(folder):
    names.add("_submissions._tcp.away.test", "SRV", (0, 0, 0, "."))
    names.add("_submission._tcp.away.test", "SRV", (0, 0, 587, "mx.provider.test"))
    text = discover(folder, "a.b+c@Away.test").stdout.decode()
    found = settings_of(folder, text, "a.b+c@Away.test")
    wanted = {"host": "mx.provider.test", "port": "587", "tls_starttls": "on", "user": "a.b+c"}
    expect(wanted.items() <= found.items(), f"{text}: {found}")
    expect("mx.provider.test is not inside of Away.test" in text, f"no caution: {text}")


@suite.case
def configure_unusual_addresses(folder):
    names.add("_submission._tcp.xn--bro-hoa.test", "SRV", (0, 0, 587, "mx.xn--bro-hoa.test"))
    text = discover(folder, "bj\u00f6rn@b\u00fcro.test").stdout.decode()
    found = settings_of(folder, text, "bj\u00f6rn@b\u00fcro.test")
    expect((found["host"], found["user"]) == ("mx.xn--bro-hoa.test", "bj\u00f6rn"), text)
    names.add("_submission._tcp.quoted.test", "SRV", (0, 0, 587, "mx.quoted.test"))
    text = discover(folder, '"a:b, c"@quoted.test').stdout.decode()
    found = settings_of(folder, text, "quoted.test")
    expect((found["user"], found["from"]) == ("a:b, c", '"a:b, c"@quoted.test'), f"{text} {found}")


@suite.case
def configure_failures(folder):
    names.add("_submissions._tcp.none.test", "SRV", (0, 0, 0, "."))
    names.add("_submission._tcp.none.test", "SRV", (0, 0, 0, "."))
    names.add("_submissions._tcp.tired.test", "FAULT", "SERVFAIL")
    names.add("_submission._tcp.tired.test", "SRV", (0, 0, 587, "mx.tired.test"))
    for address, status, words in (
            ("alice", 65, "--configure: the address has no domain"), ("", 65, "--configure: "), ("a@", 65, ""), ("a@b@c", 65, ""), ("a@b c", 65, ""),
            ("a@[192.0.2.1]", 65, "not a domain"), ("a@192.0.2.1", 65, "not a domain"), ("a\n@b.test", 65, ""),
            ("alice@nothing.test", 68, "no such record in DNS; SRV _submission._tcp.nothing.test: "), ("alice@none.test", 68, "no such service"),
            ("alice@tired.test", 75, "no answer from DNS")):
        expect_words(discover(folder, address, status), words)


def complaint():
    """Why there can be no such network, or nothing."""
    if os.geteuid() != 0:
        return "network namespaces are root's"
    return ""


if __name__ == "__main__":
    if complaint():
        print(f"not ok - net/start\n#   {complaint()}")
        sys.exit(1)
    cover_spool()
    network.enter()
    with tempfile.TemporaryDirectory(prefix="mailchute-world-") as place:
        os.chmod(place, 0o755)
        network.build(place)
        names = dns.Names()
        suite.main()
