/* test_remedy.c - the cause of a refusal, and the hint for it */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "smtp/remedy.h"

#define IN(phase) PHASE_##phase, #phase

/* Kinds in a transaction, in the words of relays; ERR_NONE: the phase decides. */
static const struct {
	enum phase phase;
	const char *name;
	const char *reply; /* lines */
	enum err_kind kind;
} kinds[] = {
	{ IN(MAIL), "530 5.7.0 Must issue a STARTTLS command first", ERR_AUTH },
	{ IN(MAIL), "530 5.7.0 Authentication required", ERR_AUTH },
	{ IN(MAIL), "530 5.7.1 Authentication required.", ERR_AUTH },
	{ IN(MAIL), "530 Authentication required", ERR_AUTH },
	{ IN(MAIL),
	  "530-5.5.1 Authentication Required. Learn more at\n530 5.5.1 "
	  "https://support.google.com/mail/?p=WantAuthError",
	  ERR_AUTH },
	{ IN(MAIL), "530 SMTP authentication is required.", ERR_AUTH },
	{ IN(RCPT), "530 so be it", ERR_AUTH },
	{ IN(RCPT), "530 5.7.1 Relaying not allowed: bob@example.org", ERR_AUTH },
	{ IN(DATA),
	  "530 5.7.57 Client not authenticated to send mail. [AM0PR01.eurprd.prod.outlook.com]",
	  ERR_AUTH },
	{ IN(CONTENT), "530 5.7.0 Authentication required", ERR_AUTH },
	{ IN(FINAL), "530 5.7.1 Client was not authenticated", ERR_AUTH },
	{ IN(EHLO), "530 5.7.0 Must issue a STARTTLS command first", ERR_NONE },
	{ IN(GREETING), "530 5.7.0 authentication required", ERR_NONE },
	{ IN(AUTH), "530 5.7.0 Must issue a STARTTLS command first", ERR_NONE },
	/* a login is demanded */
	{ IN(MAIL), "550 5.7.1 Authentication Required", ERR_AUTH },
	{ IN(MAIL), "550 Authentication is required for relay", ERR_AUTH },
	{ IN(MAIL), "550 authentication required to send to foreign addresses", ERR_AUTH },
	{ IN(RCPT), "550 smtp auth required", ERR_AUTH },
	{ IN(RCPT), "550 SMTP AUTH is required for message submission on port 587", ERR_AUTH },
	{ IN(RCPT), "550 must be authenticated", ERR_AUTH },
	{ IN(RCPT), "550 You must be authenticated to use this server", ERR_AUTH },
	{ IN(MAIL), "503 5.5.4 need AUTH", ERR_AUTH },
	{ IN(MAIL), "503 5.5.1 You must authenticate first.", ERR_AUTH },
	{ IN(MAIL), "503 AUTH first (#5.5.1)", ERR_AUTH },
	{ IN(MAIL), "503 Error: need EHLO and AUTH first !", ERR_AUTH },
	{ IN(MAIL), "553 authentication is required,smtp8,DMCowAB3vwB", ERR_AUTH },
	{ IN(RCPT), "553 5.7.1 <alice@example.org>: Sender address rejected: not logged in",
	  ERR_AUTH },
	{ IN(RCPT),
	  "550 5.7.1 <bob@example.org>... Relaying denied. Proper authentication required.",
	  ERR_AUTH },
	{ IN(RCPT), "550-Relay not permitted\n550 authentication required", ERR_AUTH },
	{ IN(RCPT), "535 Authentication required for relay", ERR_AUTH },
	{ IN(RCPT),
	  "550-Please turn on SMTP Authentication in your mail client.\n550-host.example.net "
	  "[192.0.2.1]:52211 is not permitted to relay through this server\n550 without "
	  "authentication.",
	  ERR_AUTH },
	{ IN(RCPT), "550 Remote sending only allowed with authentication", ERR_AUTH },
	{ IN(RCPT),
	  "554 5.7.1 <bob@example.net>: Recipient address rejected: Authentication required",
	  ERR_AUTH },
	{ IN(RCPT), "571 Authentication required to relay", ERR_AUTH },
	{ IN(DATA), "550 5.7.1 Client was not authenticated", ERR_AUTH },
	{ IN(DATA), "554 5.5.1 Error: authentication required", ERR_AUTH },
	{ IN(MAIL), "550 5.7.3 Requested action aborted; user not authenticated", ERR_AUTH },
	{ IN(FINAL), "550 5.7.1 Authentication required", ERR_AUTH },
	{ IN(FINAL), "550 5.0.0 must be authenticated", ERR_AUTH },
	{ IN(RCPT), "550-5.7.1 Client was not\n550 5.7.1 authenticated", ERR_AUTH },
	{ IN(MAIL), "550 Unauthenticated senders not allowed", ERR_AUTH },
	{ IN(MAIL), "550 Please log on first", ERR_AUTH },
	{ IN(MAIL), "553 sorry, you must authenticate (#5.7.1)", ERR_AUTH },
	{ IN(MAIL), "550 5.7.57 SMTP; Client was not authenticated to send anonymous mail",
	  ERR_AUTH },
	{ IN(RCPT), "554 5.7.1 Relay access denied, user must be authenticated", ERR_AUTH },
	{ IN(RCPT), "553 5.3.0 relaying requires authentication", ERR_AUTH },
	{ IN(RCPT), "551 User not local; please authenticate to relay", ERR_AUTH },
	{ IN(RCPT), "550 #5.7.1 SMTP authentication required", ERR_AUTH },
	{ IN(MAIL), "503 5.5.4 Error: send AUTH command first.", ERR_AUTH },
	{ IN(MAIL), "550 5.1.0 Authentication required", ERR_AUTH },
	{ IN(RCPT),
	  "550-host.example.net [192.0.2.1]:52211 is currently not permitted to relay through this "
	  "server.\n550 Perhaps you have not logged into the pop/imap server in the last 30 "
	  "minutes or "
	  "do not have SMTP Authentication turned on in your email client.",
	  ERR_AUTH },
	{ IN(MAIL), "553 You are not authorized to send mail, authentication is required",
	  ERR_AUTH },
	{ IN(RCPT), "503 This relay needs SMTP authentication", ERR_AUTH },
	{ IN(RCPT), "554 5.7.1 You are not allowed to relay without authenticating", ERR_AUTH },
	{ IN(RCPT), "554 Please activate SMTP Auth in your client", ERR_AUTH },
	{ IN(MAIL), "553 Please authenticate before sending", ERR_AUTH },
	/* TLS is demanded */
	{ IN(MAIL), "550 You must use an encrypted connection", ERR_TLS },
	{ IN(MAIL), "550 5.7.0 Please enable TLS", ERR_TLS },
	{ IN(MAIL), "550 TLS must be used", ERR_TLS },
	{ IN(MAIL), "503 Bad sequence of commands (TLS required)", ERR_TLS },
	{ IN(RCPT), "550 Send this over an encrypted (TLS) connection", ERR_TLS },
	{ IN(MAIL), "550 SMTP is available only with SSL or TLS connection enabled", ERR_TLS },
	{ IN(MAIL), "550 5.7.1 Connection not secure, use STARTTLS", ERR_TLS },
	{ IN(MAIL), "550 SSL/TLS required", ERR_TLS },
	{ IN(MAIL), "523 5.7.10 Encryption Needed", ERR_TLS },
	{ IN(MAIL), "550 5.7.1 Plaintext connections are not allowed", ERR_TLS },
	{ IN(MAIL), "451 4.7.1 Session encryption is required", ERR_NONE },
	{ IN(MAIL), "550 5.7.1 Session encryption is required", ERR_TLS },
	{ IN(MAIL), "550 Must issue STARTTLS", ERR_TLS },
	{ IN(MAIL), "501 5.7.0 Session encryption required", ERR_TLS },
	{ IN(MAIL), "554 5.7.0 encryption required", ERR_TLS },
	{ IN(RCPT), "538 5.7.11 Encryption required for requested authentication mechanism",
	  ERR_TLS },
	{ IN(MAIL), "550 Must use TLS", ERR_TLS },
	{ IN(RCPT), "550 A TLS connection is required", ERR_TLS },
	{ IN(RCPT), "550 TLS encryption required for mails from 192.0.2.1", ERR_TLS },
	{ IN(MAIL), "503 5.5.1 use STARTTLS first", ERR_TLS },
	{ IN(MAIL), "554 5.7.1 STARTTLS is required for this sender", ERR_TLS },
	{ IN(RCPT), "550 5.7.10 Encryption needed", ERR_TLS },
	{ IN(DATA), "550 5.7.4 This server requires an encrypted connection", ERR_TLS },
	{ IN(FINAL), "550 5.7.1 Session encryption is required", ERR_TLS },
	/* our name is not taken */
	{ IN(RCPT), "501 Syntactically invalid HELO argument(s)", ERR_UNAVAILABLE },
	{ IN(RCPT), "550 5.7.1 HELO needs to be a fully qualified domain name", ERR_UNAVAILABLE },
	{ IN(RCPT), "550 HELO does not match reverse DNS", ERR_UNAVAILABLE },
	{ IN(RCPT), "554 Error: HELO localhost.localdomain rejected", ERR_UNAVAILABLE },
	{ IN(RCPT), "550 EHLO box: hostname does not resolve", ERR_UNAVAILABLE },
	{ IN(RCPT), "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
	  ERR_UNAVAILABLE },
	{ IN(RCPT), "554 5.7.1 <host.local>: Helo command rejected: Host not found",
	  ERR_UNAVAILABLE },
	{ IN(RCPT), "550 5.5.2 Helo command rejected: Host name spoofed", ERR_UNAVAILABLE },
	{ IN(RCPT), "501 5.5.2 <x_y>: Helo command rejected: Invalid name", ERR_UNAVAILABLE },
	{ IN(FINAL), "554 5.7.1 <box>: Helo command rejected: Access denied", ERR_UNAVAILABLE },
	{ IN(MAIL), "550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)",
	  ERR_UNAVAILABLE },
	{ IN(RCPT), "550-HELO should be a FQDN or address literal\n550 (See RFC 2821 4.1.1.1)",
	  ERR_UNAVAILABLE },
	{ IN(RCPT), "550 \"REJECTED - Bad HELO - Host impersonating [example.net]\"",
	  ERR_UNAVAILABLE },
	{ IN(MAIL), "550 5.7.1 Invalid HELO/EHLO; Must be a FQDN or an address literal, not 'box'",
	  ERR_UNAVAILABLE },
	{ IN(RCPT), "550 5.7.1 [192.0.2.1] Sorry, your helo has been denied", ERR_UNAVAILABLE },
	{ IN(RCPT), "550 5.7.1 HELO is forged", ERR_UNAVAILABLE },
	{ IN(MAIL), "501 5.5.2 HELO requires a domain", ERR_UNAVAILABLE },
	{ IN(RCPT), "450 4.7.1 <host>: Helo command rejected: Host not found", ERR_NONE },
	/* a recipient or the sender is refused */
	{ IN(RCPT), "550 5.1.1 no such user", ERR_NONE },
	{ IN(RCPT), "550 5.1.1 <authentication.required@example.org>: unknown", ERR_NONE },
	{ IN(RCPT),
	  "550 no such user <must-issue-starttls@example.org>, see "
	  "https://example.org/authentication-required",
	  ERR_NONE },
	{ IN(RCPT), "550 5.1.1 authentication required", ERR_NONE },
	{ IN(RCPT), "550 5.2.1 mailbox disabled, user must authenticate first", ERR_NONE },
	{ IN(RCPT), "550 user must authenticate via webmail", ERR_NONE },
	{ IN(RCPT), "550 mailbox disabled, user must log in to enable it", ERR_NONE },
	{ IN(RCPT), "550 mailbox closed, its owner has not logged in for 12 months", ERR_NONE },
	{ IN(RCPT), "550 5.7.1 account is inactive, not logged in", ERR_NONE },
	{ IN(RCPT), "550 No such user here; login required", ERR_NONE },
	{ IN(RCPT), "550 5.7.1 TRANSPORT.RULES.RejectMessage; authentication required", ERR_NONE },
	{ IN(RCPT), "550 5.7.1 Sender authentication required", ERR_NONE },
	{ IN(MAIL), "553 Sender is not authenticated", ERR_NONE },
	{ IN(RCPT), "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required", ERR_NONE },
	{ IN(RCPT),
	  "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; "
	  "sender not authenticated for group",
	  ERR_NONE },
	{ IN(RCPT), "550 5.7.134 authentication required", ERR_NONE },
	{ IN(RCPT), "550 5.7.1 authentication required to send to this mailing list", ERR_NONE },
	{ IN(RCPT), "554 5.7.1 <bob@example.net>: Relay access denied", ERR_NONE },
	{ IN(RCPT), "554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied",
	  ERR_NONE },
	{ IN(RCPT), "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", ERR_NONE },
	{ IN(RCPT), "550 relay not permitted", ERR_NONE },
	{ IN(RCPT), "550 5.7.4 TLS required by recipient domain, STARTTLS not offered there",
	  ERR_NONE },
	{ IN(RCPT),
	  "553 5.7.1 <alice@example.org>: Sender address rejected: not owned by user tester",
	  ERR_NONE },
	{ IN(RCPT), "550 5.7.1 Sender not authorized", ERR_NONE },
	{ IN(RCPT), "535 5.1.1 no such user", ERR_NONE },
	{ IN(RCPT), "503 5.5.1 need MAIL command first", ERR_NONE },
	{ IN(MAIL), "503 5.5.1 send HELO/EHLO first", ERR_NONE },
	{ IN(MAIL), "550 5.7.1 Client does not have permissions to send as this sender", ERR_NONE },
	/* the message is refused */
	{ IN(FINAL),
	  "550-5.7.26 This mail has been blocked because the sender is "
	  "unauthenticated.\n550-5.7.26 Gmail requires all senders to authenticate with either SPF "
	  "or DKIM.",
	  ERR_NONE },
	{ IN(FINAL), "550 5.7.1 Authentication required: DMARC validation failed or missing",
	  ERR_NONE },
	{ IN(FINAL),
	  "550 5.7.1 Unauthenticated email from example.org is not accepted due to domain's DMARC "
	  "policy",
	  ERR_NONE },
	{ IN(FINAL),
	  "550 5.7.515 Access denied, sending domain does not meet the required authentication "
	  "level",
	  ERR_NONE },
	{ IN(FINAL), "550 5.7.1 You must authenticate your domain first", ERR_NONE },
	{ IN(FINAL), "550 5.7.1 Message rejected: the From domain requires authentication",
	  ERR_NONE },
	{ IN(FINAL), "550 5.7.1 This was blocked; you must log in to the portal to release it",
	  ERR_NONE },
	{ IN(FINAL), "550 5.7.1 encryption required by policy", ERR_NONE },
	{ IN(FINAL), "554 5.6.0 authentication required", ERR_NONE },
	{ IN(FINAL), "554 5.7.1 message contains personal data: encryption required", ERR_NONE },
	{ IN(FINAL), "554 5.7.1 spam score 9.1: HELO_INVALID, authentication required", ERR_NONE },
	{ IN(FINAL),
	  "550 5.7.1 content rejected (text \"must issue a STARTTLS command first\" is not allowed "
	  "by the filter), authentication required",
	  ERR_NONE },
	{ IN(FINAL), "554 5.7.1 Message rejected: sender domain authentication required",
	  ERR_NONE },
	{ IN(FINAL), "550 5.7.23 SPF validation failed: HELO identity rejected", ERR_NONE },
	{ IN(FINAL), "554 5.7.1 spam", ERR_NONE },
	{ IN(FINAL), "552 5.3.4 too big", ERR_NONE },
	{ IN(RCPT), "250 authentication required", ERR_NONE },
};

static void read_reply(struct reply *reply, const char *lines)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	reply_init(reply);
	for (; *lines; lines += strcspn(lines, "\n") + (strchr(lines, '\n') != NULL))
		EXPECT(reply_add_line(reply, lines, strcspn(lines, "\n"), &err) != REPLY_BAD);
}

static void test_kinds(void)
{
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		CLEANUP(reply_done) struct reply reply;

		test_case("kind/%s/%s", kinds[i].name, kinds[i].reply);
		read_reply(&reply, kinds[i].reply);
		EXPECT_NUMBER(remedy_kind(&reply, kinds[i].phase), kinds[i].kind);
	}
}

/* The state of the session; by default it has no TLS, no offer of TLS, and no login. */
enum trait { TLS = 1, STARTTLS = 2, LOGIN = 4, AT_ONCE = 8, REMOTE = 16 };

static const struct {
	enum phase phase;
	const char *name;
	unsigned traits;
	const char *reply;
	const char *hint;
} hints[] = {
	{ IN(MAIL), 0, "530 5.7.0 no", "the relay wants a login (set auth on and user)" },
	{ IN(MAIL), STARTTLS, "530 5.7.0 no",
	  "the relay wants TLS or a login (set tls on, or auth on and user)" },
	{ IN(MAIL), TLS | STARTTLS, "530 5.7.0 no",
	  "the relay wants a login (set auth on and user)" },
	{ IN(MAIL), TLS | LOGIN, "530 5.7.0 no", "" },
	{ IN(MAIL), 0, "530 5.7.0 Must issue a STARTTLS command first",
	  "the relay wants TLS (set tls on)" },
	{ IN(AUTH), 0, "535 5.7.0 AUTH is not allowed without TLS",
	  "the relay wants TLS (set tls on)" },
	{ IN(AUTH), 0, "530 5.7.0 Must issue a STARTTLS command first",
	  "the relay wants TLS (set tls on)" },
	{ IN(MAIL), AT_ONCE, "530 5.7.0 Must issue a STARTTLS command first",
	  "the relay wants TLS (set tls on and tls_starttls on)" },
	{ IN(RCPT), 0, "550 5.7.1 Authentication required",
	  "the relay wants a login (set auth on and user)" },
	{ IN(RCPT), REMOTE, "550 5.7.1 Authentication required",
	  "the relay wants a login (set tls on, auth on and user)" },
	{ IN(RCPT), REMOTE | TLS, "550 5.7.1 Authentication required",
	  "the relay wants a login (set auth on and user)" },
	{ IN(RCPT), 0, "450 4.7.1 <me>: Helo command rejected: Host not found",
	  "the relay does not take our name, me.example (set domain to this host's full name)" },
	{ IN(RCPT), 0, "550 5.1.1 no such user", "" },
	{ IN(AUTH), TLS | LOGIN, "535 5.7.8 Bad credentials", "" },
};

static void test_hints(void)
{
	char remote[] = "mx.example";
	char local[] = "localhost";

	for (size_t i = 0; i < LENGTH(hints); i++) {
		CLEANUP(reply_done) struct reply reply;
		CLEANUP(str_done) struct str hint = STR_INIT;
		unsigned traits = hints[i].traits;
		const struct settings settings = { .auth = traits & LOGIN ? str_empty : NULL,
						   .tls = traits & TLS,
						   .host = traits & REMOTE ? remote : local,
						   .tls_starttls = !(traits & AT_ONCE) };
		const struct remedy_facts facts = { &settings, "me.example", traits & TLS,
						    traits & STARTTLS };

		test_case("hint/%s/%u/%s", hints[i].name, traits, hints[i].reply);
		read_reply(&reply, hints[i].reply);
		remedy_add_hint(&reply, hints[i].phase, &facts, &hint);
		EXPECT_TEXT(hint.bytes, hints[i].hint);
	}
}

int main(void)
{
	test_begin("remedy");
	test_kinds();
	test_hints();
	return test_end();
}
