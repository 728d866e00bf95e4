/* downgrade.c - header fields in a form that every relay takes: short lines of ASCII */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/downgrade.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "mail/address.h"
#include "mail/contenttype.h"
#include "mail/facts.h"
#include "mail/idn.h"
#include "mail/mime.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_LEN = 76 };

/* What a field's body is made of. */
enum form {
	FORM_TEXT,
	FORM_ADDRESSES,
	FORM_PARAMETERS,
	FORM_OPAQUE, /* nothing in it may be encoded */
};

static const struct {
	const char *name;
	enum form form;
} forms[] = {
	{ "From", FORM_ADDRESSES },
	{ "Sender", FORM_ADDRESSES },
	{ "Reply-To", FORM_ADDRESSES },
	{ "To", FORM_ADDRESSES },
	{ "Cc", FORM_ADDRESSES },
	{ "Bcc", FORM_ADDRESSES },
	{ "Resent-From", FORM_ADDRESSES },
	{ "Resent-Sender", FORM_ADDRESSES },
	{ "Resent-To", FORM_ADDRESSES },
	{ "Resent-Cc", FORM_ADDRESSES },
	{ "Resent-Bcc", FORM_ADDRESSES },
	{ "Disposition-Notification-To", FORM_ADDRESSES },
	{ "Mail-Followup-To", FORM_ADDRESSES },
	{ "Content-Type", FORM_PARAMETERS },
	{ "Content-Disposition", FORM_PARAMETERS },
	{ "Content-Transfer-Encoding", FORM_OPAQUE },
	{ "Content-ID", FORM_OPAQUE },
	{ "MIME-Version", FORM_OPAQUE },
	{ "Date", FORM_OPAQUE },
	{ "Message-ID", FORM_OPAQUE },
	{ "In-Reply-To", FORM_OPAQUE },
	{ "References", FORM_OPAQUE },
	{ "Return-Path", FORM_OPAQUE },
	{ "DKIM-Signature", FORM_OPAQUE },
};

static enum form find_form(const struct header *header, const struct header_field *field)
{
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (header_is(header, field, forms[i].name))
			return forms[i].form;
	return FORM_TEXT;
}

/* Words: what stands between blanks, and in structured fields between parentheses. */

/* A field's body on its way out. */
struct writer {
	struct str *out;
	size_t column;
	bool is_structured;
};

static bool parts_words(const struct writer *w, char c)
{
	return ascii_is_blank(c) || (w->is_structured && (c == '(' || c == ')' || c == ','));
}

static size_t word_len(const struct writer *w, const char *text)
{
	size_t len = 0;

	while (text[len] && !parts_words(w, text[len]))
		len++;
	return len;
}

static bool needs_encoding(const struct writer *w, const char *word, size_t len)
{
	return !str_is_ascii(word, len) || (!w->is_structured && len > FACTS_LINE_MAX / 2);
}

/* How much belongs together: between encoded-words a reader drops the blanks. */
static size_t encoded_run(const struct writer *w, const char *text)
{
	size_t end = word_len(w, text);

	for (size_t at = end; text[at];) {
		size_t blanks = strspn(text + at, " \t");
		size_t len = word_len(w, text + at + blanks);
		if (len == 0 || blanks == 0 || !needs_encoding(w, text + at + blanks, len))
			break;
		at += blanks + len;
		end = at;
	}
	return end;
}

/* A fold goes in front of the blanks, which stay. */
static void add_blanks(struct writer *w, const char *blanks, size_t len, size_t next)
{
	if (len > 0 && w->column + len + next > LINE_LEN && w->out->len > 0) {
		str_add(w->out, "\r\n");
		w->column = 0;
	}
	str_add_n(w->out, blanks, len);
	w->column += len;
}

static size_t add_word(struct writer *w, const char *text)
{
	size_t len = word_len(w, text);

	if (len == 0)
		len = 1;
	if (needs_encoding(w, text, len)) {
		len = encoded_run(w, text);
		w->column = mime_add_encoded_bytes(w->out, text, len, w->column);
	} else {
		str_add_n(w->out, text, len);
		w->column += len;
	}
	return len;
}

/* Writes an unfolded body anew: folded, and with encoded-words where it is not ASCII. */
static void add_words(struct writer *w, const char *text)
{
	while (*text) {
		size_t blanks = strspn(text, " \t");
		add_blanks(w, text, blanks, word_len(w, text + blanks));
		text += blanks;
		if (*text)
			text += add_word(w, text);
	}
}

/* Addresses: a mailbox that is not ASCII is written anew, the rest by its words. */

static bool add_mailbox(struct str *out, const struct address *address, struct err *err)
{
	CLEANUP(mem_free_at) char *path = address_path(address);
	CLEANUP(mem_free_at) char *ascii = idn_path(path, err);

	if (!ascii)
		return false;
	if (!str_is_ascii(ascii, strlen(ascii)))
		return err_set(err, ERR_INPUT,
			       _("%s is not ASCII before the @, and the relay does not offer "
				 "SMTPUTF8"),
			       path);
	CLEANUP(str_done) struct str mailbox = STR_INIT;
	address_add_mailbox(&mailbox, address->display, ascii);
	str_add_n(out, mailbox.bytes, mailbox.len);
	return true;
}

static bool replace_mailboxes(const char *text, const struct address_list *list, struct str *out,
			      struct err *err)
{
	size_t done = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct address *address = &list->items[i];
		struct address_place place = address->whole;
		if (str_is_ascii(text + place.from, place.to - place.from))
			continue;
		str_add_n(out, text + done, place.from - done);
		if (!add_mailbox(out, address, err))
			return false;
		done = place.to;
	}
	str_add(out, text + done);
	return true;
}

/* "a@b,c@d" without a blank could not be folded. */
static void add_blanks_behind_commas(struct str *out, const char *text)
{
	bool is_quoted = false;

	for (; *text; text++) {
		str_add_char(out, *text);
		if (*text == '\\' && text[1])
			str_add_char(out, *++text);
		else if (*text == '"')
			is_quoted = !is_quoted;
		else if (*text == ',' && !is_quoted && !ascii_is_blank(text[1]))
			str_add_char(out, ' ');
	}
}

static bool write_addresses(struct writer *w, const char *text, struct err *err)
{
	CLEANUP(address_list_done) struct address_list list = { 0 };
	CLEANUP(err_done) struct err unfit = ERR_INIT;
	CLEANUP(str_done) struct str ascii = STR_INIT;
	CLEANUP(str_done) struct str spaced = STR_INIT;
	CLEANUP(str_done) struct str unfolded = STR_INIT;

	if (address_parse_list(text, strlen(text), &list, &unfit)) {
		if (!replace_mailboxes(text, &list, &ascii, err))
			return false;
	} else {
		str_add(&ascii, text);
	}
	for (size_t i = 0; i < ascii.len; i++)
		if (ascii.bytes[i] != '\r' && ascii.bytes[i] != '\n')
			str_add_char(&unfolded, ascii.bytes[i]);
	add_blanks_behind_commas(&spaced, unfolded.bytes);
	w->is_structured = true;
	add_words(w, spaced.bytes);
	return true;
}

/* Parameters: only those that are not ASCII change their form. */
static void write_parameters(struct writer *w, const char *text)
{
	CLEANUP(content_type_done) struct content_type type;

	content_type_init(&type, text, strlen(text));
	str_add(w->out, type.value);
	for (size_t i = 0; i < type.count; i++)
		mime_add_parameter(w->out, type.parameters[i].name, type.parameters[i].value);
}

static bool cannot_encode(struct err *err)
{
	return err_set(err, ERR_INPUT,
		       _("it has bytes beyond ASCII, which the relay does not take and which can't "
			 "be encoded there"));
}

static bool write_body(enum form form, struct writer *w, const char *text, struct err *err)
{
	switch (form) {
	case FORM_ADDRESSES:
		return write_addresses(w, text, err);
	case FORM_PARAMETERS:
		write_parameters(w, text);
		return true;
	case FORM_OPAQUE:
		w->is_structured = true;
		if (!str_is_ascii(text, strlen(text)))
			return cannot_encode(err);
		break;
	case FORM_TEXT:
		break;
	}
	add_words(w, text);
	return true;
}

static bool is_fine(const char *bytes, size_t len, bool keeps_utf8)
{
	struct facts facts = { 0 };

	facts_look(&facts, bytes, len);
	return facts.line_max <= FACTS_LINE_MAX &&
	       (!facts.is_8bit || (keeps_utf8 && !facts.is_broken_utf8));
}

static bool downgrade_field(struct changes *changes, size_t number, struct err *err)
{
	const struct header *header = changes->header;
	const struct header_field *field = &header->fields[number];
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;
	struct writer w = { .out = &out, .column = field->name_len + 2 };
	struct facts facts = { 0 };

	header_add_unfolded(header, field, &text);
	if (!write_body(find_form(header, field), &w, text.bytes, err))
		return false;
	facts_look(&facts, out.bytes, out.len);
	if (facts.is_8bit)
		return cannot_encode(err);
	if (facts.line_max + field->name_len + 2 > FACTS_LINE_MAX)
		return err_set(err, ERR_INPUT,
			       _("it has a line of over %d octets that can't be folded"),
			       FACTS_LINE_MAX);
	changes_set_body(changes, number, out.bytes);
	return true;
}

bool downgrade_header(struct changes *changes, bool keeps_utf8, struct err *err)
{
	const struct header *header = changes->header;

	for (size_t i = 0; i < header->count; i++) {
		const struct header_field *field = &header->fields[i];
		const char *bytes = header->bytes + field->start;
		if (changes->is_dropped[i] || is_fine(bytes, field->end - field->start, keeps_utf8))
			continue;
		if (!downgrade_field(changes, i, err))
			return err_wrap(err, _("field %.*s"), (int)field->name_len, bytes);
	}
	return true;
}
