/* reader.c - taking the text of a queue file apart; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/reader.h"

#include "base/i18n.h"

#include <string.h>

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
