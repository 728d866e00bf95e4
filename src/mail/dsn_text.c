/* dsn_text.c - the text of an error, quoted in the lines of a DSN */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/dsn_text.h"

#include <string.h>

enum {
	LINE_LEN = 76,
	WORD_MAX = 900, /* for a word longer than a line: RFC 5322 section 2.1.1 allows 998 */
};

/* Length of a word, or of the part of it that fits into a line; it ends with a whole character. */
static size_t text_word_len(const char *text)
{
	size_t len = strcspn(text, " ");

	if (len <= WORD_MAX)
		return len;
	for (len = WORD_MAX; len > 1 && ((unsigned char)text[len] & 0xC0) == 0x80;)
		len--;
	return len;
}

void dsn_text_add_wrapped(struct str *out, const char *text, size_t column, const char *indent)
{
	bool is_first = true;

	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t len = text_word_len(text);
		bool is_break = !is_first && column + 1 + len > LINE_LEN;
		if (is_break) {
			str_addf(out, "\r\n%s", indent);
			column = strlen(indent);
		} else if (!is_first) {
			str_add_char(out, ' ');
			column++;
		}
		str_add_n(out, text, len);
		column += len;
		text += len;
		is_first = false;
	}
	str_add(out, "\r\n");
}

void dsn_text_add_words(struct str *out, const char *text)
{
	CLEANUP(str_done) struct str words = STR_INIT;
	size_t end;

	str_add_printable(&words, text, strlen(text));
	for (end = 0; end < words.len && end < DSN_TEXT_MAX; end++)
		if (words.bytes[end] == '\\' && words.bytes[end + 1] == 'n')
			words.bytes[end] = words.bytes[end + 1] = ' ';
	while (end < words.len && ((unsigned char)words.bytes[end] & 0xC0) == 0x80)
		end--;
	str_add_n(out, words.bytes, end);
}
