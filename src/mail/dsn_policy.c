/* dsn_policy.c - which messages and recipients a DSN reports */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/dsn_policy.h"

#include "base/ascii.h"

#include <string.h>

/* Whether the text begins with that whole word. */
static bool begins_with_word(const char *text, const char *word, const char *ends)
{
	size_t len = strlen(word);

	return ascii_begins(text, word) && (!text[len] || strchr(ends, text[len]));
}

/* Whether a field of that name begins with the word; with `is_other`: with another word. */
static bool has_word(const struct header *header, const char *name, const char *word, bool is_other)
{
	for (size_t i = 0; i < header->count; i++) {
		CLEANUP(str_done) struct str body = STR_INIT;
		if (!header_is(header, &header->fields[i], name))
			continue;
		header_add_unfolded(header, &header->fields[i], &body);
		if (body.len && begins_with_word(body.bytes, word, " \t;(") != is_other)
			return true;
	}
	return false;
}

static bool is_daemon(const char *path)
{
	return begins_with_word(path, "MAILER-DAEMON", "@");
}

static bool is_from_daemon(const struct header *header)
{
	CLEANUP(address_done) struct address from = { 0 };
	CLEANUP(err_done) struct err err = ERR_INIT;

	return header_sender(header, &from, &err) && from.local && is_daemon(from.local);
}

bool dsn_policy_may_send(const char *sender, const struct header *original, bool is_failure)
{
	if (!*sender || strcmp(sender, "<>") == 0 || is_daemon(sender))
		return false;
	if (has_word(original, "Auto-Submitted", "no", true) ||
	    has_word(original, "Content-Type", "multipart/report", false) ||
	    is_from_daemon(original))
		return false;
	return is_failure || !(has_word(original, "Precedence", "bulk", false) ||
			       has_word(original, "Precedence", "junk", false) ||
			       has_word(original, "Precedence", "list", false) ||
			       header_find(original, "List-Id"));
}

/* Without NOTIFY both kinds are wanted. */
static bool is_wanted(const char *notify, enum dsn_kind kind)
{
	const char *word = kind == DSN_FAILED ? "FAILURE" : "DELAY";

	if (!notify)
		return true;
	for (; notify; notify = strchr(notify, ',')) {
		notify += *notify == ',';
		if (begins_with_word(notify, word, ","))
			return true;
	}
	return false;
}

static bool is_reported(enum recipient_status status, enum dsn_kind kind)
{
	switch (status) {
	case STATUS_PENDING:
	case STATUS_DOUBT:
		return kind == DSN_DELAYED;
	case STATUS_REFUSED:
	case STATUS_COMMAND:
		return kind == DSN_FAILED;
	case STATUS_DONE:
	case STATUS_FAILED:
		break;
	}
	return false;
}

size_t dsn_policy_select(const struct envelope *envelope, enum dsn_kind kind,
			 const struct recipient **chosen)
{
	size_t count = 0;

	for (size_t i = 0; i < envelope->count; i++) {
		const struct recipient *recipient = &envelope->recipients[i];
		if (is_reported(recipient->status, kind) && is_wanted(recipient->notify, kind))
			chosen[count++] = recipient;
	}
	return count;
}
