/* complete.c - the header fields that a message still needs */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "prepare/complete.h"

#include "base/clock.h"
#include "conf/expand.h"
#include "mail/date.h"
#include "mail/residue.h"
#include "mail/seals.h"
#include "prepare/bare.h"
#include "prepare/localname.h"
#include "prepare/messageid.h"
#include "prepare/repair.h"

#include <string.h>

enum { PIECE = 65536 };

/* Whether the header is signed. A changed header would break the signature. */
static bool is_signed(const struct header *header)
{
	return header_find(header, "DKIM-Signature") != NULL;
}

/* Drops what a mailbox has left in the header, except fields that a signature covers. */
static void drop_residue(struct changes *changes)
{
	const struct header *header = changes->header;
	CLEANUP(seals_done) struct seals seals;

	seals_init(&seals, header);
	for (size_t i = 0; i < header->count; i++)
		if (residue_is_field(header, &header->fields[i]) &&
		    seals_find(&seals, &header->fields[i]) == SEAL_NONE)
			changes_drop_field(changes, i);
}

/* Adding fields */

/*
 * Whether a field is missing. A field without content is missing too, unless the header is signed:
 * the signature may cover the field.
 */
static bool lacks(const struct changes *changes, const struct settings *s, const char *name)
{
	bool is_kept = is_signed(changes->header) && header_find(changes->header, name);

	return !is_kept && !changes_has_content(changes, name) && !repair_adds(s, name);
}

/* Adds a field if it is missing; removes those of the same name that have no content. */
static void supply(struct changes *changes, const struct settings *s, const char *name,
		   const char *body)
{
	if (!is_signed(changes->header))
		changes_drop_empty(changes, name);
	if (lacks(changes, s, name))
		changes_add(changes, name, body);
}

/* Moves dates that no reader understands to `moved`, as X-Original-Date fields. */
static void move_dates(struct changes *changes, struct str *moved)
{
	const struct header *header = changes->header;

	for (size_t i = 0; i < header->count; i++) {
		size_t len;
		const char *body = header_value(header, &header->fields[i], &len);
		if (changes->is_dropped[i] || !header_is(header, &header->fields[i], "Date") ||
		    date_is_readable(body, len))
			continue;
		changes_drop_field(changes, i);
		str_addf(moved, "X-Original-Date: %.*s\r\n", (int)len, body);
	}
}

static void supply_date(struct changes *changes, const struct settings *s, time_t when)
{
	CLEANUP(str_done) struct str date = STR_INIT;
	CLEANUP(str_done) struct str moved = STR_INIT;

	if (s->set_date_header != SET_DATE_AUTO)
		return;
	if (!is_signed(changes->header)) {
		changes_drop_empty(changes, "Date");
		move_dates(changes, &moved);
	}
	clock_add_date(&date, when);
	supply(changes, s, "Date", date.bytes);
	changes_add_lines(changes, moved.bytes, moved.len);
}

static void supply_message_id(struct changes *changes, const char *sender,
			      const struct account *account)
{
	CLEANUP(mem_free_at) char *message_id = messageid_new(sender, account);

	if (account->settings.set_msgid_header == SET_MSGID_AUTO)
		supply(changes, &account->settings, "Message-ID", message_id);
}

/*
 * Labels text beyond ASCII, as cron, PHP and scripts write it without MIME fields. Text without any
 * MIME field is labelled only if it is UTF-8. A message with some of these fields gets the others.
 */
static void supply_label(struct changes *changes, const struct settings *s,
			 const struct content_facts *body)
{
	bool is_named = !lacks(changes, s, "MIME-Version") || !lacks(changes, s, "Content-Type") ||
			!lacks(changes, s, "Content-Transfer-Encoding");

	if (s->set_mime_headers != SET_MIME_AUTO || !body->is_8bit || is_signed(changes->header) ||
	    (body->is_broken_utf8 && !is_named))
		return;
	supply(changes, s, "MIME-Version", "1.0");
	if (!body->is_broken_utf8)
		supply(changes, s, "Content-Type", "text/plain; charset=utf-8");
	supply(changes, s, "Content-Transfer-Encoding", "8bit");
}

/*
 * Returns the author for a missing From field: the envelope sender, or the account's sender if the
 * envelope sender is null.
 */
static char *find_author(const char *sender, const struct completion *completion)
{
	const struct account *account = completion->account;

	if (*sender || account->own_from)
		return mem_copy(*sender ? sender : account->own_from);
	CLEANUP(mem_free_at) char *domain = localname_domain(&account->settings);
	return str_format("%s@%s", expand_user(completion->is_program), domain);
}

static void drop_bcc(struct changes *changes, const struct settings *s)
{
	if (!s->remove_bcc_headers)
		return;
	changes_drop(changes, "Bcc");
	changes_drop(changes, "Resent-Bcc");
}

static bool repair(struct changes *changes, const struct envelope *envelope,
		   const struct completion *completion, struct err *err)
{
	CLEANUP(mem_free_at) char *author = find_author(envelope->sender, completion);

	repair_fields(changes, &completion->account->settings);
	if (completion->is_program)
		bare_repair(changes, completion->account);
	return repair_addresses(changes, envelope, author, &completion->account->settings, err);
}

/*
 * Removes the blank in "To : x", which may be read but not sent: some readers see no field there.
 * RFC 5322 section 4.5.
 */
static void close_up_names(struct changes *changes)
{
	for (size_t i = 0; i < changes->header->count; i++) {
		const struct header_field *field = &changes->header->fields[i];
		size_t len;
		const char *body = header_value(changes->header, field, &len);
		bool has_blank = field->body - field->start > field->name_len + 1;
		if (!has_blank || changes->bodies[i])
			continue;
		CLEANUP(mem_free_at) char *copy = mem_copy_n(body, len);
		changes_set_body(changes, i, copy);
	}
}

bool complete_message(struct message *message, const struct envelope *envelope,
		      const struct completion *completion, struct err *err)
{
	const struct settings *s = &completion->account->settings;
	CLEANUP(changes_done) struct changes changes;
	CLEANUP(str_done) struct str whole = STR_INIT;

	changes_init(&changes, &message->header);
	drop_residue(&changes);
	if (!completion->is_raw && !is_signed(&message->header) &&
	    !repair(&changes, envelope, completion, err))
		return false;
	supply_date(&changes, s, completion->date);
	supply_message_id(&changes, envelope->sender, completion->account);
	if (!completion->is_raw)
		repair_add(&changes, s);
	drop_bcc(&changes, s);
	if (!is_signed(&message->header))
		close_up_names(&changes);
	supply_label(&changes, s, &message->body_facts);
	changes_write(&changes, &whole);
	return message_complete(message, &whole, err);
}

static bool read_again(const struct message *from, struct message *to, struct err *err)
{
	char piece[PIECE];
	ssize_t got;

	message_begin(to);
	for (uint64_t at = 0; (got = message_read_at(from, at, piece, sizeof piece, err)) > 0;
	     at += (uint64_t)got)
		if (!message_take(to, piece, (size_t)got, err))
			return false;
	return got == 0 && message_end(to, err);
}

bool complete_raw(const struct message *raw, const struct envelope *envelope,
		  const struct account *account, struct message *out, struct err *err)
{
	const struct completion completion = { .account = account,
					       .date = time(NULL),
					       .is_program = true };

	return read_again(raw, out, err) && complete_message(out, envelope, &completion, err);
}
