/* extensions.c - a list of EHLO keywords, the value of `ignore_extensions`; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/extensions.h"

#include "base/ascii.h"
#include "base/mem.h"

#include <string.h>

#define SEPARATORS " \t,"

bool extensions_next(const char **text, const char **keyword, size_t *len)
{
	*text += strspn(*text, SEPARATORS);
	*keyword = *text;
	*len = strcspn(*text, SEPARATORS);
	*text += *len;
	return *len > 0;
}

bool extensions_has(const char *list, const char *keyword, size_t len)
{
	const char *each;
	size_t each_len;

	while (list && extensions_next(&list, &each, &each_len))
		if (each_len == len && ascii_is_same(each, keyword, len))
			return true;
	return false;
}

static bool is_private(const char *keyword, size_t len)
{
	if (len < 2 || ascii_lower(*keyword) != 'x')
		return false;
	for (size_t i = 1; i < len; i++)
		if (!ascii_is_alphanumeric(keyword[i]) && keyword[i] != '-')
			return false;
	return true;
}

static bool is_known(const char *keyword, size_t len)
{
	static const char registered[] =
		"8BITMIME AUTH BINARYMIME BURL CHECKPOINT CHUNKING CONNEG CONPERM DELIVERBY DSN "
		"ENHANCEDSTATUSCODES ETRN EXPN FUTURERELEASE HELP LIMITS MT-PRIORITY MTRK "
		"NO-SOLICITING "
		"PIPELINING REQUIRETLS RRVS SAML SEND SIZE SMTPUTF8 SOML STARTTLS SUBMITTER TURN "
		"UTF8SMTP "
		"VERB VRFY";

	return extensions_has(registered, keyword, len) || is_private(keyword, len);
}

bool extensions_are_known(const char *text)
{
	const char *keyword;
	size_t len;
	size_t count = 0;

	for (; extensions_next(&text, &keyword, &len); count++)
		if (!is_known(keyword, len))
			return false;
	return count > 0;
}
