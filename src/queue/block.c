/* block.c - the first block of a queue file: numbers of fixed width; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/block.h"

#include "base/ascii.h"
#include "base/crc.h"
#include "base/i18n.h"
#include "queue/reader.h"

#include <limits.h>
#include <stdio.h>
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
 * with one call. It lies in one sector with the lines before it, and disks write a sector as a
 * whole or not at all. If a sector is torn all the same, `check`, the CRC-32C of the lines from
 * `begun`, does not match, and the progress reads as zeros: the message is due at once, attempts
 * are counted from the beginning, a notice may be repeated; nothing is lost. The checksum of the
 * file does not cover the progress. A status byte is one byte and cannot be torn.
 */
#define MAGIC "mailchute queue 1\n"

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
};

_Static_assert(PROGRESS_AT + PROGRESS_LEN <= SECTOR, "the progress lies in one sector");

/* Writing */

static void add_number(struct str *out, const char *key, uint64_t number)
{
	str_addf(out, "%-*s%0*llu\n", KEY_WIDTH, key, DIGITS, (unsigned long long)number);
}

static void add_time(struct str *out, const char *key, int64_t when)
{
	int64_t bounded = when < 0 ? 0 : when > RECORD_TIME_MAX ? RECORD_TIME_MAX : when;

	add_number(out, key, (uint64_t)bounded);
}

static void add_part_line(struct str *out, const char *key, struct record_part part)
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
	add_crc(out, "check", crc_32c(0, out->bytes + begin, out->len - begin));
}

static void add_checked(struct str *out, const struct record *record)
{
	str_addf(out, MAGIC "%-*s%s\n", KEY_WIDTH, "id", record->id);
	add_time(out, "created", record->created);
	add_time(out, "expires", record->expires);
	add_part_line(out, "body", record->body);
	add_part_line(out, "header", record->header);
	add_part_line(out, "envelope", record->envelope_part);
	add_number(out, "status", record->status_at);
	add_number(out, "notes", record->notes_at);
}

void block_write(const struct record *record, char block[RECORD_BLOCK])
{
	CLEANUP(str_done) struct str out = STR_INIT;

	add_checked(&out, record);
	add_crc(&out, "crc", record->crc);
	add_progress(&out, &record->progress);
	memset(block, ' ', RECORD_BLOCK);
	memcpy(block, out.bytes, out.len < RECORD_BLOCK ? out.len : RECORD_BLOCK);
	block[RECORD_BLOCK - 1] = '\n';
}

size_t block_checked_len(void)
{
	return CHECKED_LEN;
}

struct record_part block_progress_part(void)
{
	return (struct record_part){ .at = PROGRESS_AT, .len = PROGRESS_LEN };
}

void block_write_progress(const struct record_progress *progress, char *bytes)
{
	CLEANUP(str_done) struct str out = STR_INIT;

	add_progress(&out, progress);
	memcpy(bytes, out.bytes, PROGRESS_LEN);
}

/* Reading */

static bool skip_key(struct reader *reader, const char *key)
{
	char padded[KEY_WIDTH + 1];

	snprintf(padded, sizeof padded, "%-*s", KEY_WIDTH, key);
	return reader_skip(reader, padded, KEY_WIDTH);
}

/* DIGITS digits and the byte after them. */
static bool read_fixed(struct reader *reader, char after, uint64_t max, uint64_t *number)
{
	*number = 0;
	if (reader->end - reader->at <= DIGITS || reader->at[DIGITS] != after)
		return false;
	for (int i = 0; i < DIGITS; i++) {
		if (!ascii_is_digit(reader->at[i]))
			return false;
		*number = 10 * *number + (uint64_t)(reader->at[i] - '0');
	}
	reader->at += DIGITS + 1;
	return *number <= max;
}

static bool read_number(struct reader *reader, const char *key, uint64_t max, uint64_t *number)
{
	return (skip_key(reader, key) && read_fixed(reader, '\n', max, number)) ||
	       reader_is_wrong(reader, key);
}

static bool read_time(struct reader *reader, const char *key, int64_t *when)
{
	uint64_t number;

	if (!read_number(reader, key, RECORD_TIME_MAX, &number))
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

static bool read_part_line(struct reader *reader, const char *key, struct record_part *part)
{
	return (skip_key(reader, key) && read_fixed(reader, ' ', RECORD_OFFSET_MAX, &part->at) &&
		read_fixed(reader, '\n', RECORD_OFFSET_MAX, &part->len)) ||
	       reader_is_wrong(reader, key);
}

static bool read_crc(struct reader *reader, const char *key, uint32_t *crc)
{
	static const char digits[] = "0123456789abcdef";

	*crc = 0;
	if (!skip_key(reader, key) || reader->end - reader->at <= CRC_DIGITS)
		return reader_is_wrong(reader, key);
	for (int i = 0; i < CRC_DIGITS; i++, reader->at++) {
		if (!reader_is_one_of(*reader->at, digits))
			return reader_is_wrong(reader, key);
		*crc = *crc << 4 | (uint32_t)(strchr(digits, *reader->at) - digits);
	}
	return reader_skip_text(reader, "\n") || reader_is_wrong(reader, key);
}

static bool read_id(struct reader *reader, char id[RECORD_ID_LEN + 1])
{
	if (!skip_key(reader, "id") || reader->end - reader->at < RECORD_ID_LEN)
		return reader_is_wrong(reader, "id");
	memcpy(id, reader->at, RECORD_ID_LEN);
	id[RECORD_ID_LEN] = '\0';
	reader->at += RECORD_ID_LEN;
	return (record_is_id(id) && reader_skip_text(reader, "\n")) ||
	       reader_is_wrong(reader, "id");
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
	       read_crc(reader, "check", &check) &&
	       check == crc_32c(0, begin, PROGRESS_CHECKED_LEN);
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
			return reader_is_missing(reader, _("blanks at the end of the block"));
	return reader_skip_text(reader, "\n") ||
	       reader_is_missing(reader, _("a line end at the end of the block"));
}

/* Each part begins where the previous part ends; no number has more than 15 digits: sums fit. */
static bool are_parts_sound(struct reader *reader, const struct record *record, uint64_t file_size)
{
	const struct record_part *body = &record->body;
	const struct record_part *header = &record->header;
	const struct record_part *envelope = &record->envelope_part;

	if (body->at != RECORD_BLOCK)
		return reader_is_wrong(reader, "body");
	if (header->at != body->at + body->len)
		return reader_is_wrong(reader, "header");
	if (envelope->at != header->at + header->len)
		return reader_is_wrong(reader, "envelope");
	if (record->status_at != envelope->at + envelope->len)
		return reader_is_wrong(reader, "status");
	if (record->notes_at <= record->status_at + RECORD_TRAILER_LEN + 1 ||
	    record->notes_at - envelope->at > RECORD_ENVELOPE_MAX)
		return reader_is_wrong(reader, "notes");
	if (record->notes_at > file_size)
		return err_set(reader->err, ERR_INPUT, _("the queue file is incomplete"));
	return true;
}

bool block_read(struct record *record, const char block[RECORD_BLOCK], uint64_t file_size,
		struct err *err)
{
	struct reader reader = { .at = block, .end = block + RECORD_BLOCK, .err = err };

	if (!reader_skip_text(&reader, MAGIC))
		return err_set(err, ERR_INPUT, _("not a queue file of this version"));
	if (!read_id(&reader, record->id) || !read_time(&reader, "created", &record->created) ||
	    !read_time(&reader, "expires", &record->expires) ||
	    !read_part_line(&reader, "body", &record->body) ||
	    !read_part_line(&reader, "header", &record->header) ||
	    !read_part_line(&reader, "envelope", &record->envelope_part) ||
	    !read_number(&reader, "status", RECORD_OFFSET_MAX, &record->status_at) ||
	    !read_number(&reader, "notes", RECORD_OFFSET_MAX, &record->notes_at) ||
	    !read_crc(&reader, "crc", &record->crc))
		return false;
	read_progress(reader.at, &record->progress);
	reader.at += PROGRESS_LEN;
	return is_padding(&reader) && are_parts_sound(&reader, record, file_size);
}
