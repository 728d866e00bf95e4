# SPDX-License-Identifier: GPL-3.0-or-later
"""strict.py - checks by which strict providers refuse a message, with the providers' words

Each function takes the envelope sender, the parsed message and the identity that the login may use: an
address, or a domain for any address in it. It returns the refusal, or None.
"""
import email
import email.utils

ADDRESS_FIELDS = ("From", "Sender", "Reply-To", "To", "Cc")
SINGLE_FIELDS = ("From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID")


def fields(message, name):
    return [str(body) for body in message.get_all(name, [])]


def addresses(message, name):
    """All addresses in the fields of that name; an empty group has none."""
    found = [address for _, address in email.utils.getaddresses(fields(message, name))]
    return [address for address in found if address]


def is_whole(address):
    """Whether the address has a domain that could be on the Internet."""
    local, _, domain = address.rpartition("@")
    return bool(local) and "." in domain.strip(".")


def is_own(address, identity):
    """Whether the login may use this address."""
    address = address.lower()
    return address == identity.lower() if "@" in identity else address.endswith("@" + identity.lower())


def like_ses(sender, message, identity):
    """Every address needs a domain; sender and authors have to be verified addresses."""
    if any(not address.rpartition("@")[2] or "@" not in address
           for name in ADDRESS_FIELDS for address in addresses(message, name)):
        return "554 Transaction failed: Missing final '@domain'"
    authors = addresses(message, "From") + addresses(message, "Sender")
    failed = [address for address in [sender, *authors] if not is_own(address, identity)]
    if failed or not addresses(message, "From"):
        return ("554 Message rejected: Email address is not verified. The following identities failed the "
                f"check in region EU-WEST-1: {', '.join(failed)}")
    return None


def like_gmail(_, message, __):
    """A message by RFC 5322: one From field with a valid address, a Message-ID, and no field twice."""
    authors = addresses(message, "From")
    if len(fields(message, "From")) != 1 or not authors or not all(map(is_whole, authors)):
        return ("550-5.7.1 [127.0.0.1] Messages missing a valid address in From:\n"
                "550 5.7.1 header, or having no From: header, are not accepted. - gsmtp")
    if not any("@" in body for body in fields(message, "Message-ID")):
        return ("550-5.7.1 [127.0.0.1] Messages missing a valid Message-ID header are not\n"
                "550 5.7.1 accepted. - gsmtp")
    twice = [name for name in SINGLE_FIELDS if len(fields(message, name)) > 1]
    bare = [name for name in ADDRESS_FIELDS for address in addresses(message, name) if "@" not in address]
    if twice or bare or not fields(message, "Date"):
        return ("550-5.7.1 [127.0.0.1] This message is not RFC 5322 compliant. To reduce the\n"
                "550 5.7.1 amount of spam sent to Gmail, this message has been blocked. - gsmtp")
    return None


def like_exchange(sender, message, identity):
    """Only the login's own address may be the sender, in the envelope and in the header."""
    authors = addresses(message, "From")
    if not authors or not all(is_own(a, identity) for a in [sender, *authors, *addresses(message, "Sender")]):
        return "550 5.7.60 SMTP; Client does not have permissions to send as this sender"
    return None


PROVIDERS = {"ses": like_ses, "gmail": like_gmail, "exchange": like_exchange}


def verdict(provider, sender, content, identity):
    """The provider's refusal of the message, or None."""
    return PROVIDERS[provider](sender, email.message_from_bytes(content), identity)
