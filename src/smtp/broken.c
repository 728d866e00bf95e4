/* broken.c - detecting extensions that a relay offers and does not support */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/broken.h"

#include "base/i18n.h"

#include <string.h>

static bool is_unknown_command(int code)
{
	return code >= 500 && code <= 504;
}

static bool is_unknown_parameter(int code)
{
	return code == 501 || code == 504 || code == 555;
}

/* Whether every accepted recipient was refused because BDAT is unknown. */
static bool is_chunk_unknown(const struct transaction *t)
{
	const struct envelope *envelope = t->envelope;
	size_t unknown = 0;

	for (size_t i = 0; i < envelope->count; i++) {
		const struct recipient *recipient = &envelope->recipients[i];
		if (!recipient->is_accepted)
			continue;
		if (recipient->is_delivered || recipient->err.kind != ERR_REFUSED ||
		    !is_unknown_command(recipient->err.code))
			return false;
		unknown++;
	}
	return unknown > 0;
}

/*
 * A relay that refuses before the end of a chunk, or after a chunk with QUIT, sends no other
 * result.
 */
static bool is_chunk_refused_at_end(const struct session *session, const struct transaction *t)
{
	return session_is_over(session) && t->data.kind == ERR_REFUSED &&
	       is_unknown_command(t->data.code);
}

static bool suspects_chunking(const struct session *session, const struct transaction *t)
{
	return t->is_chunked && t->mail.kind == ERR_NONE &&
	       (is_chunk_unknown(t) || is_chunk_refused_at_end(session, t));
}

/* Extensions that may be left out: all except those that the account demands; see demand.c. */
static unsigned dispensable(const struct session *session, const struct transaction *t)
{
	const struct settings *s = session->settings;
	unsigned found = CAP_SIZE | CAP_8BITMIME;

	if (!s->dsn_notify && !s->dsn_return)
		found |= CAP_DSN;
	if (!envelope_needs_utf8(t->envelope))
		found |= CAP_SMTPUTF8;
	return found & session->client.can.has;
}

static unsigned used_by_mail(const struct transaction *t)
{
	unsigned used = CAP_SIZE;

	if (t->envelope->ret || t->envelope->envid)
		used |= CAP_DSN;
	if (t->wire.is_8bit)
		used |= CAP_8BITMIME;
	if (t->wire.is_utf8)
		used |= CAP_SMTPUTF8;
	return used;
}

/* Whether the relay may not know RCPT's parameters. An accepted recipient proves that it does. */
static bool is_rcpt_unknown(const struct transaction *t)
{
	size_t unknown = 0;

	for (size_t i = 0; i < t->envelope->count; i++) {
		const struct recipient *recipient = &t->envelope->recipients[i];
		if (recipient->is_accepted || recipient->is_delivered)
			return false;
		if ((recipient->notify || recipient->orcpt) &&
		    is_unknown_parameter(recipient->err.code))
			unknown++;
	}
	return unknown > 0;
}

/* Leaves out first the extensions that do not change the content. */
static unsigned suspects_of_mail(const struct session *session, const struct transaction *t)
{
	unsigned found = used_by_mail(t) & dispensable(session, t);
	unsigned harmless = found & (CAP_SIZE | CAP_DSN);

	return harmless ? harmless : found;
}

unsigned broken_suspects(const struct session *session, const struct transaction *t)
{
	if (suspects_chunking(session, t))
		return CAP_CHUNKING;
	if (session_is_over(session))
		return 0;
	if (t->mail.kind == ERR_REJECT && is_unknown_parameter(t->mail.code))
		return suspects_of_mail(session, t);
	if (t->mail.kind == ERR_NONE && is_rcpt_unknown(t))
		return CAP_DSN & dispensable(session, t);
	return 0;
}

unsigned broken_by_silence(const struct session *session, const struct transaction *t)
{
	const struct client *client = &session->client;
	bool is_envelope = client->failed == PHASE_MAIL || client->failed == PHASE_RCPT ||
			   client->failed == PHASE_DATA;

	if (!client->stream.is_lost)
		return 0;
	if (client->stream.is_silent && client->group > 1 && is_envelope)
		return CAP_PIPELINING;
	return t->is_chunked && t->has_content ? CAP_CHUNKING & ~session->proved : 0;
}

void broken_forgive(const struct transaction *t)
{
	for (size_t i = 0; i < t->envelope->count; i++) {
		struct recipient *recipient = &t->envelope->recipients[i];
		if (recipient->is_accepted && recipient->err.kind == ERR_REFUSED &&
		    is_unknown_command(recipient->err.code))
			err_done(&recipient->err);
	}
}

void broken_note_success(struct session *session, const struct transaction *t)
{
	if (t->is_chunked)
		session->proved |= CAP_CHUNKING;
}

/* Removes the words that session_wrap has put before the text. */
static bool take_where(const struct session *session, struct err *err)
{
	size_t len = strlen(session->where);
	char *text = err->text;

	if (strncmp(text, session->where, len) != 0 || strncmp(text + len, ": ", 2) != 0)
		return false;
	memmove(text, text + len + 2, strlen(text + len + 2) + 1);
	return true;
}

bool broken_explain(const struct session *session, struct err *err)
{
	const struct settings *s = session->settings;
	bool is_parameter = err->code == 555 || strcmp(err->enhanced, "5.5.4") == 0;

	if (err->kind != ERR_REJECT || !is_parameter || (!s->dsn_notify && !s->dsn_return))
		return false;
	bool has_where = take_where(session, err);
	err_wrap(err, _("the relay may offer DSN without supporting it (if so, set dsn_notify off "
			"and dsn_return off)"));
	return has_where ? session_wrap(session, err) : false;
}

bool broken_advise(const struct session *session, unsigned extensions, struct err *err)
{
	bool has_where = take_where(session, err);
	const char *present = session->settings->ignore_extensions;
	CLEANUP(str_done) struct str names = STR_INIT;

	capabilities_print(extensions, &names);
	err_wrap(err,
		 _("the relay may offer %s without supporting it (if so, set ignore_extensions "
		   "%s%s%s)"),
		 names.bytes, present ? present : "", present ? " " : "", names.bytes);
	return has_where ? session_wrap(session, err) : false;
}
