/* ascii.c - digits, blanks and letter case in ASCII, independent of the locale */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/ascii.h"

#include "base/mem.h"

#include <string.h>

bool ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool ascii_is_alphanumeric(char c)
{
	return ascii_is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool ascii_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool ascii_is_space(char c)
{
	return ascii_is_blank(c) || c == '\r' || c == '\n';
}

char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

void ascii_make_lower(char *text)
{
	for (; *text; text++)
		*text = ascii_lower(*text);
}

void ascii_make_upper(char *text)
{
	for (; *text; text++)
		*text = upper(*text);
}

char *ascii_upper_copy(const char *text, size_t len)
{
	char *copy = mem_copy_n(text, len);

	ascii_make_upper(copy);
	return copy;
}

int ascii_compare(const char *a, const char *b)
{
	for (; *a && ascii_lower(*a) == ascii_lower(*b); a++, b++)
		;
	return (unsigned char)ascii_lower(*a) - (unsigned char)ascii_lower(*b);
}

bool ascii_is_same(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	return true;
}

bool ascii_is(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && ascii_is_same(text, word, len);
}

bool ascii_begins(const char *text, const char *word)
{
	return ascii_is_same(text, word, strlen(word));
}
