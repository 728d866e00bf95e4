/* envelopepart.c - the text parts of a queue file: envelope, status and trailer; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/ascii.h"
#include "base/i18n.h"
#include "mail/address.h"
#include "queue/reader.h"
#include "queue/record.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define END "END "

_Static_assert(sizeof END - 1 + RECORD_ID_LEN + 1 == RECORD_TRAILER_LEN, "the trailer's length");

static const char hex_digits[] = "0123456789ABCDEF";

enum { DECIMAL_MAX = 15 }; /* digits */

/* Writing */

static bool is_plain(char c)
{
	return c > ' ' && c < 0x7F && c != '%';
}

static void add_encoded(struct str *out, const char *text)
{
	while (*text) {
		size_t plain = 0;
		while (is_plain(text[plain]))
			plain++;
		str_add_n(out, text, plain);
		text += plain;
		if (*text)
			str_addf(out, "%%%02X", (unsigned char)*text++);
	}
}

/* Nothing where the text is NULL. */
static void add_text(struct str *out, const char *before, const char *text, const char *after)
{
	if (!text)
		return;
	str_add(out, before);
	add_encoded(out, text);
	str_add(out, after);
}

/* "body-facts 78 8bit cr": the longest line, and what else is not plain. */
static void add_message_facts(struct str *out, const char *key, const struct content_facts *facts)
{
	str_addf(out, "%s %llu%s%s%s%s\n", key, (unsigned long long)facts->line_max,
		 facts->is_8bit ? " 8bit" : "", facts->is_broken_utf8 ? " not-utf8" : "",
		 facts->has_nul ? " nul" : "", facts->has_bare_cr ? " cr" : "");
}

static void add_facts(struct str *out, const struct record *record)
{
	const struct envelope *envelope = &record->envelope;

	str_addf(out, "uid %u\nraw %d\nsize %llu\n", record->uid, record->is_raw,
		 (unsigned long long)envelope->size);
	add_message_facts(out, "header-facts", &record->header_facts);
	add_message_facts(out, "body-facts", &record->body_facts);
	add_text(out, "config ", record->config_file, "\n");
	add_text(out, "account ", record->account, "\n");
	for (size_t i = 0; i < record->option_count; i++) {
		add_text(out, "option ", record->options[2 * i], " ");
		add_text(out, "", record->options[2 * i + 1], "\n");
	}
	if (record->not_before > 0)
		str_addf(out, "not-before %lld\n", (long long)record->not_before);
	if (record->is_unfiltered)
		str_add(out, "unfiltered 1\n");
	if (record->is_unsendable)
		str_add(out, "unsendable 1\n");
	add_text(out, "about ", record->about, "\n");
	add_text(out, "ret ", envelope->ret, "\n");
	add_text(out, "envid ", envelope->envid, "\n");
	add_text(out, "sender <", envelope->sender ? envelope->sender : "", ">\n");
	add_text(out, "bounce <", record->bounce, ">\n");
}

static void add_recipients(struct str *out, const struct envelope *envelope)
{
	str_addf(out, "recipients %zu\n", envelope->count);
	for (size_t i = 0; i < envelope->count; i++) {
		const struct recipient *recipient = &envelope->recipients[i];
		add_text(out, "recipient <", recipient->address, ">");
		add_text(out, " notify=", recipient->notify, "");
		add_text(out, " orcpt=", recipient->orcpt, "");
		str_add_char(out, '\n');
	}
}

void record_add_envelope(struct record *record, struct str *out)
{
	struct record_part *part = &record->envelope_part;
	size_t begin = out->len;

	part->at = record->header.at + record->header.len;
	add_facts(out, record);
	add_recipients(out, &record->envelope);
	part->len = out->len - begin;
	record->status_at = part->at + part->len;
	for (size_t i = 0; i < record->envelope.count; i++)
		str_add_char(out, record->envelope.recipients[i].status);
	str_addf(out, "\n" END "%s\n", record->id);
	record->notes_at = part->at + (out->len - begin);
}

/* Reading */

static bool is_address(struct reader *reader, const char *path)
{
	return address_check(path, reader->err) ||
	       err_wrap(reader->err, _("the queue file is damaged"));
}

/* If the next line begins with `key` and a blank: what is behind them. */
static bool take_line(struct reader *reader, const char *key, struct reader *line)
{
	*line = *reader;
	if (!reader_skip_text(line, key) || !reader_skip_text(line, " "))
		return false;
	line->end = memchr(line->at, '\n', (size_t)(line->end - line->at));
	if (!line->end)
		return false;
	reader->at = line->end + 1;
	return true;
}

/* Digits up to the line's end, without a zero in front but for zero itself. */
static bool read_decimal(struct reader *line, uint64_t max, uint64_t *number)
{
	ptrdiff_t len = line->end - line->at;

	*number = 0;
	if (len == 0 || len > DECIMAL_MAX || (*line->at == '0' && len > 1))
		return false;
	for (; line->at < line->end; line->at++) {
		if (!ascii_is_digit(*line->at))
			return false;
		*number = 10 * *number + (uint64_t)(*line->at - '0');
	}
	return *number <= max;
}

static bool take_number(struct reader *reader, const char *key, uint64_t max, uint64_t *number)
{
	struct reader line;

	return (take_line(reader, key, &line) && read_decimal(&line, max, number)) ||
	       reader_is_wrong(reader, key);
}

/* A line that is left out where the number is 0. */
static bool take_optional(struct reader *reader, const char *key, uint64_t max, uint64_t *number)
{
	struct reader line;

	*number = 0;
	if (!take_line(reader, key, &line))
		return true;
	return (read_decimal(&line, max, number) && *number > 0) || reader_is_wrong(reader, key);
}

/* What it still needs before it can be sent. */
static bool take_conditions(struct reader *reader, struct record *record)
{
	uint64_t when;
	uint64_t is_unfiltered;
	uint64_t is_unsendable;

	if (!take_optional(reader, "not-before", RECORD_TIME_MAX, &when) ||
	    !take_optional(reader, "unfiltered", 1, &is_unfiltered) ||
	    !take_optional(reader, "unsendable", 1, &is_unsendable))
		return false;
	record->not_before = (int64_t)when;
	record->is_unfiltered = is_unfiltered == 1;
	record->is_unsendable = is_unsendable == 1;
	return true;
}

static bool take_flag(struct reader *reader, const char *key, bool *flag)
{
	uint64_t number;

	if (!take_number(reader, key, 1, &number))
		return false;
	*flag = number == 1;
	return true;
}

/* The byte that "%XX" stands for; -1 where it is broken or stands for what needs no encoding. */
static int decode_byte(const char *bytes, size_t len)
{
	if (len < 3 || !reader_is_one_of(bytes[1], hex_digits) ||
	    !reader_is_one_of(bytes[2], hex_digits))
		return -1;
	int high = (int)(strchr(hex_digits, bytes[1]) - hex_digits);
	int low = (int)(strchr(hex_digits, bytes[2]) - hex_digits);
	int byte = high << 4 | low;
	return byte == 0 || is_plain((char)byte) ? -1 : byte;
}

/* A fresh text, or NULL where the encoding is not the one that is written. */
static char *decode(const char *bytes, size_t len)
{
	CLEANUP(mem_free_at) char *text = mem_alloc(len + 1);
	size_t used = 0;

	for (size_t i = 0, step; i < len; i += step) {
		step = bytes[i] == '%' ? 3 : 1;
		int byte = step == 3 ? decode_byte(bytes + i, len - i) : bytes[i];
		if (byte < 0 || (step == 1 && !is_plain(bytes[i])))
			return NULL;
		text[used++] = (char)byte;
	}
	text[used] = '\0';
	return mem_take(&text);
}

/* If `before` is next: decodes what is behind it, up to a blank or the line's end. */
static bool read_word(struct reader *line, const char *before, char **word)
{
	if (!reader_skip_text(line, before))
		return true;
	size_t left = (size_t)(line->end - line->at);
	const char *blank = memchr(line->at, ' ', left);
	size_t len = blank ? (size_t)(blank - line->at) : left;
	*word = decode(line->at, len);
	line->at += len;
	return *word != NULL;
}

/* An address in angle brackets; that it may hold one itself does no harm. */
static bool read_path(struct reader *line, char **path)
{
	if (!read_word(line, "<", path) || !*path)
		return false;
	size_t len = strlen(*path);
	if (len == 0 || (*path)[len - 1] != '>')
		return false;
	(*path)[len - 1] = '\0';
	return true;
}

static bool is_at_end(const struct reader *reader)
{
	return reader->at == reader->end;
}

static bool take_text(struct reader *reader, const char *key, char **text)
{
	struct reader line;

	if (!take_line(reader, key, &line))
		return true;
	return (read_word(&line, "", text) && is_at_end(&line)) || reader_is_wrong(reader, key);
}

static bool take_about(struct reader *reader, struct record *record)
{
	if (!take_text(reader, "about", &record->about))
		return false;
	return !record->about || record_is_id(record->about) || reader_is_wrong(reader, "about");
}

/* What becomes a parameter of MAIL or RCPT must not end it. */
static bool is_parameter(const char *text)
{
	bool is_empty = !*text;

	while (*text > ' ' && *text < 0x7F)
		text++;
	return !is_empty && !*text;
}

static bool take_parameter(struct reader *reader, const char *key, char **text)
{
	return take_text(reader, key, text) &&
	       (!*text || is_parameter(*text) || reader_is_wrong(reader, key));
}

static bool read_option(struct reader *line, struct record *record)
{
	CLEANUP(mem_free_at) char *name = NULL;
	CLEANUP(mem_free_at) char *value = NULL;

	if (!read_word(line, "", &name) || !*name || !read_word(line, " ", &value) || !value ||
	    !is_at_end(line))
		return false;
	record_add_option(record, mem_take(&name), mem_take(&value));
	return true;
}

static bool take_options(struct reader *reader, struct record *record)
{
	struct reader line;

	while (take_line(reader, "option", &line))
		if (!read_option(&line, record))
			return reader_is_wrong(reader, "option");
	return true;
}

static bool take_sender(struct reader *reader, struct envelope *envelope)
{
	struct reader line;

	if (!take_line(reader, "sender", &line) || !read_path(&line, &envelope->sender) ||
	    !is_at_end(&line))
		return reader_is_wrong(reader, "sender");
	return !*envelope->sender || is_address(reader, envelope->sender);
}

static bool take_bounce(struct reader *reader, struct record *record)
{
	struct reader line;

	if (!take_line(reader, "bounce", &line))
		return true;
	if (!read_path(&line, &record->bounce) || !is_at_end(&line))
		return reader_is_wrong(reader, "bounce");
	return !*record->bounce || is_address(reader, record->bounce);
}

static bool take_message_facts(struct reader *reader, const char *key, struct content_facts *facts)
{
	struct reader line;
	struct reader number;

	if (!take_line(reader, key, &line))
		return reader_is_wrong(reader, key);
	const char *blank = memchr(line.at, ' ', (size_t)(line.end - line.at));
	number = (struct reader){ .at = line.at, .end = blank ? blank : line.end };
	if (!read_decimal(&number, RECORD_OFFSET_MAX, &facts->line_max))
		return reader_is_wrong(reader, key);
	line.at = number.end;
	facts->is_8bit = reader_skip_text(&line, " 8bit");
	facts->is_broken_utf8 = reader_skip_text(&line, " not-utf8");
	facts->has_nul = reader_skip_text(&line, " nul");
	facts->has_bare_cr = reader_skip_text(&line, " cr");
	return is_at_end(&line) || reader_is_wrong(reader, key);
}

static bool take_facts(struct reader *reader, struct record *record)
{
	struct envelope *envelope = &record->envelope;
	uint64_t uid;

	if (!take_number(reader, "uid", UINT_MAX, &uid))
		return false;
	record->uid = (unsigned)uid;
	return take_flag(reader, "raw", &record->is_raw) &&
	       take_number(reader, "size", RECORD_OFFSET_MAX, &envelope->size) &&
	       take_message_facts(reader, "header-facts", &record->header_facts) &&
	       take_message_facts(reader, "body-facts", &record->body_facts) &&
	       take_text(reader, "config", &record->config_file) &&
	       take_text(reader, "account", &record->account) && take_options(reader, record) &&
	       take_conditions(reader, record) && take_about(reader, record) &&
	       take_parameter(reader, "ret", &envelope->ret) &&
	       take_parameter(reader, "envid", &envelope->envid) && take_sender(reader, envelope) &&
	       take_bounce(reader, record);
}

static bool read_recipient(struct reader *line, struct envelope *envelope)
{
	CLEANUP(mem_free_at) char *address = NULL;

	if (!read_path(line, &address))
		return false;
	struct recipient *recipient = envelope_add(envelope, mem_take(&address));
	return read_word(line, " notify=", &recipient->notify) &&
	       read_word(line, " orcpt=", &recipient->orcpt) && is_at_end(line) &&
	       (!recipient->notify || is_parameter(recipient->notify)) &&
	       (!recipient->orcpt || is_parameter(recipient->orcpt));
}

static bool take_recipient(struct reader *reader, struct record *record)
{
	struct envelope *envelope = &record->envelope;
	struct reader line;

	if (!take_line(reader, "recipient", &line) || !read_recipient(&line, envelope))
		return reader_is_wrong(reader, "recipient");
	return record->is_unsendable ||
	       is_address(reader, envelope->recipients[envelope->count - 1].address);
}

static bool take_recipients(struct reader *reader, struct record *record)
{
	uint64_t count;

	if (!take_number(reader, "recipients", RECORD_ENVELOPE_MAX, &count))
		return false;
	for (uint64_t i = 0; i < count; i++)
		if (!take_recipient(reader, record))
			return false;
	return is_at_end(reader) || reader_is_missing(reader, _("no more lines in the envelope"));
}

static bool read_status(struct reader *reader, struct envelope *envelope)
{
	static const char known[] = { STATUS_PENDING,
				      STATUS_DOUBT,
				      STATUS_DONE,
				      STATUS_REFUSED,
				      STATUS_COMMAND,
				      STATUS_FAILED,
				      0 };

	for (size_t i = 0; i < envelope->count; i++) {
		if (is_at_end(reader) || !reader_is_one_of(*reader->at, known))
			return reader_is_missing(reader, _("a status for each recipient"));
		envelope->recipients[i].status = *reader->at++;
	}
	return true;
}

static bool read_trailer(struct reader *reader, const char *id)
{
	if (reader_skip_text(reader, "\n" END) && reader_skip_text(reader, id) &&
	    reader_skip_text(reader, "\n") && is_at_end(reader))
		return true;
	return reader_is_missing(reader, _("the line that ends it"));
}

/* Text that is no address must not come to a relay. */
static bool check_unsendable(struct reader *reader, const struct record *record)
{
	return !record->is_unsendable || envelope_count_open(&record->envelope) == 0 ||
	       reader_is_wrong(reader, "status");
}

bool record_read_envelope(struct record *record, const char *bytes, size_t len, struct err *err)
{
	struct envelope *envelope = &record->envelope;
	uint64_t whole = record->notes_at - record->envelope_part.at;

	if (len < whole)
		return err_set(err, ERR_INPUT, _("the queue file is incomplete"));
	const char *status = bytes + record->envelope_part.len;
	struct reader reader = { .at = bytes, .end = status, .err = err };
	if (!take_facts(&reader, record) || !take_recipients(&reader, record))
		return false;
	if (envelope->count == 0)
		return reader_is_missing(&reader, _("a recipient"));
	reader = (struct reader){ .at = status, .end = bytes + whole, .err = err };
	return read_status(&reader, envelope) && read_trailer(&reader, record->id) &&
	       check_unsendable(&reader, record);
}
