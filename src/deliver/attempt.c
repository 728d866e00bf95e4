/* attempt.c - one attempt to send a message of the queue: its options and its results */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "deliver/attempt.h"

#include "deliver/report.h"
#include "mail/address_parse.h"
#include "mail/alias.h"
#include "prepare/localname.h"

#include <stdlib.h>
#include <string.h>

void attempt_init(struct attempt *attempt, struct entry *entry, const struct message *message,
		  enum tolerance tolerance)
{
	*attempt = (struct attempt){ .entry = entry, .before = STR_INIT };
	entry_add_status(entry, &attempt->before);
	entry_message(entry, &attempt->message);
	if (message)
		message_share(&attempt->message, message);
	transaction_init(&attempt->transaction, &entry->record.envelope, &attempt->message,
			 tolerance);
}

void attempt_done(struct attempt *attempt)
{
	transaction_done(&attempt->transaction);
	message_done(&attempt->message);
	str_done(&attempt->before);
}

static bool adopt_sender(struct envelope *envelope, const char *from)
{
	CLEANUP(err_done) struct err unfit = ERR_INIT;

	if (!from || account_is_pattern(from) || !address_check(from, &unfit))
		return false;
	char *sender = mem_copy(from);
	free(envelope->sender);
	envelope->sender = sender;
	return true;
}

/* Gives the message the sender that it would have got if there had been a config. */
static void complete_sender(struct record *record, const struct account *account)
{
	struct envelope *envelope = &record->envelope;
	const struct settings *settings = &account->settings;
	bool is_given =
		record->progress.flags & RECORD_SENDER_GIVEN && settings->allow_from_override;
	const char *own = localname_own_sender(account, envelope->sender);

	if (!is_given && adopt_sender(envelope, settings->from))
		own = NULL;
	if (own)
		(void)adopt_sender(envelope, own);
	if (!*envelope->sender || strchr(envelope->sender, '@'))
		return;
	CLEANUP(mem_free_at) char *domain = localname_domain(settings);
	char *whole = str_format("%s@%s", envelope->sender, domain);
	free(envelope->sender);
	envelope->sender = whole;
}

/*
 * Follows an alias that stands for one address. The file has one status byte for the recipient, so
 * an alias for several addresses cannot be followed any more.
 */
static void follow_alias(struct recipient *recipient, const struct alias_table *table)
{
	CLEANUP(address_list_done) struct address_list in = { 0 };
	CLEANUP(address_list_done) struct address_list out = { 0 };
	CLEANUP(err_done) struct err ignored = ERR_INIT;

	mem_grow(in.items, in.count);
	in.items[0] = (struct address){ 0 };
	in.count = 1;
	if (!address_parse_path(recipient->address, &in.items[0], &ignored) ||
	    !alias_expand(table, &in, &out, &ignored) || out.count != 1)
		return;
	free(recipient->address);
	recipient->address = address_path(&out.items[0]);
}

static void complete_recipients(struct envelope *envelope, const struct settings *settings)
{
	CLEANUP(mem_free_at) char *domain = localname_domain(settings);
	CLEANUP(alias_table_done) struct alias_table table = { 0 };
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (settings->aliases && !localname_read_aliases(&table, settings, &err))
		report_problem(&err);
	for (size_t i = 0; i < envelope->count; i++) {
		struct recipient *recipient = &envelope->recipients[i];
		follow_alias(recipient, &table);
		if (strchr(recipient->address, '@'))
			continue;
		char *whole = str_format("%s@%s", recipient->address, domain);
		free(recipient->address);
		recipient->address = whole;
	}
}

void attempt_adopt(struct entry *entry, const struct account *account)
{
	struct record *record = &entry->record;

	if (record->is_raw) {
		complete_sender(record, account);
		complete_recipients(&record->envelope, &account->settings);
	}
	if (record->progress.flags & RECORD_NULL_REFUSED &&
	    !adopt_sender(&record->envelope, account->settings.from))
		(void)adopt_sender(&record->envelope, account->own_from);
}
