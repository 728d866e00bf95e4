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
