/* complete.c - the header fields that a message still needs */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/complete.h"

#include "base/clock.h"

#include <string.h>
#include <sys/random.h>

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

	while (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		;
	str_add_char(&id, '<');
	for (size_t i = 0; i < sizeof random; i++)
		str_addf(&id, "%02x", random[i]);
	str_addf(&id, "@%s>", domain);
	return str_take(&id);
}

static bool wants_from(const struct header *header, const char *sender, const struct settings *s)
{
	if (s->set_from_header == SET_FROM_OFF || !*sender)
		return false;
	return s->set_from_header == SET_FROM_ON || !header_has_content(header, "From");
}

bool complete_message(struct message *message, const char *sender, const struct settings *s,
		      struct err *err)
{
	const struct header *header = &message->header;
	struct header_additions additions = { .keeps_bcc = !s->remove_bcc_headers };
	CLEANUP(str_done) struct str from = STR_INIT;
	CLEANUP(str_done) struct str date = STR_INIT;
	CLEANUP(mem_free_at) char *message_id = new_message_id(sender, s);

	if (wants_from(header, sender, s)) {
		address_add_mailbox(&from, s->from_full_name, sender);
		additions.from = from.bytes;
	}
	if (s->set_date_header == SET_DATE_AUTO && !header_find(header, "Date")) {
		clock_add_date(&date, time(NULL));
		additions.date = date.bytes;
	}
	if (s->set_msgid_header == SET_MSGID_AUTO && !header_find(header, "Message-ID"))
		additions.message_id = message_id;
	return message_complete(message, &additions, err);
}
