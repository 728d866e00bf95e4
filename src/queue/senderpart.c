/* senderpart.c - the lines of a queue file about the sender, the settings and the content; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/senderpart.h"

#include "base/i18n.h"
#include "queue/percent.h"

#include <limits.h>
#include <string.h>

/* "body-facts 78 8bit cr": the longest line, and facts that a relay may object to. */
static void add_message_facts(struct str *out, const char *key, const struct content_facts *facts)
{
	str_addf(out, "%s %llu%s%s%s%s\n", key, (unsigned long long)facts->line_max,
		 facts->is_8bit ? " 8bit" : "", facts->is_broken_utf8 ? " not-utf8" : "",
		 facts->has_nul ? " nul" : "", facts->has_bare_cr ? " cr" : "");
}

void senderpart_add(const struct record *record, struct str *out)
{
	const struct envelope *envelope = &record->envelope;

	str_addf(out, "uid %u\nraw %d\nsize %llu\n", record->uid, record->is_raw,
		 (unsigned long long)envelope->size);
	add_message_facts(out, "header-facts", &record->header_facts);
	add_message_facts(out, "body-facts", &record->body_facts);
	percent_add_field(out, "config ", record->config_file, "\n");
	percent_add_field(out, "account ", record->account, "\n");
	for (size_t i = 0; i < record->option_count; i++) {
		percent_add_field(out, "option ", record->options[2 * i], " ");
		percent_add_field(out, "", record->options[2 * i + 1], "\n");
	}
	if (record->not_before > 0)
		str_addf(out, "not-before %lld\n", (long long)record->not_before);
	if (record->is_unfiltered)
		str_add(out, "unfiltered 1\n");
	if (record->is_unsendable)
		str_add(out, "unsendable 1\n");
	percent_add_field(out, "about ", record->about, "\n");
	percent_add_field(out, "ret ", envelope->ret, "\n");
	percent_add_field(out, "envid ", envelope->envid, "\n");
	percent_add_field(out, "sender <", envelope->sender ? envelope->sender : "", ">\n");
	percent_add_field(out, "bounce <", record->bounce, ">\n");
}

/* Conditions for sending it. */
static bool take_conditions(struct reader *reader, struct record *record)
{
	uint64_t when;
	uint64_t is_unfiltered;
	uint64_t is_unsendable;

	if (!reader_take_optional(reader, "not-before", RECORD_TIME_MAX, &when) ||
	    !reader_take_optional(reader, "unfiltered", 1, &is_unfiltered) ||
	    !reader_take_optional(reader, "unsendable", 1, &is_unsendable))
		return false;
	record->not_before = (int64_t)when;
	record->is_unfiltered = is_unfiltered == 1;
	record->is_unsendable = is_unsendable == 1;
	return true;
}

static bool take_about(struct reader *reader, struct record *record)
{
	if (!reader_take_text(reader, "about", &record->about))
		return false;
	return !record->about || record_is_id(record->about) || reader_is_wrong(reader, "about");
}

static bool take_parameter(struct reader *reader, const char *key, char **text)
{
	return reader_take_text(reader, key, text) &&
	       (!*text || reader_is_parameter(*text) || reader_is_wrong(reader, key));
}

static bool read_option(struct reader *line, struct record *record)
{
	CLEANUP(mem_free_at) char *name = NULL;
	CLEANUP(mem_free_at) char *value = NULL;

	if (!reader_take_word(line, "", &name) || !*name || !reader_take_word(line, " ", &value) ||
	    !value || !reader_is_at_end(line))
		return false;
	record_add_option(record, mem_take(&name), mem_take(&value));
	return true;
}

static bool take_options(struct reader *reader, struct record *record)
{
	struct reader line;

	while (reader_take_line(reader, "option", &line))
		if (!read_option(&line, record))
			return reader_is_wrong(reader, "option");
	return true;
}

static bool take_sender(struct reader *reader, struct envelope *envelope)
{
	struct reader line;

	if (!reader_take_line(reader, "sender", &line) ||
	    !reader_take_path(&line, &envelope->sender) || !reader_is_at_end(&line))
		return reader_is_wrong(reader, "sender");
	return !*envelope->sender || reader_is_address(reader, envelope->sender);
}

static bool take_bounce(struct reader *reader, struct record *record)
{
	struct reader line;

	if (!reader_take_line(reader, "bounce", &line))
		return true;
	if (!reader_take_path(&line, &record->bounce) || !reader_is_at_end(&line))
		return reader_is_wrong(reader, "bounce");
	return !*record->bounce || reader_is_address(reader, record->bounce);
}

static bool take_message_facts(struct reader *reader, const char *key, struct content_facts *facts)
{
	struct reader line;
	struct reader number;

	if (!reader_take_line(reader, key, &line))
		return reader_is_wrong(reader, key);
	const char *blank = memchr(line.at, ' ', (size_t)(line.end - line.at));
	number = (struct reader){ .at = line.at, .end = blank ? blank : line.end };
	if (!reader_take_decimal(&number, RECORD_OFFSET_MAX, &facts->line_max))
		return reader_is_wrong(reader, key);
	line.at = number.end;
	facts->is_8bit = reader_skip_text(&line, " 8bit");
	facts->is_broken_utf8 = reader_skip_text(&line, " not-utf8");
	facts->has_nul = reader_skip_text(&line, " nul");
	facts->has_bare_cr = reader_skip_text(&line, " cr");
	return reader_is_at_end(&line) || reader_is_wrong(reader, key);
}

bool senderpart_read(struct record *record, struct reader *reader)
{
	struct envelope *envelope = &record->envelope;
	uint64_t uid;

	if (!reader_take_number(reader, "uid", UINT_MAX, &uid))
		return false;
	record->uid = (unsigned)uid;
	return reader_take_flag(reader, "raw", &record->is_raw) &&
	       reader_take_number(reader, "size", RECORD_OFFSET_MAX, &envelope->size) &&
	       take_message_facts(reader, "header-facts", &record->header_facts) &&
	       take_message_facts(reader, "body-facts", &record->body_facts) &&
	       reader_take_text(reader, "config", &record->config_file) &&
	       reader_take_text(reader, "account", &record->account) &&
	       take_options(reader, record) && take_conditions(reader, record) &&
	       take_about(reader, record) && take_parameter(reader, "ret", &envelope->ret) &&
	       take_parameter(reader, "envid", &envelope->envid) && take_sender(reader, envelope) &&
	       take_bounce(reader, record);
}
