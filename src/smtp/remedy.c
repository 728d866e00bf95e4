/* remedy.c - what a refusal asks of the settings, by its codes and words; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/remedy.h"

#include "base/i18n.h"
#include "conf/config.h"
#include "smtp/phrase.h"

#include <string.h>

/* Phases as bits. */
#define IN(name) (1U << PHASE_##name)
enum {
	FILTERED = IN(CONTENT) | IN(FINAL), /* filters have seen the content */
	TRANSACTION = IN(MAIL) | IN(RCPT) | IN(DATA) | FILTERED,
	ANY = (1U << PHASE_COUNT) - 1,
};

/*
 * A row fits where all that it names fits; what it leaves out fits always.
 *
 *	phases    in which of them
 *	codes     reply codes with blanks between them; "5" is any 5yz
 *	statuses  enhanced codes with blanks between them: "X.7.1" (X is any class), or "X.7" for
 *	          all that begin so; "-" is none
 *	words     phrases (phrase.h), of which the reply has one
 *	unless    phrases of which it has none
 *
 * Then:
 *
 *	kind      of error in a transaction or of ETRN; ERR_NONE: the row does not say. Words that a
 *filter may have quoted after the content do not count for a kind hint      what to do, in fixed
 *words; NULL: `advise` says advise    appends what to do, or nothing where the facts speak against
 *it
 *
 * Kind and hint are looked for apart: each comes from the first row that fits and has one. Rows
 * for one relay's words stand before the general ones.
 */
struct remedy {
	unsigned phases;
	const char *codes;
	const char *statuses;
	const char *words;
	const char *unless;
	enum err_kind kind;
	const char *hint;
	void (*advise)(const struct remedy_facts *facts, struct str *out);
};

static void advise_tls(const struct remedy_facts *facts, struct str *out)
{
	if (facts->has_tls)
		return;
	str_add(out, facts->settings->tls_starttls
			     ? _("the relay wants TLS (set tls on)")
			     : _("the relay wants TLS (set tls on and tls_starttls on)"));
}

static void advise_login(const struct remedy_facts *facts, struct str *out)
{
	if (facts->settings->auth)
		return;
	str_add(out, config_may_send_credentials(facts->settings)
			     ? _("the relay wants a login (set auth on and user)")
			     : _("the relay wants a login (set tls on, auth on and user)"));
}

/* 530 without words that tell which of the two. */
static void advise_either(const struct remedy_facts *facts, struct str *out)
{
	if (facts->settings->auth)
		advise_tls(facts, out);
	else if (facts->offers_starttls && !facts->has_tls)
		str_add(out, _("the relay wants TLS or a login (set tls on, or auth on and user)"));
	else
		advise_login(facts, out);
}

static void advise_name(const struct remedy_facts *facts, struct str *out)
{
	str_addf(out,
		 _("the relay does not take our name, %s (set domain to this host's full name)"),
		 facts->selfname);
}

/* Statuses with which a relay refuses our session; the others tell of addresses and content. */
static const char session_statuses[] =
	"- X.0.0 X.1.0 X.3.0 X.5 X.7.0 X.7.1 X.7.3 X.7.8 X.7.9 X.7.57";
static const char tls_statuses[] = "- X.0.0 X.5 X.7.0 X.7.1 X.7.3 X.7.4 X.7.10 X.7.11";
static const char name_statuses[] = "- X.0.0 X.5 X.7.0 X.7.1";

/* The session is to be under TLS. */
static const char tls_words[] =
	"issue starttls|starttls first|starttls command first|starttls required|"
	"starttls mandatory|requires starttls|must use starttls|use starttls|"
	"need starttls|starttls before|without starttls|session encryption required|encrypted "
	"session required|plaintext connections not allowed|plaintext connections not permitted|"
	"tls required|ssl required|tls session required|tls connection required|"
	"tls encryption required|tls mandatory|tls first|not allowed without tls|not permitted "
	"without tls|only over tls|over tls only|only with tls|only with ssl|requires tls|requires "
	"ssl|requires tls connection|"
	"must use tls|must use ssl|must using tls|please use tls|encrypted connection required|"
	"secure connection required|requires encrypted connection|requires secure connection|"
	"over encrypted connection|unencrypted connection|unencrypted connections|"
	"connection not encrypted|connection must encrypted";

/* Likewise, where no filter has seen a content that it may want to be encrypted. */
static const char encryption_words[] =
	"encryption required|encryption needed|requires encryption|must use encryption|"
	"please use encryption";

/* It is about the way from the relay on. */
static const char onward_words[] =
	"requiretls|mta sts|dane|next hop|remote|destination|recipient domain|recipient requires|"
	"recipient s domain|recipient server|recipient s server|receiving server";

/* A login is demanded. */
static const char login_words[] =
	"authentication required|authentication needed|authentication mandatory|"
	"authentication first|auth required|auth needed|auth first|auth command first|smtp "
	"authorization required|"
	"authenticate first|log in first|log on first|login first|login required|requires "
	"authentication|"
	"require authentication|requires smtp authentication|requires smtp auth|requires auth|"
	"requires login|requires you to authenticate|must authenticate|must first authenticate|"
	"must authenticated|must logged in|you must log in|you must login|must use authentication|"
	"must use smtp authentication|must use smtp auth|need authentication|needs authentication|"
	"need auth|needs auth|need to authenticate|needs to authenticate|need to authenticated|"
	"need smtp auth|need smtp authentication|please authenticate|use smtp authentication|"
	"use smtp auth|enable smtp authentication|enable smtp auth|turn on smtp authentication|"
	"turn on smtp auth|client not authenticated|you not authenticated|"
	"session not authenticated|connection not authenticated|user not authenticated|"
	"not authenticated to send|not logged in|only allowed with authentication|"
	"not allowed without authentication|not permitted without authentication|"
	"denied without authentication|unauthenticated relay|unauthenticated relaying|"
	"unauthenticated user|unauthenticated users|unauthenticated client|"
	"unauthenticated clients|unauthenticated connection|unauthenticated "
	"session|unauthenticated senders not";

/* The message or a recipient is to be authentic, or another user has to log in. */
static const char not_login_words[] =
	"spf|dkim|dmarc|arc|bimi|sender id|domain authentication|sender authentication|"
	"email authentication|message authentication|mail authentication|authentication check|"
	"authentication checks|authentication results|authenticate your|authenticate their|"
	"authenticate email|authenticate messages|resolver|not authenticated for|webmail|web "
	"mail|portal|"
	"this mailbox|this group|this list|this recipient|mailing list|distribution list|"
	"distribution group|user must authenticate|user must log|user must login|recipient must";

/* A verdict on the content, which may quote any words. */
static const char filter_words[] =
	"spam|phishing|score|filter|filters|content|virus|malware|attachment|message|blocked|"
	"quarantine|quarantined|policy|domain";

/* Our name in EHLO is not taken. */
static const char name_words[] =
	"invalid helo|invalid ehlo|bad helo|bad ehlo|malformed helo|malformed ehlo|forged helo|"
	"fake helo|illegal helo|helo rejected|ehlo rejected|helo invalid|ehlo invalid|helo name|"
	"ehlo name|helo hostname|ehlo hostname|helo host|ehlo host|helo domain|ehlo domain|"
	"helo argument|ehlo argument|unqualified helo|unqualified ehlo|helo needs|ehlo needs|helo "
	"* not match|ehlo * not match|helo * rejected|ehlo * rejected|helo should|ehlo should|helo "
	"must|ehlo must|helo not|ehlo not|"
	"helo * not fully qualified|helo * not resolve|ehlo * not resolve|"
	"need fully qualified hostname";

/* A login that is refused: what providers want in the place of the usual password */

static bool uses_token(const struct settings *settings)
{
	const char *mechanism = settings->auth ? settings->auth : "";

	return settings->token_command || strcmp(mechanism, "XOAUTH2") == 0 ||
	       strcmp(mechanism, "OAUTHBEARER") == 0;
}

static void advise_app_password(const struct remedy_facts *facts, struct str *out)
{
	if (!uses_token(facts->settings))
		str_add(out, _("the relay wants an app password, which is made in the settings of "
			       "the mailbox, in the place of the usual one"));
}

static void advise_google(const struct remedy_facts *facts, struct str *out)
{
	if (!uses_token(facts->settings))
		str_add(out,
			_("user or password is wrong; the usual password does not do here, "
			  "but an app password, which is made in the settings of the mailbox"));
}

static void advise_exchange(const struct remedy_facts *facts, struct str *out)
{
	if (!uses_token(facts->settings))
		str_add(out, _("user or password is wrong, or an app password is wanted, or SMTP "
			       "AUTH is off for this mailbox (its administrator can switch on "
			       "Authenticated SMTP)"));
}

static const char app_password_words[] =
	"app password|app passwords|application password|application specific password|"
	"app specific password|invalid second factor|invalidsecondfactor|weblogin required|"
	"webloginrequired|log in via your web browser|log in with your web browser|"
	"authorization code|neobhodim parol prilozheniya|two factor|two step verification|2 step "
	"verification|2fa|mbr1212|auth005";

/* It may send for others, but not for us, or not from here. */
static void advise_relay(const struct remedy_facts *facts, struct str *out)
{
	str_add(out,
		facts->settings->auth
			? _("the relay does not send on to this address (is host the one for "
			    "outgoing mail, and port the one for a login, 587 or 465?)")
			: _("the relay does not send on to this address without a login, or is the "
			    "wrong one (set auth on and user, or another host)"));
}

static const char relay_words[] =
	"relay access denied|relay denied|relaying denied|relay not permitted|relay not allowed|"
	"relaying not permitted|relaying not allowed|relaying prohibited|relaying disallowed|"
	"relay prohibited|relay operation rejected|not permitted to relay|not allowed to relay|"
	"not authorized to relay|unable to relay|cannot relay|can t relay|do not relay|"
	"don t relay|does not relay|will not relay|no relaying|no relay access|not gateway|"
	"allowed rcpthosts|not an open relay|not open relay|open relay not allowed|"
	"tenantattribution|client host rejected access denied|access to submit messages|invalid "
	"credentials for relay|relay not authorized|relaying not authorized|not authorized to "
	"relay|relaying temporarily denied|recipient domain not local|not local domain|relay not "
	"enabled|relaying not enabled";

/* The sender is not one of this login. */
static const char sender_words[] =
	"sendasdenied|not allowed to send as|not permitted to send as|permissions to send as|"
	"permission to send as|not authorized to send as|not owned by user|not owned by auth user|"
	"relaying disallowed as|same as authorization user|same as authenticated user|"
	"must equal authorized user|must match authenticated user|sender address not allowed|"
	"sending address not allowed|from address not allowed|sender not allowed|"
	"not local sender over smtp|not sender signature|header from not allowed|"
	"sender mismatch|envelope from header mismatch|from header mismatch|"
	"from address mismatch|not authorized to use from|not authorized to send from|"
	"not allowed to send from|not permitted to send from|sender address rejected not "
	"permitted|sender address rejected not authorized|sender address rejected not "
	"allowed|sender address rejected * not owned|address not owned|cannot send as|may not send "
	"as|can not send as|send on behalf of|not allowed to use * sender|not allowed to use * "
	"from|not allowed to send with * from|not one of your addresses|sender must match|sender "
	"address must match|from must match|from address must match|must match login|must match "
	"your login|must match username|from not allowed|from not permitted|from not "
	"authorized|from address not authorized|from address not permitted|header from * not "
	"allowed|header from * not authorized|not match authenticated user|not match * "
	"login|unauthorized sender|sender not authorized|sender not permitted|sender unauthorized";

static const char unverified_words[] =
	"email address not verified|email addresses not verified|sender address not verified|"
	"sender not verified|from address not verified|domain not verified|"
	"not match verified sender identity|not match verified sender|unverified sender|"
	"unverified address|unconfigured sending domain|unverified sending domain|sending domain "
	"not verified|sender domain not verified|domain not authenticated|sender identity not "
	"verified|identities failed";

/* A From field that is missing, or has no whole address. */
static const char from_words[] =
	"missing final|missing valid address in from|having no from header|from header * missing|"
	"missing from header|no from header|no valid from header|invalid from header|"
	"from header invalid|invalid from address|from address invalid|invalid from|"
	"missing from address|from field missing|missing from field|"
	"must have from header|must have valid from|valid from header required|"
	"from header required|from header must|from address must|"
	"local address contains control or whitespace|domain missing or malformed|syntax error in "
	"from|malformed from|malformed local part|unqualified address|unqualified sender|not rfc "
	"5322 compliant|not rfc5322 compliant";

static const char sender_domain_words[] =
	"sender address rejected domain not found|sender address rejected need fully qualified|"
	"domain of sender address * not exist|domain of sender address * not resolve|"
	"domain name required for sender|sender domain not exist|sender domain not found|"
	"sender domain must exist|sender domain not resolve|sender address must fully qualified|"
	"sender address domain not found|unresolvable sender domain|sender domain unresolvable|"
	"unrouteable sender|bad sender s system address|verification failed for sender|sender "
	"verify failed|sender verification failed|domain of sender|sender address domain|sender "
	"address unresolvable";

static const struct remedy remedies[] = {
	/* RFC 4954 section 6: whatever the words. */
	{ .phases = ANY, .codes = "530", .kind = ERR_AUTH },

	/* Exchange Online, Gmail and the like: what the mailbox is to allow, or to have. */
	{ .phases = IN(AUTH),
	  .words = "smtpclientauthentication disabled|smtp client authentication disabled|"
		   "client authentication disabled|smtp auth disabled",
	  .hint = N_("SMTP AUTH is off for this mailbox or its organisation (the administrator can "
		     "switch on Authenticated SMTP)") },
	{ .phases = IN(AUTH),
	  .words = "basic authentication disabled|basic auth disabled|basic authentication not "
		   "supported|basic authentication not allowed",
	  .hint = N_("the relay takes no password any more, but an access token (set "
		     "token_command)") },
	{ .phases = IN(AUTH),
	  .words = "security defaults policy|conditional access|locked by your organization",
	  .hint = N_("a policy of the organisation forbids to log in by password (ask its "
		     "administrator, or set token_command)") },
	{ .phases = IN(AUTH),
	  .words = "not have access rights to this service|smtp disabled for|smtp not enabled|"
		   "imap smtp not enabled|smtp access disabled|smtp access not enabled|"
		   "smtp service not enabled|enable smtp",
	  .hint = N_("SMTP is off for this mailbox (switch it on in the settings of the "
		     "mailbox)") },
	{ .phases = IN(AUTH),
	  .codes = "5",
	  .words = app_password_words,
	  .advise = advise_app_password },
	{ .phases = IN(AUTH),
	  .codes = "534",
	  .unless = "weak|mechanism|encryption|encrypted|tls|transition",
	  .advise = advise_app_password },
	{ .phases = IN(AUTH),
	  .codes = "535",
	  .words = "username and password not accepted|badcredentials|bad credentials",
	  .advise = advise_google },
	{ .phases = IN(AUTH), .statuses = "5.7.139 5.7.3", .advise = advise_exchange },

	/* Which sender may be used, and in which form. */
	{ .phases = TRANSACTION,
	  .codes = "4 5",
	  .words = unverified_words,
	  .hint = N_("the relay has not verified an address (verify it there, or set from to one "
		     "that is, and set_from_header on)") },
	{ .phases = TRANSACTION,
	  .codes = "5",
	  .words = sender_words,
	  .hint = N_(
		  "this login may not send as this sender (set from to an address of its own, and "
		  "set_from_header on)") },
	{ .phases = TRANSACTION,
	  .codes = "5",
	  .statuses = "5.7.60 5.2.252",
	  .hint = N_(
		  "this login may not send as this sender (set from to an address of its own, and "
		  "set_from_header on)") },
	{ .phases = FILTERED,
	  .codes = "5",
	  .words = "missing * message id|message id * missing|no message id|no valid message id|"
		   "without message id",
	  .hint = N_("the relay wants a Message-ID field (set set_msgid_header auto)") },
	{ .phases = FILTERED,
	  .codes = "5",
	  .words = from_words,
	  .hint = N_("the relay wants whole addresses in the header (set from, and set_from_header "
		     "on)") },
	{ .phases = TRANSACTION,
	  .codes = "4 5",
	  .words = sender_domain_words,
	  .hint = N_("the relay does not know the sender's domain (set from to an address that can "
		     "get mail)") },
	{ .phases = TRANSACTION,
	  .codes = "4 5",
	  .statuses = "X.1.8",
	  .hint = N_("the relay does not "
		     "know the sender's domain (set from to an address that can get mail)") },

	{ .phases = ANY,
	  .codes = "4 5",
	  .statuses = tls_statuses,
	  .words = tls_words,
	  .unless = onward_words,
	  .kind = ERR_TLS,
	  .advise = advise_tls },
	{ .phases = ANY & ~FILTERED,
	  .codes = "4 5",
	  .statuses = tls_statuses,
	  .words = encryption_words,
	  .unless = onward_words,
	  .kind = ERR_TLS,
	  .advise = advise_tls },
	{ .phases = ANY,
	  .codes = "4 5",
	  .statuses = session_statuses,
	  .words = login_words,
	  .unless = not_login_words,
	  .kind = ERR_AUTH,
	  .advise = advise_login },
	{ .phases = ANY, .codes = "530", .advise = advise_either },

	/* RFC 4954 section 6 has these for AUTH; some relays use them later. */
	{ .phases = IN(AUTH), .codes = "538", .advise = advise_tls },
	{ .phases = ANY,
	  .codes = "534 535 538",
	  .statuses = session_statuses,
	  .words = "authentication|authenticate|authenticated|auth|credentials|login",
	  .unless = not_login_words,
	  .kind = ERR_AUTH,
	  .advise = advise_login },

	{ .phases = ANY,
	  .codes = "4 5",
	  .words = "helo command rejected",
	  .kind = ERR_UNAVAILABLE,
	  .advise = advise_name },
	{ .phases = ANY & ~FILTERED,
	  .codes = "4 5",
	  .statuses = name_statuses,
	  .words = name_words,
	  .unless = "spf|spam|score",
	  .kind = ERR_UNAVAILABLE,
	  .advise = advise_name },
	/* After the demands of a login, which is what a relay may mean by it. */
	{ .phases = TRANSACTION, .codes = "4 5", .words = relay_words, .advise = advise_relay },
	{ .phases = IN(RCPT), .codes = "5", .statuses = "5.7.54 5.7.64", .advise = advise_relay },
	/* Neither EHLO nor HELO was taken. */
	{ .phases = IN(HELO), .codes = "5", .advise = advise_name },
};

static void find_words(const struct reply *reply, struct str *out)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	reply_print_words(reply, &text);
	phrase_add_words(out, text.bytes, text.len);
}

/* Whether the status is in the list, or one of its items and a dot are its beginning. */
static bool has_status(const char *list, const char *status)
{
	while (*list) {
		size_t len = strcspn(list, " ");
		bool is_same = *list == 'X' && *status != '-'
				       ? strncmp(list + 1, status + 1, len - 1) == 0
				       : strncmp(list, status, len) == 0;
		if (is_same && (!status[len] || status[len] == '.'))
			return true;
		list += len + (list[len] == ' ');
	}
	return false;
}

static bool has_code(const char *codes, int code)
{
	char text[] = { (char)('0' + code / 100), (char)('0' + code / 10 % 10),
			(char)('0' + code % 10), '\0' };

	while (*codes) {
		size_t len = strcspn(codes, " ");
		if (strncmp(codes, text, len) == 0)
			return true;
		codes += len + (codes[len] == ' ');
	}
	return false;
}

/* After the content, a filter's words are no demand. */
static bool is_filter(const struct remedy *remedy, enum phase phase, const char *words)
{
	return remedy->kind != ERR_NONE && remedy->words && FILTERED & 1U << phase &&
	       phrase_is_in(words, filter_words);
}

static bool fits(const struct remedy *remedy, const struct reply *reply, enum phase phase,
		 const char *words)
{
	const char *status = *reply->enhanced ? reply->enhanced : "-";

	return remedy->phases & 1U << phase &&
	       (!remedy->codes || has_code(remedy->codes, reply->code)) &&
	       (!remedy->statuses || has_status(remedy->statuses, status)) &&
	       (!remedy->words || phrase_is_in(words, remedy->words)) &&
	       (!remedy->unless || !phrase_is_in(words, remedy->unless)) &&
	       !is_filter(remedy, phase, words);
}

enum err_kind remedy_kind(const struct reply *reply, enum phase phase)
{
	CLEANUP(str_done) struct str words = STR_INIT;

	if (reply->code / 100 != 5 || !((TRANSACTION | IN(ETRN)) & 1U << phase))
		return ERR_NONE;
	find_words(reply, &words);
	for (size_t i = 0; i < LENGTH(remedies); i++)
		if (remedies[i].kind != ERR_NONE && fits(&remedies[i], reply, phase, words.bytes))
			return remedies[i].kind;
	return ERR_NONE;
}

void remedy_add_hint(const struct reply *reply, enum phase phase, const struct remedy_facts *facts,
		     struct str *out)
{
	CLEANUP(str_done) struct str words = STR_INIT;
	const size_t before = out->len;

	find_words(reply, &words);
	for (size_t i = 0; i < LENGTH(remedies) && out->len == before; i++) {
		if (!fits(&remedies[i], reply, phase, words.bytes))
			continue;
		if (remedies[i].advise)
			remedies[i].advise(facts, out);
		else if (remedies[i].hint)
			str_add(out, _(remedies[i].hint));
	}
}
