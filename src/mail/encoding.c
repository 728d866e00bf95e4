/* encoding.c - the encoding that a Content-Transfer-Encoding field names */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/encoding.h"

#include "base/ascii.h"
#include "base/str.h"
#include "mail/atom.h"

#include <string.h>

static const char *const names[] = {
	[ENCODING_7BIT] = "7bit",     [ENCODING_8BIT] = "8bit",
	[ENCODING_BINARY] = "binary", [ENCODING_QUOTED_PRINTABLE] = "quoted-printable",
	[ENCODING_BASE64] = "base64", [ENCODING_OTHER] = NULL,
};

/* A comment without an end takes the rest of the field. */
static size_t encoding_blank_len(const char *text, size_t len)
{
	size_t blank = atom_blank_len(text, len);

	return blank < len && text[blank] == '(' ? len : blank;
}

/* Letters and digits of the value, up to a comment, a semicolon or a comma. */
static void squeeze(struct str *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len && !strchr("(;,", text[i]); i++)
		if (ascii_is_alphanumeric(text[i]))
			str_add_char(out, ascii_lower(text[i]));
}

/*
 * Finds names that other programs use for unencoded text, such as "8-bit", "7 bit" and "utf-8". A
 * misspelt name of a real encoding is not among them, as mail readers do not decode by it.
 */
static enum encoding find_identity(const char *text, size_t len)
{
	static const struct {
		const char *name;
		enum encoding encoding;
	} identities[] = {
		{ "7bit", ENCODING_7BIT },     { "7bits", ENCODING_7BIT },
		{ "ascii", ENCODING_7BIT },    { "usascii", ENCODING_7BIT },
		{ "8bit", ENCODING_8BIT },     { "8bits", ENCODING_8BIT },
		{ "8bitmime", ENCODING_8BIT }, { "utf8", ENCODING_8BIT },
		{ "iso88591", ENCODING_8BIT }, { "iso885915", ENCODING_8BIT },
		{ "latin1", ENCODING_8BIT },   { "windows1252", ENCODING_8BIT },
		{ "none", ENCODING_8BIT },     { "identity", ENCODING_8BIT },
		{ "plain", ENCODING_8BIT },    { "text", ENCODING_8BIT },
		{ "binary", ENCODING_BINARY },
	};
	CLEANUP(str_done) struct str name = STR_INIT;

	squeeze(&name, text, len);
	for (size_t i = 0; i < LENGTH(identities); i++)
		if (strcmp(name.bytes, identities[i].name) == 0)
			return identities[i].encoding;
	return ENCODING_OTHER;
}

enum encoding encoding_find(const char *text, size_t len)
{
	size_t from = encoding_blank_len(text, len);
	size_t to = from;

	if (from == len)
		return ENCODING_7BIT;
	while (to < len && !ascii_is_space(text[to]) && text[to] != '(' && text[to] != ';')
		to++;
	for (int i = 0; i < ENCODING_OTHER; i++)
		if (ascii_is(text + from, to - from, names[i]))
			return (enum encoding)i;
	return find_identity(text + from, len - from);
}

const char *encoding_name(enum encoding encoding)
{
	return names[encoding];
}
