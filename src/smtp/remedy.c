/* remedy.c - the settings that a refusal asks for, by its codes and words; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/remedy.h"

#include "base/i18n.h"
#include "conf/credential.h"
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
 * A row fits if all its members fit; a member that is left out always fits. Kind and hint are
 * searched separately: each comes from the first fitting row that has one. Rows for the words of
 * one relay stand before the general ones.
 */
struct remedy {
	unsigned phases;      /* the phases, as bits */
	const char *codes;    /* separated by blanks; "5" is any 5yz */
	const char *statuses; /* enhanced codes, separated by blanks: "X.7.1" (X is any class), or
				 "X.7" for all that begin so; "-" is none */
	const char *words;    /* phrases (phrase.h): the reply must contain one of them */
	const char *unless;   /* phrases: the reply must contain none of them */
	enum err_kind kind;   /* of the error in a transaction or of ETRN; ERR_NONE: undecided. A
				 filter's words after the content do not count */
	const char *hint;     /* the cure, as a fixed text; NULL: see `advise` */
	/* Appends the cure, or nothing if the facts contradict it. */
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
	str_add(out, credential_may_be_sent(facts->settings)
			     ? _("the relay wants a login (set auth on and user)")
			     : _("the relay wants a login (set tls on, auth on and user)"));
}

/* 530 alone does not tell which of the two. */
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

#define PHRASES(name, phrases) static const char name[] = phrases;
#include "smtp/remedy.def"
#undef PHRASES

/* Refused logins: the secret that providers want in place of the usual password */

static bool uses_token(const struct settings *settings)
{
	const char *mechanism = settings->auth ? settings->auth : "";

	return settings->token_command || strcmp(mechanism, "XOAUTH2") == 0 ||
	       strcmp(mechanism, "OAUTHBEARER") == 0;
}

static void advise_app_password(const struct remedy_facts *facts, struct str *out)
{
	if (!uses_token(facts->settings))
		str_add(out, _("the relay wants an app password instead of the usual one; create "
			       "it in the settings of the mailbox"));
}

static void advise_google(const struct remedy_facts *facts, struct str *out)
{
	if (!uses_token(facts->settings))
		str_add(out,
			_("user or password is wrong; the relay wants an app password instead of "
			  "the usual one; create it in the settings of the mailbox"));
}

static void advise_exchange(const struct remedy_facts *facts, struct str *out)
{
	if (!uses_token(facts->settings))
		str_add(out, _("user or password is wrong, or the relay wants an app password, or "
			       "SMTP AUTH is off for this mailbox (its administrator can switch on "
			       "Authenticated SMTP)"));
}

/* The relay may send for other clients, or for this one from another network. */
static void advise_relay(const struct remedy_facts *facts, struct str *out)
{
	str_add(out,
		facts->settings->auth
			? _("the relay does not forward mail to this address (set host to the "
			    "server for outgoing mail, and port to the one for a login, 587 or "
			    "465)")
			: _("the relay does not forward mail to this address without a login, or "
			    "it is the wrong relay (set auth on and user, or another host)"));
}

static const struct remedy remedies[] = {
	/* RFC 4954 section 6: the code decides, not the words. */
	{ .phases = ANY, .codes = "530", .kind = ERR_AUTH },

	/* Exchange Online, Gmail and the like: a permission or password that the mailbox needs. */
	{ .phases = IN(AUTH),
	  .words = "smtpclientauthentication disabled|smtp client authentication disabled|"
		   "client authentication disabled|smtp auth disabled",
	  .hint = N_("SMTP AUTH is off for this mailbox or its organisation (the administrator can "
		     "switch on Authenticated SMTP)") },
	{ .phases = IN(AUTH),
	  .words = "basic authentication disabled|basic auth disabled|basic authentication not "
		   "supported|basic authentication not allowed",
	  .hint = N_("the relay no longer accepts a password, but an access token (set "
		     "token_command)") },
	{ .phases = IN(AUTH),
	  .words = "security defaults policy|conditional access|locked by your organization",
	  .hint = N_("a policy of the organisation forbids logging in by password (ask its "
		     "administrator, or set token_command)") },
	{ .phases = IN(AUTH),
	  .words = "not have access rights to this service|smtp disabled for|smtp not enabled|"
		   "imap smtp not enabled|smtp access disabled|smtp access not enabled|"
		   "smtp service not enabled|enable smtp|enable pop3|enable imap|activate pop3|"
		   "activate imap|imap access disabled|pop3 access disabled|"
		   "imap access not enabled|pop3 access not enabled",
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
	  .words = "username and password not accepted|badcredentials",
	  .advise = advise_google },
	{ .phases = IN(AUTH), .statuses = "5.7.139 5.7.3", .advise = advise_exchange },

	/* The sender's address and its form. */
	{ .phases = TRANSACTION,
	  .codes = "4 5",
	  .words = unverified_words,
	  .hint = N_("the relay has not verified an address (verify it at the provider; or set "
		     "from to a verified address, and set_from_header on)") },
	{ .phases = TRANSACTION,
	  .codes = "5",
	  .words = sender_words,
	  .hint = N_(
		  "this login may not send as this sender (set from to an address of this login, "
		  "and set_from_header on)") },
	{ .phases = TRANSACTION,
	  .codes = "5",
	  .statuses = "5.7.60 5.2.252",
	  .hint = N_(
		  "this login may not send as this sender (set from to an address of this login, "
		  "and set_from_header on)") },
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
		     "receive mail)") },
	{ .phases = TRANSACTION,
	  .codes = "4 5",
	  .statuses = "X.1.8",
	  .hint = N_("the relay does not know the sender's domain (set from to an address that can "
		     "receive mail)") },

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

	/* RFC 4954 section 6 defines these codes for AUTH; some relays use them later. */
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
	/* Stands after the demands of a login, because a relay may mean a login by these words. */
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

/* Whether the list has the status, or a prefix of it that ends before a dot. */
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

/* After the content, a filter's words are not a demand. */
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
