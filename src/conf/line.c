/* line.c - a line of a config file: a command and its argument; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/line.h"

#include "conf/option.h"

#include <string.h>

char *line_trim(char *text)
{
	text += strspn(text, " \t");
	size_t len = strlen(text);
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	text[len] = '\0';
	return text;
}

static bool is_in_quotes(const char *text)
{
	size_t len = strlen(text);

	return len >= 2 && text[0] == '"' && text[len - 1] == '"';
}

char *line_unquote(char *text)
{
	if (!is_in_quotes(text))
		return text;
	text[strlen(text) - 1] = '\0';
	return text + 1;
}

char *line_unquote_names(char *text)
{
	bool is_whole = is_in_quotes(text) && strchr(text + 1, '"') == text + strlen(text) - 1;

	return is_whole ? line_trim(line_unquote(text)) : text;
}

/* True if the outer quotes are part of the argument. */
static bool keeps_quotes(const char *name)
{
	const struct option *option = name ? option_find(name) : NULL;

	return (option && option->flags & OPTION_QUOTES) || (name && strcmp(name, "account") == 0);
}

struct line line_split(char *text)
{
	text = line_trim(text);
	struct line line = { .name = *text && *text != '#' ? text : NULL };
	text += strcspn(text, " \t");
	if (*text)
		*text++ = '\0';
	text = line_trim(text);
	line.is_quoted = is_in_quotes(text);
	line.text = keeps_quotes(line.name) ? text : line_unquote(text);
	return line;
}

bool line_is_utf16(const char *bytes, size_t len)
{
	bool has_mark = len >= 2 &&
			(memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0);

	return has_mark || (len >= 4 && ((bytes[0] && !bytes[1] && bytes[2] && !bytes[3]) ||
					 (!bytes[0] && bytes[1] && !bytes[2] && bytes[3])));
}
