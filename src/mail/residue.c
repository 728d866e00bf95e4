/* residue.c - leftovers of mailboxes and editors around a header; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/residue.h"

#include "base/ascii.h"

#include <string.h>

enum { UTF16_MIN = 8, UTF16_LOOK = 64 };

/* Lines */

/* Length of the UTF-8 byte order mark at the start of the line, or 0. */
static size_t mark_len(const char *bytes, size_t len)
{
	static const char mark[] = { '\xEF', '\xBB', '\xBF' };

	return len >= sizeof mark && memcmp(bytes, mark, sizeof mark) == 0 ? sizeof mark : 0;
}

void residue_clean_line(struct str *out, const char *line, size_t len, bool is_top)
{
	size_t mark = is_top ? mark_len(line, len) : 0;
	bool is_name = true;

	str_clear(out);
	bool has_end = len > 0 && line[len - 1] == '\n';
	len -= has_end;
	while (has_end && len > mark && line[len - 1] == '\r')
		len--;
	for (size_t i = mark; i < len; i++) {
		char c = line[i];
		if (c == '\0' && is_name && (is_top || out->len > 0))
			continue;
		if (c == '\0' || c == '\r')
			c = ' ';
		is_name &= c > ' ' && c < 0x7F && c != ':';
		str_add_char(out, c);
	}
}

bool residue_is_blank(const char *line, size_t len)
{
	size_t at = 0;

	while (at < len && ascii_is_space(line[at]))
		at++;
	return at == len;
}

/* Separators */

/* Matches the shape of a word: 9 stands for any digit, other characters for themselves. */
static bool begins_as(const char *word, size_t len, const char *shape)
{
	size_t i = 0;

	for (; shape[i]; i++)
		if (i >= len || (shape[i] == '9' ? !ascii_is_digit(word[i]) : word[i] != shape[i]))
			return false;
	return true;
}

static bool is_weekday(const char *word, size_t len)
{
	static const char days[] = "Mon Tue Wed Thu Fri Sat Sun";

	len -= len > 0 && word[len - 1] == ',';
	return len == 3 && memmem(days, sizeof days, word, len);
}

/* Matches "10:20:30" and "2024-01-01", with any zone after them. */
static bool is_time(const char *word, size_t len)
{
	return begins_as(word, len, "99:99:99") || begins_as(word, len, "9:99:99") ||
	       begins_as(word, len, "9999-99-99");
}

static bool is_year(const char *word, size_t len)
{
	return len == 4 && begins_as(word, len, "9999");
}

/* Moves `at` past blanks; returns the length of the word there. */
static size_t next_word(const char *line, size_t len, size_t *at)
{
	size_t end;

	while (*at < len && ascii_is_space(line[*at]))
		++*at;
	for (end = *at; end < len && !ascii_is_space(line[end]);)
		end++;
	return end - *at;
}

/* Whether the words contain a time, or end with a year. */
static bool has_date(const char *text, size_t len)
{
	size_t at = 0;
	size_t last = 0;

	for (size_t word; (word = next_word(text, len, &at)) > 0; at += word) {
		if (is_time(text + at, word))
			return true;
		last = is_year(text + at, word) ? at + word : 0;
	}
	return last > 0;
}

static bool is_mmdf(const char *line, size_t len)
{
	static const char marks[] = { 1, 1, 1, 1 };
	size_t at = sizeof marks;

	return len >= at && memcmp(line, marks, at) == 0 && next_word(line, len, &at) == 0;
}

bool residue_is_separator(const char *line, size_t len, bool needs_date)
{
	size_t at = len > 0 && *line == '>';

	if (is_mmdf(line, len))
		return true;
	if (len - at < 5 || memcmp(line + at, "From ", 5) != 0)
		return false;
	needs_date |= at > 0;
	at += 5;
	if (has_date(line + at, len - at))
		return true;
	at += next_word(line, len, &at);
	size_t word = next_word(line, len, &at);
	return word > 0 ? is_weekday(line + at, word) : !needs_date;
}

/* Fields */

static bool is_one_of(const char *name, size_t len, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (ascii_is(name, len, names[i]))
			return true;
	return false;
}

static size_t residue_name_len(const char *line, size_t len)
{
	size_t i = 0;

	while (i < len && line[i] != ':' && !ascii_is_space(line[i]))
		i++;
	return i;
}

bool residue_is_known_field(const char *line, size_t len)
{
	static const char *const prefixes[] = { "X-",   "Content-", "Resent-",   "List-",
						"ARC-", "DKIM-",    "Delivered-" };
	static const char *const names[] = {
		"From",
		"To",
		"Cc",
		"Bcc",
		"Subject",
		"Sender",
		"Reply-To",
		"Message-ID",
		"MIME-Version",
		"References",
		"In-Reply-To",
		"Received",
		"Return-Path",
		"Auto-Submitted",
		"User-Agent",
		"Errors-To",
		"Envelope-To",
		"Authentication-Results",
		"Return-Receipt-To",
		"Disposition-Notification-To",
		"Mail-Followup-To",
	};
	size_t name = residue_name_len(line, len);

	for (size_t i = 0; i < LENGTH(prefixes); i++)
		if (name > strlen(prefixes[i]) && ascii_begins(line, prefixes[i]))
			return true;
	return is_one_of(line, name, names, LENGTH(names));
}

bool residue_is_field(const struct header *header, const struct header_field *field)
{
	static const char *const names[] = { "Return-Path", "Content-Length", "Lines", "Status" };

	return is_one_of(header->bytes + field->start, field->name_len, names, LENGTH(names));
}

/* Encodings of the whole input */

/* Whether every second byte, from `first` on, is a NUL, and no other byte is. */
static bool alternates(const char *line, size_t len, size_t first)
{
	for (size_t i = 0; i < len && i < UTF16_LOOK; i++)
		if ((line[i] == '\0') != (i % 2 == first))
			return false;
	return len >= UTF16_MIN;
}

bool residue_is_utf16(const char *line, size_t len)
{
	bool has_mark =
		len >= 2 && (memcmp(line, "\xFF\xFE", 2) == 0 || memcmp(line, "\xFE\xFF", 2) == 0);

	if (has_mark)
		return len <= 4 || memchr(line, '\0', len);
	/* The LF that ends the line may have its NUL before or after it. */
	len -= len > 0 && line[len - 1] == '\n';
	return alternates(line, len, 1) || alternates(line, len, 0);
}
