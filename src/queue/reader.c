/* reader.c - taking the text of a queue file apart; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/reader.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "mail/address.h"
#include "queue/percent.h"

#include <string.h>

enum { DECIMAL_MAX = 15 }; /* digits */

bool reader_is_missing(struct reader *reader, const char *what)
{
	return err_set(reader->err, ERR_INPUT, _("the queue file is damaged: expected %s"), what);
}

bool reader_is_wrong(struct reader *reader, const char *key)
{
	return err_set(reader->err, ERR_INPUT, _("the queue file is damaged: '%s' is wrong"), key);
}

bool reader_skip(struct reader *reader, const char *text, size_t len)
{
	if ((size_t)(reader->end - reader->at) < len || memcmp(reader->at, text, len) != 0)
		return false;
	reader->at += len;
	return true;
}

bool reader_skip_text(struct reader *reader, const char *text)
{
	return reader_skip(reader, text, strlen(text));
}

bool reader_is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

bool reader_is_at_end(const struct reader *reader)
{
	return reader->at == reader->end;
}

bool reader_is_address(struct reader *reader, const char *text)
{
	return address_check(text, reader->err) ||
	       err_wrap(reader->err, _("the queue file is damaged"));
}

bool reader_is_parameter(const char *text)
{
	bool is_empty = !*text;

	while (*text > ' ' && *text < 0x7F)
		text++;
	return !is_empty && !*text;
}

bool reader_take_line(struct reader *reader, const char *key, struct reader *line)
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

bool reader_take_decimal(struct reader *line, uint64_t max, uint64_t *number)
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

bool reader_take_number(struct reader *reader, const char *key, uint64_t max, uint64_t *number)
{
	struct reader line;

	return (reader_take_line(reader, key, &line) && reader_take_decimal(&line, max, number)) ||
	       reader_is_wrong(reader, key);
}

bool reader_take_optional(struct reader *reader, const char *key, uint64_t max, uint64_t *number)
{
	struct reader line;

	*number = 0;
	if (!reader_take_line(reader, key, &line))
		return true;
	return (reader_take_decimal(&line, max, number) && *number > 0) ||
	       reader_is_wrong(reader, key);
}

bool reader_take_flag(struct reader *reader, const char *key, bool *flag)
{
	uint64_t number;

	if (!reader_take_number(reader, key, 1, &number))
		return false;
	*flag = number == 1;
	return true;
}

bool reader_take_word(struct reader *line, const char *before, char **word)
{
	if (!reader_skip_text(line, before))
		return true;
	size_t left = (size_t)(line->end - line->at);
	const char *blank = memchr(line->at, ' ', left);
	size_t len = blank ? (size_t)(blank - line->at) : left;
	*word = percent_decode(line->at, len);
	line->at += len;
	return *word != NULL;
}

/* An angle bracket inside of the address does no harm. */
bool reader_take_path(struct reader *line, char **path)
{
	if (!reader_take_word(line, "<", path) || !*path)
		return false;
	size_t len = strlen(*path);
	if (len == 0 || (*path)[len - 1] != '>')
		return false;
	(*path)[len - 1] = '\0';
	return true;
}

bool reader_take_text(struct reader *reader, const char *key, char **text)
{
	struct reader line;

	if (!reader_take_line(reader, key, &line))
		return true;
	return (reader_take_word(&line, "", text) && reader_is_at_end(&line)) ||
	       reader_is_wrong(reader, key);
}
