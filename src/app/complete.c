/* complete.c - the header fields that a message still needs */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/complete.h"

#include "app/bare.h"
#include "app/repair.h"
#include "base/clock.h"
#include "base/random.h"
#include "mail/residue.h"
#include "mail/seal.h"

#include <string.h>

/* RFC 5322 section 3.6.4: a random left side, and a right side that is ours. */
static char *new_message_id(const char *sender, const struct settings *s)
{
	const char *at = strrchr(sender, '@');
	const char *domain = s->domain && *s->domain && strcmp(s->domain, "localhost") != 0
				     ? s->domain
			     : at      ? at + 1
			     : s->host ? s->host
				       : "localhost";
	unsigned char random[16];
	CLEANUP(str_done) struct str id = STR_INIT;

	random_fill(random, sizeof random);
	str_add_char(&id, '<');
	for (size_t i = 0; i < sizeof random; i++)
		str_addf(&id, "%02x", random[i]);
	str_addf(&id, "@%s>", domain);
	return str_take(&id);
}

static bool lacks(const struct changes *changes, const struct settings *s, const char *name)
{
	return !header_find(changes->header, name) && !changes_has_content(changes, name) &&
	       !repair_adds(s, name);
}

static void add_missing(struct changes *changes, const char *sender, const struct settings *s,
			time_t when)
{
	CLEANUP(str_done) struct str date = STR_INIT;

	if (s->set_date_header == SET_DATE_AUTO && lacks(changes, s, "Date")) {
		clock_add_date(&date, when);
		changes_add(changes, "Date", date.bytes);
	}
	if (s->set_msgid_header == SET_MSGID_AUTO && lacks(changes, s, "Message-ID")) {
		CLEANUP(mem_free_at) char *message_id = new_message_id(sender, s);
		changes_add(changes, "Message-ID", message_id);
	}
}

/* A signature over the header would not fit any more. */
static bool is_signed(const struct header *header)
{
	return header_find(header, "DKIM-Signature") != NULL;
}

/* What a signature covers stays. */
static void drop_residue(struct changes *changes)
{
	const struct header *header = changes->header;

	for (size_t i = 0; i < header->count; i++)
		if (residue_is_field(header, &header->fields[i]) &&
		    seal_find(header, &header->fields[i]) == SEAL_NONE)
			changes_drop_field(changes, i);
}

/*
 * What cron, PHP and scripts write. Text that is not UTF-8 nobody can name, and a message that has
 * one of these fields has been thought about.
 */
static bool needs_label(const struct changes *changes, const struct settings *s,
			const struct facts *body)
{
	return s->set_mime_headers == SET_MIME_AUTO && body->is_8bit && !body->is_broken_utf8 &&
	       lacks(changes, s, "MIME-Version") && lacks(changes, s, "Content-Type") &&
	       lacks(changes, s, "Content-Transfer-Encoding");
}

static void add_label(struct changes *changes)
{
	changes_add(changes, "MIME-Version", "1.0");
	changes_add(changes, "Content-Type", "text/plain; charset=utf-8");
	changes_add(changes, "Content-Transfer-Encoding", "8bit");
}

bool complete_message(struct message *message, const struct envelope *envelope,
		      const struct completion *completion, struct err *err)
{
	const struct settings *s = &completion->account->settings;
	CLEANUP(changes_done) struct changes changes;
	CLEANUP(str_done) struct str whole = STR_INIT;
	bool has_signature = is_signed(&message->header);

	changes_init(&changes, &message->header);
	drop_residue(&changes);
	if (!has_signature) {
		repair_fields(&changes, s);
		if (completion->is_program)
			bare_repair(&changes, completion->account);
		if (!repair_addresses(&changes, envelope, s, err))
			return false;
	}
	add_missing(&changes, envelope->sender, s, completion->date);
	repair_add(&changes, s);
	if (s->remove_bcc_headers) {
		changes_drop(&changes, "Bcc");
		changes_drop(&changes, "Resent-Bcc");
	}
	if (!has_signature && needs_label(&changes, s, &message->body_facts))
		add_label(&changes);
	changes_write(&changes, &whole);
	return message_complete(message, &whole, err);
}
