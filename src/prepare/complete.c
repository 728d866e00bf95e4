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

/* A signature over the header would not fit any more. */
static bool is_signed(const struct header *header)
{
	return header_find(header, "DKIM-Signature") != NULL;
}

/* What a signature covers stays. */
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

/* Adding */

/* A field without content counts for nothing, but in a signed header it may be covered. */
static bool lacks(const struct changes *changes, const struct settings *s, const char *name)
{
	bool is_kept = is_signed(changes->header) && header_find(changes->header, name);

	return !is_kept && !changes_has_content(changes, name) && !repair_adds(s, name);
}

/* Adds the field where it is missing, in the place of those without content. */
static void supply(struct changes *changes, const struct settings *s, const char *name,
		   const char *body)
{
	if (!is_signed(changes->header))
		changes_drop_empty(changes, name);
	if (lacks(changes, s, name))
		changes_add(changes, name, body);
}

/* Moves dates that no reader understands into `moved`, as fields of another name. */
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
 * Text beyond ASCII that cron, PHP and scripts write. Where no field says what it is, it has to be
 * UTF-8 to be named; one that does is completed by the others.
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

/* Whom the From field names where there is none: the sender, or for the null sender the account. */
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

/* "To : x" may be read, but not sent: some readers see no field there. RFC 5322 section 4.5. */
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
