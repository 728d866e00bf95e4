# SPDX-License-Identifier: GPL-3.0-or-later
"""strict.py - what strict providers refuse in a message, in their words"""
import email
import email.utils


def addresses(message, name):
    return [address for _, address in email.utils.getaddresses(message.get_all(name, []))]


def like_ses(sender, message, account):
    """Every address needs a domain, and the author has to be one that was verified."""
    for name in "From", "To", "Cc", "Sender", "Reply-To":
        if any("@" not in address for address in addresses(message, name)):
            return "554 Transaction failed: Missing final '@domain'"
    authors = addresses(message, "From")
    if account not in (sender, *authors) or any(a != account for a in authors + addresses(message, "Sender")):
        return ("554 Message rejected: Email address is not verified. The following identities failed the "
                f"check in region EU-WEST-1: {', '.join(authors) or sender}")
    return None


def like_gmail(sender, message, account):
    """One valid author, and one Subject and Message-ID at the most."""
    authors = addresses(message, "From")
    if len(message.get_all("From", [])) != 1 or not all("@" in a and "." in a for a in authors) or not authors:
        return ("550-5.7.1 [127.0.0.1] Messages missing a valid address in From:\n"
                "550 5.7.1 header, or having no From: header, are not accepted. - gsmtp")
    if any(len(message.get_all(name, [])) > 1 for name in ("Subject", "To", "Date", "Message-ID")):
        return "550 5.7.1 [127.0.0.1] This message is not RFC 5322 compliant. There are multiple headers. - gsmtp"
    return None


def like_exchange(sender, message, account):
    """Nobody may send in another's name, neither in the envelope nor in the header."""
    if any(a != account for a in [sender, *addresses(message, "From"), *addresses(message, "Sender")]):
        return "550 5.7.60 SMTP; Client does not have permissions to send as this sender"
    return None


PROVIDERS = {"ses": like_ses, "gmail": like_gmail, "exchange": like_exchange}


def verdict(provider, sender, content, account):
    """The refusal, or None. `account` is the address that the login belongs to."""
    return PROVIDERS[provider](sender, email.message_from_bytes(content), account)
