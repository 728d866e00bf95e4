/* atom.c - the words of structured header fields: atoms and quoted strings */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/atom.h"

#include "base/ascii.h"

#include <string.h>

bool atom_is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7F;
}

bool atom_is_char(char c)
{
	return ascii_is_alphanumeric(c) || (unsigned char)c >= 0x80 ||
	       (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

bool atom_is_dotted(const char *text)
{
	bool is_after_dot = true;

	for (; *text; text++) {
		if (*text == '.' ? is_after_dot : !atom_is_char(*text))
			return false;
		is_after_dot = *text == '.';
	}
	return !is_after_dot;
}

void atom_add_quoted(struct str *out, const char *text)
{
	str_add_char(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			str_add_char(out, '\\');
		str_add_char(out, *text);
	}
	str_add_char(out, '"');
}

size_t atom_enclosed_len(const char *text, size_t len)
{
	bool is_comment = *text == '(';
	char close = is_comment ? ')' : *text;
	size_t depth = 1;

	for (size_t i = 1; i < len; i++) {
		if (text[i] == '\\')
			i++;
		else if (text[i] == close && --depth == 0)
			return i + 1;
		else if (is_comment && text[i] == '(')
			depth++;
	}
	return 0;
}

void atom_add_content(struct str *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\' && i + 1 < len)
			i++;
		if (text[i] != '\r' && text[i] != '\n')
			str_add_char(out, text[i]);
	}
}

size_t atom_blank_len(const char *text, size_t len)
{
	size_t at = 0;
	size_t step = 1;

	for (; at < len && step > 0; at += step) {
		if (text[at] == '(')
			step = atom_enclosed_len(text + at, len - at);
		else
			step = ascii_is_space(text[at]);
	}
	return at;
}
