/* test_advice.c - the advice to a person about a refusal, in the words of many relays */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "smtp/remedy.h"

#define IN(phase) PHASE_##phase, #phase

/* The settings of the account. */
enum trait { LOGIN = 1, TOKEN = 2 };

/* A part of the hint; "" for no hint. */
#define APP      "app password"
#define OFF      "SMTP AUTH is off for this mailbox"
#define AS       "set from to an address of this login, and set_from_header on"
#define WHOLE    "whole addresses in the header (set from, and set_from_header on)"
#define DOMAIN   "set from to an address that can receive mail"
#define NO_LOGIN "without a login, or it is the wrong relay (set auth on and user, or another host)"
#define WRONG    "set host to the server for outgoing mail"
static const struct {
	enum phase phase;
	const char *name;
	unsigned traits;
	const char *reply;
	const char *part;
} parts[] = {
	/* requirements of the mailbox */
	{ IN(AUTH), LOGIN,
	  "534-5.7.9 Application-specific password required. Learn more at\n534 5.7.9  "
	  "https://support.google.com/mail/?p=InvalidSecondFactor a1-2.3 - gsmtp",
	  APP },
	{ IN(AUTH), LOGIN,
	  "534-5.7.14 <https://accounts.google.com/signin/continue?sarp=1>\n534-5.7.14 Please log "
	  "in via your web browser and then try again.\n534 5.7.14 Learn more",
	  APP },
	{ IN(AUTH), LOGIN, "534 5.7.9 Please log in with your web browser and then try again.",
	  APP },
	{ IN(AUTH), LOGIN, "534 5.7.9 authentication refused", APP },
	{ IN(AUTH), LOGIN, "534 so be it", APP },
	{ IN(AUTH), LOGIN, "534 5.7.9 Authentication mechanism is too weak", "" },
	{ IN(AUTH), LOGIN,
	  "535-5.7.8 Username and Password not accepted. For more information, go to\n535 5.7.8  "
	  "https://support.google.com/mail/?p=BadCredentials a1-2.3 - gsmtp",
	  APP },
	{ IN(AUTH), LOGIN | TOKEN, "535-5.7.8 Username and Password not accepted.\n535 5.7.8 x",
	  "" },
	{ IN(AUTH), LOGIN | TOKEN, "534 5.7.9 Application-specific password required.", "" },
	{ IN(AUTH), LOGIN,
	  "535 5.7.0 NEOBHODIM parol prilozheniya / Application password is REQUIRED", APP },
	{ IN(AUTH), LOGIN, "535 Login Fail. Please enter your authorization code to login.", APP },
	{ IN(AUTH), LOGIN, "535 5.7.8 Authentication failed: you must use an App-Password", APP },
	{ IN(AUTH), LOGIN, "535 5.7.8 wrong password", "" },
	{ IN(AUTH), LOGIN, "454 4.7.0 try again later", "" },
	{ IN(AUTH), LOGIN,
	  "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
	  "Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information. [AM0PR01]",
	  OFF },
	{ IN(AUTH), LOGIN,
	  "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
	  "Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.",
	  OFF " or its organisation" },
	{ IN(AUTH), LOGIN,
	  "535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [AM0PR01]",
	  "set token_command" },
	{ IN(AUTH), LOGIN,
	  "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security "
	  "defaults policy. Contact your administrator.",
	  "policy of the organisation" },
	{ IN(AUTH), LOGIN,
	  "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect. [AM0PR01]",
	  OFF },
	{ IN(AUTH), LOGIN, "535 5.7.3 Authentication unsuccessful [AM0PR01CA0001]", OFF },
	{ IN(AUTH), LOGIN | TOKEN, "535 5.7.3 Authentication unsuccessful [AM0PR01CA0001]", "" },
	{ IN(AUTH), LOGIN,
	  "535 5.7.8 Error: authentication failed: This user does not have access rights to this "
	  "service",
	  "SMTP is off for this mailbox" },
	{ IN(AUTH), LOGIN, "534 Authentication failed: please enable POP3/IMAP",
	  "SMTP is off for this mailbox" },
	{ IN(AUTH), LOGIN, "535 Authentication failed. POP3/IMAP access is disabled",
	  "SMTP is off for this mailbox" },
	/* for whom a relay works */
	{ IN(RCPT), 0, "554 5.7.1 <bob@example.net>: Relay access denied", NO_LOGIN },
	{ IN(RCPT), LOGIN, "554 5.7.1 <bob@example.net>: Relay access denied", WRONG },
	{ IN(RCPT), 0, "454 4.7.1 <bob@example.net>: Relay access denied", NO_LOGIN },
	{ IN(RCPT), 0, "550 relay not permitted", NO_LOGIN },
	{ IN(RCPT), 0, "550 5.7.1 Unable to relay", NO_LOGIN },
	{ IN(RCPT), 0, "550 5.7.1 Unable to relay for bob@example.net", NO_LOGIN },
	{ IN(RCPT), LOGIN, "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
	  WRONG },
	{ IN(RCPT), 0, "550-5.7.1 <bob@example.net>... Relaying denied\n550 5.7.1 x", NO_LOGIN },
	{ IN(RCPT), 0, "550 5.7.1 <bob@example.net>... Relaying denied. IP name lookup failed",
	  NO_LOGIN },
	{ IN(RCPT), 0, "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
	  NO_LOGIN },
	{ IN(RCPT), LOGIN,
	  "550 5.7.64 TenantAttribution; Relay Access Denied [ValidationStatus of ''x'']", WRONG },
	{ IN(RCPT), 0, "551 we do not relay", NO_LOGIN },
	{ IN(RCPT), 0, "550 not local host example.net, not a gateway", NO_LOGIN },
	{ IN(RCPT), 0, "550 authentication required for relay", "auth on and user" },
	{ IN(RCPT), 0, "550 5.1.1 <relay.access.denied@example.net>: unknown", "" },
	/* the sender that a login may use */
	{ IN(FINAL), LOGIN,
	  "550 5.7.60 SMTP; Client does not have permissions to send as this sender", AS },
	{ IN(MAIL), LOGIN, "550 5.7.60 no", AS },
	{ IN(FINAL), LOGIN,
	  "554 5.2.252 SendAsDenied; me@example.org not allowed to send as root@box.example; "
	  "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed "
	  "to "
	  "process message due to a permanent exception",
	  AS },
	{ IN(FINAL), LOGIN, "554 5.2.0 STOREDRV; SendAsDenied", AS },
	{ IN(RCPT), LOGIN,
	  "553 5.7.1 <a@example.org>: Sender address rejected: not owned by user tester", AS },
	{ IN(MAIL), LOGIN, "553 5.7.1 Sender address rejected: not owned by auth user.", AS },
	{ IN(MAIL), LOGIN, "553 Relaying disallowed as root@box.example", AS },
	{ IN(MAIL), LOGIN, "501 mail from address must be same as authorization user", AS },
	{ IN(MAIL), LOGIN, "553 Mail from must equal authorized user", AS },
	{ IN(MAIL), LOGIN, "550 Sender address is not allowed.", AS },
	{ IN(MAIL), LOGIN, "550 5.7.1 Client does not have permissions to send as this sender",
	  AS },
	{ IN(FINAL), LOGIN, "550 5.7.1 From header mismatch", AS },
	{ IN(FINAL), LOGIN, "550 5.7.1 From address is not allowed", AS },
	{ IN(FINAL), LOGIN,
	  "554 Message rejected: Email address is not verified. The following identities failed "
	  "the "
	  "check in region US-EAST-1: root@box.example",
	  "verified an address (verify it at the provider; or set from to" },
	{ IN(FINAL), LOGIN,
	  "550 The from address does not match a verified Sender Identity. Mail cannot be sent "
	  "until "
	  "this error is resolved.",
	  "verified an address" },
	/* the form of a sender */
	{ IN(FINAL), LOGIN, "554 Transaction failed: Missing final '@domain'", WHOLE },
	{ IN(FINAL), LOGIN,
	  "550-5.7.1 [192.0.2.1] Messages missing a valid address in From:\n550 5.7.1 header, or "
	  "having "
	  "no From: header, are not accepted.",
	  WHOLE },
	{ IN(FINAL), LOGIN,
	  "550-5.7.1 This message is not RFC 5322 compliant, the issue is: 'From' header is\n550 "
	  "5.7.1 "
	  "missing.",
	  WHOLE },
	{ IN(FINAL), LOGIN, "550 5.7.1 From header is invalid", WHOLE },
	{ IN(FINAL), LOGIN, "550 5.7.1 From: address is invalid", WHOLE },
	{ IN(MAIL), 0, "553 5.1.8 <root@box>... Domain of sender address root@box does not exist",
	  DOMAIN },
	{ IN(RCPT), 0, "450 4.1.8 <root@box>: Sender address rejected: Domain not found", DOMAIN },
	{ IN(RCPT), 0, "504 5.5.2 <root>: Sender address rejected: need fully-qualified address",
	  DOMAIN },
	{ IN(MAIL), 0, "553 5.5.4 <root>... Domain name required for sender address root", DOMAIN },
	{ IN(RCPT), 0, "504 5.5.2 <bob>: Recipient address rejected: need fully-qualified address",
	  "" },
	/* more of the same in other words */
	{ IN(AUTH), LOGIN, "535 5.7.0 (#MBR1212) Incorrect username or password", APP },
	{ IN(AUTH), LOGIN, "535 5.7.8 Please disable two-factor authentication, or make a key",
	  APP },
	{ IN(RCPT), 0, "554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied",
	  NO_LOGIN },
	{ IN(RCPT), LOGIN, "550-5.7.1 Invalid credentials for relay [192.0.2.1].\n550 5.7.1 x",
	  WRONG },
	{ IN(RCPT), 0,
	  "550 #5.7.1 Your access to submit messages to this e-mail system has been rejected.",
	  NO_LOGIN },
	{ IN(MAIL), LOGIN, "550 5.7.1 Sender address rejected: not permitted for this login", AS },
	{ IN(MAIL), LOGIN, "550 5.7.1 <root@box>: sender is not authorized", AS },
	{ IN(FINAL), LOGIN, "550 5.7.1 From <root@box.example> is not allowed for this account",
	  AS },
	{ IN(FINAL), LOGIN, "550 5.7.1 From: address must match the login", AS },
	{ IN(FINAL), LOGIN, "550 5.7.1 You are not allowed to use this From address", AS },
	{ IN(FINAL), LOGIN, "550 5.7.1 root@box.example is not one of your addresses", AS },
	{ IN(FINAL), LOGIN, "550 5.7.1 Unconfigured Sending Domain <box.example>",
	  "verified an address" },
	{ IN(FINAL), LOGIN, "550 The 'From' address is not a Sender Signature on your account.",
	  AS },
	{ IN(FINAL), LOGIN, "550 Syntax error in 'From' header: missing or malformed local part",
	  WHOLE },
	{ IN(FINAL), LOGIN,
	  "550-5.7.1 [192.0.2.1] Messages missing a valid Message-ID header are not\n550 5.7.1 "
	  "accepted.",
	  "set_msgid_header auto" },
	{ IN(FINAL), LOGIN,
	  "550-5.7.1 [192.0.2.1] This message is not RFC 5322 compliant. To reduce the\n550 5.7.1 "
	  "amount "
	  "of spam sent to Gmail, this message has been blocked.",
	  WHOLE },
	{ IN(RCPT), 0, "550 Sender verify failed", DOMAIN },
	{ IN(RCPT), 0, "550 5.7.1 Recipient not authorized by recipient's list", "" },
	{ IN(RCPT), 0, "550 5.2.1 The email account that you tried to reach is disabled.", "" },
	{ IN(RCPT), 0, "550 5.4.1 Recipient address rejected: Access denied", "" },
	{ IN(FINAL), 0, "550 5.7.26 This mail is unauthenticated, SPF did not pass", "" },
	{ IN(FINAL), 0, "554 5.7.1 Message rejected as spam from a dynamic address", "" },
	{ IN(FINAL), 0, "554 5.7.1 spam", "" },
	{ IN(FINAL), 0, "552 5.3.4 too big", "" },
};

static void read_reply(struct reply *reply, const char *lines)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	reply_init(reply);
	for (; *lines; lines += strcspn(lines, "\n") + (strchr(lines, '\n') != NULL))
		EXPECT(reply_add_line(reply, lines, strcspn(lines, "\n"), &err) != REPLY_BAD);
}

static void expect_part(enum phase phase, unsigned traits, const char *lines, const char *part)
{
	CLEANUP(reply_done) struct reply reply;
	CLEANUP(str_done) struct str hint = STR_INIT;
	char *command[] = { (char[]){ "x" }, NULL };
	const struct settings settings = { .auth = traits & LOGIN ? str_empty : NULL,
					   .token_command = traits & TOKEN ? command : NULL,
					   .tls_starttls = true };
	const struct remedy_facts facts = { &settings, "me.example", true, false };

	read_reply(&reply, lines);
	remedy_add_hint(&reply, phase, &facts, &hint);
	if (*part)
		EXPECT_PART(hint.bytes, part);
	else
		EXPECT_TEXT(hint.bytes, part);
}

static void test_parts(void)
{
	for (size_t i = 0; i < LENGTH(parts); i++) {
		test_case("remedy/%s/%s", parts[i].name, parts[i].reply);
		expect_part(parts[i].phase, parts[i].traits, parts[i].reply, parts[i].part);
	}
}

int main(void)
{
	test_begin("advice");
	test_parts();
	return test_end();
}
