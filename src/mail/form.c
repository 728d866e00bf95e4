/* form.c - the syntax of the body of a header field; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/form.h"

#include "base/ascii.h"

#include <string.h>

#define QUOTES(at)                                                                                 \
	{                                                                                          \
		.places = (at), .has_quotes = true                                                 \
	}
#define TAGS                                                                                       \
	{                                                                                          \
		.places = FOLD_SEMICOLONS, .has_quotes = true, .is_value_base64 = true             \
	}
#define ADDRESSES                                                                                  \
	{                                                                                          \
		FORM_ADDRESSES, QUOTES(FOLD_COMMAS)                                                \
	}
#define URLS                                                                                       \
	{                                                                                          \
		FORM_URLS,                                                                         \
		{                                                                                  \
			.places = FOLD_COMMAS, .has_quotes = true, .has_urls = true                \
		}                                                                                  \
	}
#define IDS                                                                                        \
	{                                                                                          \
		FORM_IDS, QUOTES(FOLD_IDS)                                                         \
	}
/* Many mail readers keep a fold within a parameter's value. */
#define VALUES                                                                                     \
	{                                                                                          \
		.places = FOLD_SEMICOLONS, .has_quotes = true, .keeps_quotes = true                \
	}
#define PARAMETERS                                                                                 \
	{                                                                                          \
		FORM_PARAMETERS, VALUES                                                            \
	}
#define TAG_LIST                                                                                   \
	{                                                                                          \
		FORM_PHRASES, TAGS                                                                 \
	}
#define PHRASES                                                                                    \
	{                                                                                          \
		FORM_PHRASES, QUOTES(FOLD_COMMAS)                                                  \
	}
#define CLAUSES                                                                                    \
	{                                                                                          \
		FORM_PHRASES, QUOTES(FOLD_SEMICOLONS)                                              \
	}
#define TEXT                                                                                       \
	{                                                                                          \
		FORM_TEXT,                                                                         \
		{                                                                                  \
			.places = FOLD_BLANKS                                                      \
		}                                                                                  \
	}
#define LIST                                                                                       \
	{                                                                                          \
		FORM_TEXT,                                                                         \
		{                                                                                  \
			.places = FOLD_LIST                                                        \
		}                                                                                  \
	}
#define SEMICOLONS                                                                                 \
	{                                                                                          \
		FORM_TEXT, TAGS                                                                    \
	}
#define BASE64                                                                                     \
	{                                                                                          \
		FORM_TEXT,                                                                         \
		{                                                                                  \
			.places = FOLD_ANYWHERE                                                    \
		}                                                                                  \
	}

enum { ID_MAX = 900 }; /* fits into a line */

static const struct {
	const char *name; /* with an asterisk: a prefix */
	struct form form;
} forms[] = {
	{ "From", ADDRESSES },
	{ "Sender", ADDRESSES },
	{ "Reply-To", ADDRESSES },
	{ "To", ADDRESSES },
	{ "Cc", ADDRESSES },
	{ "Bcc", ADDRESSES },
	{ "Resent-From", ADDRESSES },
	{ "Resent-Sender", ADDRESSES },
	{ "Resent-To", ADDRESSES },
	{ "Resent-Cc", ADDRESSES },
	{ "Resent-Bcc", ADDRESSES },
	{ "Disposition-Notification-To", ADDRESSES },
	{ "Mail-Followup-To", ADDRESSES },
	{ "Mail-Reply-To", ADDRESSES },
	{ "Content-Type", PARAMETERS },
	{ "Content-Disposition", PARAMETERS },
	{ "Content-Transfer-Encoding", CLAUSES },
	{ "Content-ID", IDS },
	{ "MIME-Version", CLAUSES },
	{ "Message-ID", IDS },
	{ "Resent-Message-ID", IDS },
	{ "In-Reply-To", IDS },
	{ "References", IDS },
	{ "Return-Path", IDS },
	{ "DKIM-Signature", TAG_LIST },
	{ "X-Google-DKIM-Signature", TAG_LIST },
	{ "ARC-*", TAG_LIST },
	{ "Authentication-Results", CLAUSES },
	{ "X-Authentication-Results", CLAUSES },
	{ "Date", CLAUSES }, /* a comment may name the time zone */
	{ "Resent-Date", CLAUSES },
	{ "Received", CLAUSES },
	{ "X-Received", CLAUSES },
	{ "Received-SPF", CLAUSES },
	{ "Keywords", PHRASES },
	{ "List-Archive", URLS },
	{ "List-Help", URLS },
	{ "List-ID", PHRASES },
	{ "List-Owner", URLS },
	{ "List-Post", URLS },
	{ "List-Subscribe", URLS },
	{ "List-Unsubscribe", URLS },
	{ "Autocrypt", SEMICOLONS },
	{ "Autocrypt-Gossip", SEMICOLONS },
	{ "OpenPGP", SEMICOLONS },
	{ "BIMI-Selector", SEMICOLONS },
	{ "BIMI-Location", SEMICOLONS },
	{ "TLS-Report-*", SEMICOLONS },
	{ "X-Google-*", SEMICOLONS },
	{ "X-Forefront-Antispam-Report*", SEMICOLONS },
	{ "X-Microsoft-Antispam", SEMICOLONS },
	{ "BIMI-Indicator", BASE64 },
	{ "Face", BASE64 },
	{ "X-Face", BASE64 },
	{ "X-Microsoft-Antispam-Message-Info*", BASE64 },
	{ "X-MS-Exchange-AntiSpam-MessageData*", BASE64 },
	{ "Subject", TEXT },
	{ "Comments", TEXT },
	{ "Content-Description", TEXT },
	{ "Organization", TEXT },
	{ "Summary", TEXT },
	{ "Thread-Topic", TEXT },
	{ "X-Comment", TEXT },
};

static const struct form by_shape[] = { LIST, IDS, { FORM_JSON, QUOTES(FOLD_JSON) } };

static bool is_named(const char *name, size_t len, const char *pattern)
{
	size_t fixed = strcspn(pattern, "*");

	return pattern[fixed] ? len >= fixed && ascii_is_same(name, pattern, fixed)
			      : ascii_is(name, len, pattern);
}

/*
 * Whether it has only texts in angle brackets without blanks. cron has a variable there, of any
 * length.
 */
static bool are_ids(const char *text)
{
	if (*text != '<')
		return false;
	while (*text == '<') {
		size_t len = strcspn(text, "> \t");
		if (len > ID_MAX)
			return false;
		text += len;
		text += *text == '>';
		text += strspn(text, " \t");
	}
	return !*text;
}

struct form form_find(const struct header *header, const struct header_field *field,
		      const char *text)
{
	for (size_t i = 0; i < LENGTH(forms); i++)
		if (is_named(header->bytes + field->start, field->name_len, forms[i].name))
			return forms[i].form;
	return by_shape[*text == '{' || *text == '[' ? 2 : are_ids(text)];
}
