/* no_recipients.c - explaining why the header of a message names no recipient */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/no_recipients.h"

#include "base/ascii.h"
#include "base/i18n.h"

#include <string.h>

enum { LOOK = 200, SHOWN_MAX = 40 };

static const char *const fields[] = { "To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc" };

static bool is_blank(char c)
{
	return ascii_is_space(c);
}

/* Skips blank lines and indentation, and finds the end of the first line. */
static void find_first_line(const char **text, size_t *len)
{
	while (*len > 0 && is_blank(**text)) {
		++*text;
		--*len;
	}
	const char *end = memchr(*text, '\n', *len);
	if (end)
		*len = (size_t)(end - *text);
	while (*len > 0 && is_blank((*text)[*len - 1]))
		--*len;
}

/* The name of the recipient field that the line begins with; NULL if there is none. */
static const char *field_of(const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);

	for (size_t i = 0; colon && i < LENGTH(fields); i++)
		if (ascii_is(line, (size_t)(colon - line), fields[i]))
			return fields[i];
	return NULL;
}

static void add_line(struct str *out, const char *line, size_t len)
{
	str_add_char(out, '"');
	str_add_printable(out, line, len < SHOWN_MAX ? len : SHOWN_MAX);
	str_add(out, len < SHOWN_MAX ? "\"" : "...\"");
}

/* Explains a message that has no header. */
static bool explain_body(const char *text, size_t len, struct err *err)
{
	CLEANUP(str_done) struct str shown = STR_INIT;
	const char *line = text;
	bool has_indent = len > 0 && (*text == ' ' || *text == '\t');

	find_first_line(&line, &len);
	if (len == 0)
		return err_set(err, ERR_USAGE, _("no recipients: the message is empty"));
	add_line(&shown, line, len);
	if (header_line_kind(line, len, true) == HEADER_LINE_FIELD)
		return err_set(err, ERR_USAGE,
			       has_indent
				       ? _("no recipients: the header is indented, so it is not a "
					   "header: %s")
				       : _("no recipients: the message begins with an empty line, "
					   "so this is not a header: %s"),
			       shown.bytes);
	return err_set(err, ERR_USAGE,
		       _("no recipients: the message has no header, but begins with %s"),
		       shown.bytes);
}

static void add_names(struct str *out, const struct header *header)
{
	for (size_t i = 0; i < LENGTH(fields); i++)
		if (header_find(header, fields[i]))
			str_addf(out, "%s%s", out->len ? ", " : "", fields[i]);
}

static bool explain_header(const struct header *header, const char *text, size_t len,
			   struct err *err)
{
	CLEANUP(str_done) struct str names = STR_INIT;

	add_names(&names, header);
	if (names.len)
		return err_set(err, ERR_USAGE, _("no recipients: there is no address in %s"),
			       names.bytes);
	find_first_line(&text, &len);
	const char *name = field_of(text, len);
	if (name)
		return err_set(err, ERR_USAGE,
			       _("no recipients: %s stands below the empty line that ends the "
				 "header"),
			       name);
	return err_set(err, ERR_USAGE, _("no recipients: the header has no To, Cc or Bcc"));
}

bool no_recipients_explain(const struct message *message, struct err *err)
{
	CLEANUP(err_done) struct err unread = ERR_INIT;
	char text[LOOK];
	ssize_t len = message_read_at(message, 0, text, sizeof text, &unread);
	size_t usable = len > 0 ? (size_t)len : 0;

	return message->header.count == 0 ? explain_body(text, usable, err)
					  : explain_header(&message->header, text, usable, err);
}
