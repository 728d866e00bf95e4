/* record.c - the format of a queue file; pure: bytes in, values out */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/record.h"

#include "base/crc.h"
#include "base/i18n.h"
#include "mail/address.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The block is lines of a key and numbers, all of fixed width:
 *
 *	mailchute queue 1
 *	id       00063F1C5B2A9E40K7QX2MDA
 *	created  000001763900000
 *	...
 *	notes    000000000008192          up to here under the checksum of the file
 *	crc      1a2b3c4d
 *	begun    000000000000001          the progress: from here ...
 *	...
 *	check    5e6f7a8b                 ... to here
 *
 * and is filled with blanks to its last byte, a line end. An attempt writes the progress in place
 * with one call. It lies in one sector with what is before it, and disks write a sector as a whole
 * or not at all. Should one be torn all the same, then `check`, the CRC-32C of the lines from
 * `begun`, does not hold, and the progress reads as zeros: the message is due at once, the attempts
 * are counted from the beginning, a notice may be repeated; nothing is lost. The checksum of the
 * file does not cover it. A status byte is one byte and can't be torn.
 */
#define MAGIC "mailchute queue 1\n"
#define END   "END "

enum {
	KEY_WIDTH = 9, /* with a blank at least */
	DIGITS = 15,
	CRC_DIGITS = 8,
	ID_LINE = KEY_WIDTH + RECORD_ID_LEN + 1,
	NUMBER_LINE = KEY_WIDTH + DIGITS + 1,
	PART_LINE = NUMBER_LINE + 1 + DIGITS,
	CRC_LINE = KEY_WIDTH + CRC_DIGITS + 1,
	CHECKED_LEN =
		sizeof MAGIC - 1 + ID_LINE + 2 * NUMBER_LINE + 3 * PART_LINE + 2 * NUMBER_LINE,
	PROGRESS_AT = CHECKED_LEN + CRC_LINE,
	PROGRESS_NUMBERS = 7,
	PROGRESS_CHECKED_LEN = PROGRESS_NUMBERS * NUMBER_LINE,
	PROGRESS_LEN = PROGRESS_CHECKED_LEN + CRC_LINE,
	SECTOR = 512,
	TRAILER_LEN = sizeof END - 1 + RECORD_ID_LEN + 1,
};

_Static_assert(PROGRESS_AT + PROGRESS_LEN <= SECTOR, "the progress lies in one sector");

static const uint64_t offset_max = 999999999999999; /* of DIGITS digits; sums of three fit */
static const int64_t time_max = 253402300799;       /* the last second of the year 9999 */

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
static const char hex_digits[] = "0123456789ABCDEF";

enum { ID_TIME_LEN = 16, ID_RANDOM_LEN = RECORD_ID_LEN - ID_TIME_LEN };

/* What is left to read. */
struct reader {
	const char *at;
	const char *end;
	struct err *err;
};

void record_init(struct record *record)
{
	*record = (struct record){ 0 };
	envelope_init(&record->envelope);
}

void record_done(struct record *record)
{
	if (!record)
		return;
	for (size_t i = 0; i < 2 * record->option_count; i++)
		free(record->options[i]);
	free(record->options);
	free(record->config_file);
	free(record->account);
	envelope_done(&record->envelope);
	record_init(record);
}

void record_add_option(struct record *record, char *name, char *value)
{
	size_t used = 2 * record->option_count;

	mem_grow(record->options, used);
	record->options[used] = name;
	mem_grow(record->options, used + 1);
	record->options[used + 1] = value;
	record->option_count++;
}

/* Ids */

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

bool record_is_id(const char *name)
{
	for (size_t i = 0; i < RECORD_ID_LEN; i++)
		if (!is_one_of(name[i], i < ID_TIME_LEN ? hex_digits : base32))
			return false;
	return !name[RECORD_ID_LEN];
}

void record_make_id(char id[RECORD_ID_LEN + 1], uint64_t microseconds,
		    const unsigned char random[5])
{
	uint64_t bits = 0;

	for (int i = 0; i < 5; i++)
		bits = bits << 8 | random[i];
	for (int i = ID_TIME_LEN; i-- > 0; microseconds >>= 4)
		id[i] = hex_digits[microseconds & 0xF];
	for (int i = RECORD_ID_LEN; i-- > ID_TIME_LEN; bits >>= 5)
		id[i] = base32[bits & 0x1F];
	id[RECORD_ID_LEN] = '\0';
}

/* Writing the block */

static void add_number(struct str *out, const char *key, uint64_t number)
{
	str_addf(out, "%-*s%0*llu\n", KEY_WIDTH, key, DIGITS, (unsigned long long)number);
}

static void add_time(struct str *out, const char *key, int64_t when)
{
	int64_t bounded = when < 0 ? 0 : when > time_max ? time_max : when;

	add_number(out, key, (uint64_t)bounded);
}

static void add_part(struct str *out, const char *key, struct record_part part)
{
	str_addf(out, "%-*s%0*llu %0*llu\n", KEY_WIDTH, key, DIGITS, (unsigned long long)part.at,
		 DIGITS, (unsigned long long)part.len);
}

static void add_crc(struct str *out, const char *key, uint32_t crc)
{
	str_addf(out, "%-*s%0*x\n", KEY_WIDTH, key, CRC_DIGITS, crc);
}

static void add_progress(struct str *out, const struct record_progress *progress)
{
	size_t begin = out->len;

	add_number(out, "begun", progress->begun);
	add_number(out, "ended", progress->ended);
	add_number(out, "doubts", progress->doubts);
	add_number(out, "counted", progress->counted);
	add_time(out, "last", progress->last_counted);
	add_time(out, "next", progress->next_try);
	add_number(out, "flags", progress->flags);
	add_crc(out, "check", crc32c(0, out->bytes + begin, out->len - begin));
}

static void add_checked(struct str *out, const struct record *record)
{
	str_addf(out, MAGIC "%-*s%s\n", KEY_WIDTH, "id", record->id);
	add_time(out, "created", record->created);
	add_time(out, "expires", record->expires);
	add_part(out, "body", record->body);
	add_part(out, "header", record->header);
	add_part(out, "envelope", record->envelope_part);
	add_number(out, "status", record->status_at);
	add_number(out, "notes", record->notes_at);
}

void record_write_block(const struct record *record, char block[RECORD_BLOCK])
{
	CLEANUP(str_done) struct str out = STR_INIT;

	add_checked(&out, record);
	add_crc(&out, "crc", record->crc);
	add_progress(&out, &record->progress);
	memset(block, ' ', RECORD_BLOCK);
	memcpy(block, out.bytes, out.len < RECORD_BLOCK ? out.len : RECORD_BLOCK);
	block[RECORD_BLOCK - 1] = '\n';
}

size_t record_checked_len(void)
{
	return CHECKED_LEN;
}

struct record_part record_progress_part(void)
{
	return (struct record_part){ .at = PROGRESS_AT, .len = PROGRESS_LEN };
}

void record_write_progress(const struct record_progress *progress, char *bytes)
{
	CLEANUP(str_done) struct str out = STR_INIT;

	add_progress(&out, progress);
	memcpy(bytes, out.bytes, PROGRESS_LEN);
}

/* Writing the envelope */

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

static void add_facts(struct str *out, const struct record *record)
{
	const struct envelope *envelope = &record->envelope;

	str_addf(out, "uid %u\nraw %d\nsize %llu\n8bit %d\n", record->uid, record->is_raw,
		 (unsigned long long)envelope->size, envelope->is_8bit);
	add_text(out, "config ", record->config_file, "\n");
	add_text(out, "account ", record->account, "\n");
	for (size_t i = 0; i < record->option_count; i++) {
		add_text(out, "option ", record->options[2 * i], " ");
		add_text(out, "", record->options[2 * i + 1], "\n");
	}
	add_text(out, "ret ", envelope->ret, "\n");
	add_text(out, "envid ", envelope->envid, "\n");
	add_text(out, "sender <", envelope->sender ? envelope->sender : "", ">\n");
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

static bool is_missing(struct reader *reader, const char *what)
{
	return err_set(reader->err, ERR_INPUT, _("the queue file is damaged: expected %s"), what);
}

static bool is_wrong(struct reader *reader, const char *key)
{
	return err_set(reader->err, ERR_INPUT, _("the queue file is damaged: '%s' is wrong"), key);
}

static bool skip(struct reader *reader, const char *text, size_t len)
{
	if ((size_t)(reader->end - reader->at) < len || memcmp(reader->at, text, len) != 0)
		return false;
	reader->at += len;
	return true;
}

static bool skip_text(struct reader *reader, const char *text)
{
	return skip(reader, text, strlen(text));
}

static bool skip_key(struct reader *reader, const char *key)
{
	char padded[KEY_WIDTH + 1];

	snprintf(padded, sizeof padded, "%-*s", KEY_WIDTH, key);
	return skip(reader, padded, KEY_WIDTH);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* DIGITS digits and what stands behind them. */
static bool read_fixed(struct reader *reader, char after, uint64_t max, uint64_t *number)
{
	*number = 0;
	if (reader->end - reader->at <= DIGITS || reader->at[DIGITS] != after)
		return false;
	for (int i = 0; i < DIGITS; i++) {
		if (!is_digit(reader->at[i]))
			return false;
		*number = 10 * *number + (uint64_t)(reader->at[i] - '0');
	}
	reader->at += DIGITS + 1;
	return *number <= max;
}

static bool read_number(struct reader *reader, const char *key, uint64_t max, uint64_t *number)
{
	return (skip_key(reader, key) && read_fixed(reader, '\n', max, number)) ||
	       is_wrong(reader, key);
}

static bool read_time(struct reader *reader, const char *key, int64_t *when)
{
	uint64_t number;

	if (!read_number(reader, key, (uint64_t)time_max, &number))
		return false;
	*when = (int64_t)number;
	return true;
}

static bool read_unsigned(struct reader *reader, const char *key, unsigned *value)
{
	uint64_t number;

	if (!read_number(reader, key, UINT_MAX, &number))
		return false;
	*value = (unsigned)number;
	return true;
}

static bool read_part(struct reader *reader, const char *key, struct record_part *part)
{
	return (skip_key(reader, key) && read_fixed(reader, ' ', offset_max, &part->at) &&
		read_fixed(reader, '\n', offset_max, &part->len)) ||
	       is_wrong(reader, key);
}

static bool read_crc(struct reader *reader, const char *key, uint32_t *crc)
{
	static const char digits[] = "0123456789abcdef";

	*crc = 0;
	if (!skip_key(reader, key) || reader->end - reader->at <= CRC_DIGITS)
		return is_wrong(reader, key);
	for (int i = 0; i < CRC_DIGITS; i++, reader->at++) {
		if (!is_one_of(*reader->at, digits))
			return is_wrong(reader, key);
		*crc = *crc << 4 | (uint32_t)(strchr(digits, *reader->at) - digits);
	}
	return skip_text(reader, "\n") || is_wrong(reader, key);
}

static bool read_id(struct reader *reader, char id[RECORD_ID_LEN + 1])
{
	if (!skip_key(reader, "id") || reader->end - reader->at < RECORD_ID_LEN)
		return is_wrong(reader, "id");
	memcpy(id, reader->at, RECORD_ID_LEN);
	id[RECORD_ID_LEN] = '\0';
	reader->at += RECORD_ID_LEN;
	return (record_is_id(id) && skip_text(reader, "\n")) || is_wrong(reader, "id");
}

static bool read_progress_lines(struct reader *reader, struct record_progress *progress)
{
	const char *begin = reader->at;
	uint32_t check;

	return read_unsigned(reader, "begun", &progress->begun) &&
	       read_unsigned(reader, "ended", &progress->ended) &&
	       read_unsigned(reader, "doubts", &progress->doubts) &&
	       read_unsigned(reader, "counted", &progress->counted) &&
	       read_time(reader, "last", &progress->last_counted) &&
	       read_time(reader, "next", &progress->next_try) &&
	       read_unsigned(reader, "flags", &progress->flags) &&
	       read_crc(reader, "check", &check) && check == crc32c(0, begin, PROGRESS_CHECKED_LEN);
}

static void read_progress(const char *bytes, struct record_progress *progress)
{
	CLEANUP(err_done) struct err ignored = ERR_INIT;
	struct reader reader = { .at = bytes, .end = bytes + PROGRESS_LEN, .err = &ignored };

	if (!read_progress_lines(&reader, progress))
		*progress = (struct record_progress){ 0 };
}

static bool is_padding(struct reader *reader)
{
	while (reader->end - reader->at > 1)
		if (*reader->at++ != ' ')
			return is_missing(reader, _("blanks at the end of the block"));
	return skip_text(reader, "\n") ||
	       is_missing(reader, _("a line end at the end of the block"));
}

/* Each part begins where the one before ends; no number is more than 15 digits, so sums fit. */
static bool are_parts_sound(struct reader *reader, const struct record *record, uint64_t file_size)
{
	const struct record_part *body = &record->body;
	const struct record_part *header = &record->header;
	const struct record_part *envelope = &record->envelope_part;

	if (body->at != RECORD_BLOCK)
		return is_wrong(reader, "body");
	if (header->at != body->at + body->len)
		return is_wrong(reader, "header");
	if (envelope->at != header->at + header->len)
		return is_wrong(reader, "envelope");
	if (record->status_at != envelope->at + envelope->len)
		return is_wrong(reader, "status");
	if (record->notes_at <= record->status_at + TRAILER_LEN + 1 ||
	    record->notes_at - envelope->at > RECORD_ENVELOPE_MAX)
		return is_wrong(reader, "notes");
	if (record->notes_at > file_size)
		return err_set(reader->err, ERR_INPUT, _("the queue file is incomplete"));
	return true;
}

bool record_read_block(struct record *record, const char block[RECORD_BLOCK], uint64_t file_size,
		       struct err *err)
{
	struct reader reader = { .at = block, .end = block + RECORD_BLOCK, .err = err };

	if (!skip_text(&reader, MAGIC))
		return err_set(err, ERR_INPUT, _("not a queue file of this version"));
	if (!read_id(&reader, record->id) || !read_time(&reader, "created", &record->created) ||
	    !read_time(&reader, "expires", &record->expires) ||
	    !read_part(&reader, "body", &record->body) ||
	    !read_part(&reader, "header", &record->header) ||
	    !read_part(&reader, "envelope", &record->envelope_part) ||
	    !read_number(&reader, "status", offset_max, &record->status_at) ||
	    !read_number(&reader, "notes", offset_max, &record->notes_at) ||
	    !read_crc(&reader, "crc", &record->crc))
		return false;
	read_progress(reader.at, &record->progress);
	reader.at += PROGRESS_LEN;
	return is_padding(&reader) && are_parts_sound(&reader, record, file_size);
}

/* Reading the envelope */

static bool is_address(struct reader *reader, const char *path)
{
	return address_check(path, reader->err) ||
	       err_wrap(reader->err, _("the queue file is damaged"));
}

/* If the next line begins with `key` and a blank: what is behind them. */
static bool take_line(struct reader *reader, const char *key, struct reader *line)
{
	*line = *reader;
	if (!skip_text(line, key) || !skip_text(line, " "))
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
	if (len == 0 || len > DIGITS || (*line->at == '0' && len > 1))
		return false;
	for (; line->at < line->end; line->at++) {
		if (!is_digit(*line->at))
			return false;
		*number = 10 * *number + (uint64_t)(*line->at - '0');
	}
	return *number <= max;
}

static bool take_number(struct reader *reader, const char *key, uint64_t max, uint64_t *number)
{
	struct reader line;

	return (take_line(reader, key, &line) && read_decimal(&line, max, number)) ||
	       is_wrong(reader, key);
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
	if (len < 3 || !is_one_of(bytes[1], hex_digits) || !is_one_of(bytes[2], hex_digits))
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
	if (!skip_text(line, before))
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
	return (read_word(&line, "", text) && is_at_end(&line)) || is_wrong(reader, key);
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
	       (!*text || is_parameter(*text) || is_wrong(reader, key));
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
			return is_wrong(reader, "option");
	return true;
}

static bool take_sender(struct reader *reader, struct envelope *envelope)
{
	struct reader line;

	if (!take_line(reader, "sender", &line) || !read_path(&line, &envelope->sender) ||
	    !is_at_end(&line))
		return is_wrong(reader, "sender");
	return !*envelope->sender || is_address(reader, envelope->sender);
}

static bool take_facts(struct reader *reader, struct record *record)
{
	struct envelope *envelope = &record->envelope;
	uint64_t uid;

	if (!take_number(reader, "uid", UINT_MAX, &uid))
		return false;
	record->uid = (unsigned)uid;
	return take_flag(reader, "raw", &record->is_raw) &&
	       take_number(reader, "size", offset_max, &envelope->size) &&
	       take_flag(reader, "8bit", &envelope->is_8bit) &&
	       take_text(reader, "config", &record->config_file) &&
	       take_text(reader, "account", &record->account) && take_options(reader, record) &&
	       take_parameter(reader, "ret", &envelope->ret) &&
	       take_parameter(reader, "envid", &envelope->envid) && take_sender(reader, envelope);
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

static bool take_recipient(struct reader *reader, struct envelope *envelope)
{
	struct reader line;

	if (!take_line(reader, "recipient", &line) || !read_recipient(&line, envelope))
		return is_wrong(reader, "recipient");
	return is_address(reader, envelope->recipients[envelope->count - 1].address);
}

static bool take_recipients(struct reader *reader, struct envelope *envelope)
{
	uint64_t count;

	if (!take_number(reader, "recipients", RECORD_ENVELOPE_MAX, &count))
		return false;
	for (uint64_t i = 0; i < count; i++)
		if (!take_recipient(reader, envelope))
			return false;
	return is_at_end(reader) || is_missing(reader, _("no more lines in the envelope"));
}

static bool read_status(struct reader *reader, struct envelope *envelope)
{
	static const char known[] = { STATUS_PENDING, STATUS_DOUBT, STATUS_DONE, STATUS_FAILED, 0 };

	for (size_t i = 0; i < envelope->count; i++) {
		if (is_at_end(reader) || !is_one_of(*reader->at, known))
			return is_missing(reader, _("a status for each recipient"));
		envelope->recipients[i].status = *reader->at++;
	}
	return true;
}

static bool read_trailer(struct reader *reader, const char *id)
{
	if (skip_text(reader, "\n" END) && skip_text(reader, id) && skip_text(reader, "\n") &&
	    is_at_end(reader))
		return true;
	return is_missing(reader, _("the line that ends it"));
}

bool record_read_envelope(struct record *record, const char *bytes, size_t len, struct err *err)
{
	struct envelope *envelope = &record->envelope;
	uint64_t whole = record->notes_at - record->envelope_part.at;

	if (len < whole)
		return err_set(err, ERR_INPUT, _("the queue file is incomplete"));
	const char *status = bytes + record->envelope_part.len;
	struct reader reader = { .at = bytes, .end = status, .err = err };
	if (!take_facts(&reader, record) || !take_recipients(&reader, envelope))
		return false;
	if (envelope->count == 0)
		return is_missing(&reader, _("a recipient"));
	reader = (struct reader){ .at = status, .end = bytes + whole, .err = err };
	return read_status(&reader, envelope) && read_trailer(&reader, record->id);
}
