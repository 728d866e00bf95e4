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

enum {
	LINE_LEN = 76,
	ENCODED_MIN = 27,                /* an encoded-word of one long character */
	WORD_MAX = FACTS_LINE_MAX - 100, /* fits into a line behind any field's name */
};

/* What a field's body is made of. */
enum form {
	FORM_TEXT,
	FORM_PHRASES, /* words and comments in a syntax of its own */
	FORM_URLS,    /* the same, with URLs in angle brackets, RFC 2369 */
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
	{ "Message-ID", FORM_OPAQUE },
	{ "In-Reply-To", FORM_OPAQUE },
	{ "References", FORM_OPAQUE },
	{ "Return-Path", FORM_OPAQUE },
	{ "DKIM-Signature", FORM_OPAQUE },
	{ "Authentication-Results", FORM_PHRASES },
	{ "Date", FORM_PHRASES }, /* a comment may name the time zone */
	{ "Keywords", FORM_PHRASES },
	{ "List-Archive", FORM_URLS },
	{ "List-Help", FORM_URLS },
	{ "List-ID", FORM_PHRASES },
	{ "List-Owner", FORM_URLS },
	{ "List-Post", FORM_URLS },
	{ "List-Subscribe", FORM_URLS },
	{ "List-Unsubscribe", FORM_URLS },
	{ "Received", FORM_PHRASES },
};

static enum form find_form(const struct header *header, const struct header_field *field)
{
	for (size_t i = 0; i < LENGTH(forms); i++)
		if (header_is(header, field, forms[i].name))
			return forms[i].form;
	return FORM_TEXT;
}

/* Words: what stands between blanks, and in structured fields between specials, too. */

/* A field's body on its way out. */
struct writer {
	struct str *out;
	size_t column;
	bool is_structured;
	bool takes_8bit;
	bool is_after_encoded; /* the last word was, or looks like, an encoded-word */
	size_t depth;          /* of comments */
};

static bool is_special(const struct writer *w, char c)
{
	return w->is_structured && c && strchr(w->depth > 0 ? "()" : "(),<>:;", c);
}

/* The length of a quoted string with its quotes, 0 where none begins or it has no end. */
static size_t quoted_len(const struct writer *w, const char *text)
{
	size_t len = 1;

	if (!w->is_structured || w->depth > 0 || *text != '"')
		return 0;
	while (text[len] && text[len] != '"')
		len += text[len] == '\\' && text[len + 1] ? 2 : 1;
	return text[len] ? len + 1 : 0;
}

/* In a comment a backslash takes the character behind it along. */
static bool is_escape(const struct writer *w, const char *text)
{
	return w->is_structured && w->depth > 0 && text[0] == '\\' && text[1];
}

/* A special is a word of its own. */
static size_t word_len(const struct writer *w, const char *text)
{
	size_t len = quoted_len(w, text);

	if (is_special(w, *text))
		return 1;
	while (text[len] && !ascii_is_blank(text[len]) && !is_special(w, text[len]))
		len += is_escape(w, text + len) ? 2 : 1;
	return len;
}

static bool needs_encoding(const struct writer *w, const char *word, size_t len)
{
	return (!w->takes_8bit && !str_is_ascii(word, len)) ||
	       (!w->is_structured && len > WORD_MAX);
}

/* "=?charset?encoding?text?=", which a reader will decode. */
static bool is_encoded_word(const char *word, size_t len)
{
	size_t marks = 0;

	for (size_t i = 0; i < len; i++)
		marks += word[i] == '?';
	return marks == 4 && len > 6 && memcmp(word, "=?", 2) == 0 &&
	       memcmp(word + len - 2, "?=", 2) == 0;
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

static void note_depth(struct writer *w, char c)
{
	if (w->is_structured && c == '(')
		w->depth++;
	else if (w->is_structured && c == ')' && w->depth > 0)
		w->depth--;
}

static void add_plain(struct writer *w, const char *word, size_t len)
{
	str_add_n(w->out, word, len);
	w->column += len;
	w->is_after_encoded = is_encoded_word(word, len);
	note_depth(w, *word);
}

/* What a word says, without quotes and backslashes. */
static void add_said(const struct writer *w, const char *word, size_t len, struct str *said)
{
	size_t quotes = quoted_len(w, word) == len;

	for (size_t i = quotes; i + quotes < len; i++) {
		i += (quotes && word[i] == '\\') || is_escape(w, word + i);
		str_add_char(said, word[i]);
	}
}

/*
 * The words from here on that are encoded together. Between encoded-words a reader drops the
 * blanks, so these are encoded, too; `said` is what the words say.
 */
static size_t take_run(const struct writer *w, const char *text, struct str *said)
{
	for (size_t at = 0;;) {
		size_t len = word_len(w, text + at);
		add_said(w, text + at, len, said);
		at += len;
		size_t blanks = strspn(text + at, " \t");
		size_t next = word_len(w, text + at + blanks);
		bool goes_on = next > 0 && needs_encoding(w, text + at + blanks, next);
		if (blanks > 0 && (goes_on || is_encoded_word(text + at + blanks, next)))
			str_add_n(said, text + at, blanks);
		if (blanks == 0 || !goes_on)
			return at;
		at += blanks;
	}
}

/* An encoded-word stands between blanks, or in parentheses. RFC 2047 section 5. */
static void part_from(struct writer *w, char c)
{
	if (w->is_structured && c && !ascii_is_blank(c) && c != '(')
		add_blanks(w, " ", 1, 0);
}

static char last_char(const struct writer *w)
{
	return w->out->len > 0 ? w->out->bytes[w->out->len - 1] : '\0';
}

static size_t add_encoded(struct writer *w, const char *blanks, size_t len)
{
	CLEANUP(str_done) struct str said = STR_INIT;

	if (w->is_after_encoded)
		str_add_n(&said, blanks, len);
	add_blanks(w, blanks, w->is_after_encoded && len > 0 ? 1 : len, ENCODED_MIN);
	part_from(w, last_char(w));
	size_t run = take_run(w, blanks + len, &said);
	w->column = mime_add_encoded_bytes(w->out, said.bytes, said.len, w->column);
	w->is_after_encoded = true;
	if (blanks[len + run] != ')')
		part_from(w, blanks[len + run]);
	return len + run;
}

/* Writes an unfolded body anew: folded, and with encoded-words where it is not ASCII. */
static void add_words(struct writer *w, const char *text)
{
	while (*text) {
		size_t blanks = strspn(text, " \t");
		const char *word = text + blanks;
		size_t len = word_len(w, word);
		if (needs_encoding(w, word, len)) {
			text += add_encoded(w, text, blanks);
			continue;
		}
		/* What is behind a parenthesis is not parted from it. */
		add_blanks(w, text, blanks, len > 0 && *word == '(' ? ENCODED_MIN : len);
		if (len > 0)
			add_plain(w, word, len);
		text = word + len;
	}
}

/* Addresses: domains become ASCII, the rest is words. */

static bool add_path(struct str *out, const struct address *address, struct err *err)
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
	str_add(out, ascii);
	return true;
}

static bool replace_paths(const char *text, const struct address_list *list, struct str *out,
			  struct err *err)
{
	size_t done = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct address_place place = list->items[i].path;
		if (str_is_ascii(text + place.from, place.to - place.from))
			continue;
		str_add_n(out, text + done, place.from - done);
		if (!add_path(out, &list->items[i], err))
			return false;
		done = place.to;
	}
	str_add(out, text + done);
	return true;
}

/* "a@b,c@d" without a blank could not be folded. */
static void add_blanks_behind_commas(struct str *out, const char *text)
{
	struct writer w = { .is_structured = true };

	while (*text) {
		size_t blanks = strspn(text, " \t");
		size_t len = word_len(&w, text + blanks);
		str_add_n(out, text, blanks + len);
		text += blanks;
		note_depth(&w, *text);
		if (*text == ',' && w.depth == 0 && !ascii_is_blank(text[1]))
			str_add_char(out, ' ');
		text += len;
	}
}

static bool cannot_encode(struct err *err)
{
	return err_set(err, ERR_INPUT,
		       _("it has bytes beyond ASCII, which the relay does not take and which can't "
			 "be encoded there"));
}

/* In what is no address list there may still be addresses, and these can't become words. */
static bool has_foreign_address(const struct writer *w, const char *text)
{
	while (*text) {
		size_t len = word_len(w, text);
		if (memchr(text, '@', len) && !str_is_ascii(text, len) && !quoted_len(w, text))
			return true;
		text += len ? len : 1;
	}
	return false;
}

static bool write_addresses(struct writer *w, const char *text, struct err *err)
{
	CLEANUP(address_list_done) struct address_list list = { 0 };
	CLEANUP(err_done) struct err unfit = ERR_INIT;
	CLEANUP(str_done) struct str ascii = STR_INIT;
	CLEANUP(str_done) struct str spaced = STR_INIT;

	if (!address_parse_list(text, strlen(text), &list, &unfit)) {
		if (has_foreign_address(w, text))
			return cannot_encode(err);
		str_add(&ascii, text);
	} else if (!replace_paths(text, &list, &ascii, err)) {
		return false;
	}
	add_blanks_behind_commas(&spaced, ascii.bytes);
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
		mime_keep_parameter(w->out, type.parameters[i].name, type.parameters[i].value);
}

/* URLs: percents stand for bytes, and a word would part them. */
static void write_urls(struct writer *w, const char *text)
{
	CLEANUP(str_done) struct str ascii = STR_INIT;
	bool is_url = false;

	for (; *text; text++) {
		is_url = *text == '<' || (is_url && *text != '>');
		if (is_url && (unsigned char)*text >= 0x80)
			str_addf(&ascii, "%%%02X", (unsigned char)*text);
		else
			str_add_char(&ascii, *text);
	}
	add_words(w, ascii.bytes);
}

static bool write_body(enum form form, struct writer *w, const char *text, struct err *err)
{
	switch (form) {
	case FORM_ADDRESSES:
		return write_addresses(w, text, err);
	case FORM_URLS:
		write_urls(w, text);
		return true;
	case FORM_PARAMETERS:
		write_parameters(w, text);
		return true;
	case FORM_OPAQUE:
		if (!str_is_ascii(text, strlen(text)))
			return cannot_encode(err);
		break;
	case FORM_PHRASES:
	case FORM_TEXT:
		break;
	}
	add_words(w, text);
	return true;
}

static bool is_fine(const char *bytes, size_t len, enum downgrade_keeps keeps)
{
	struct facts facts = { 0 };

	facts_look(&facts, bytes, len);
	return facts.line_max <= FACTS_LINE_MAX && (!facts.is_8bit || keeps == KEEPS_8BIT ||
						    (keeps == KEEPS_UTF8 && !facts.is_broken_utf8));
}

static struct writer begin_body(const struct header_field *field, enum form form, struct str *out)
{
	return (struct writer){
		.out = out,
		.column = field->name_len + 2,
		.is_structured = form != FORM_TEXT,
	};
}

/* Folds where that is enough, so that an address may stay beyond ASCII. */
static bool fold_body(const struct header_field *field, enum form form, const char *text,
		      enum downgrade_keeps keeps, struct str *out)
{
	struct writer w = begin_body(field, form, out);
	CLEANUP(str_done) struct str spaced = STR_INIT;
	struct facts facts = { 0 };

	if (keeps == KEEPS_ASCII || form == FORM_PARAMETERS)
		return false;
	w.takes_8bit = true;
	if (form == FORM_ADDRESSES)
		add_blanks_behind_commas(&spaced, text);
	add_words(&w, form == FORM_ADDRESSES ? spaced.bytes : text);
	facts_look(&facts, out->bytes, out->len);
	return facts.line_max + field->name_len + 2 <= FACTS_LINE_MAX &&
	       is_fine(out->bytes, out->len, keeps);
}

static bool encode_body(const struct header_field *field, enum form form, const char *text,
			struct str *out, struct err *err)
{
	struct writer w = begin_body(field, form, out);
	struct facts facts = { 0 };

	if (!write_body(form, &w, text, err))
		return false;
	facts_look(&facts, out->bytes, out->len);
	if (facts.is_8bit)
		return cannot_encode(err);
	if (facts.line_max + field->name_len + 2 > FACTS_LINE_MAX)
		return err_set(err, ERR_INPUT,
			       _("it has a line of over %d octets that can't be folded"),
			       FACTS_LINE_MAX);
	return true;
}

static bool downgrade_field(struct changes *changes, size_t number, enum downgrade_keeps keeps,
			    struct err *err)
{
	const struct header *header = changes->header;
	const struct header_field *field = &header->fields[number];
	enum form form = find_form(header, field);
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(str_done) struct str folded = STR_INIT;
	CLEANUP(str_done) struct str encoded = STR_INIT;

	header_add_unfolded(header, field, &text);
	bool is_folded = fold_body(field, form, text.bytes, keeps, &folded);
	if (!is_folded && !encode_body(field, form, text.bytes, &encoded, err))
		return false;
	changes_set_body(changes, number, is_folded ? folded.bytes : encoded.bytes);
	return true;
}

bool downgrade_header(struct changes *changes, enum downgrade_keeps keeps, struct err *err)
{
	const struct header *header = changes->header;

	for (size_t i = 0; i < header->count; i++) {
		const struct header_field *field = &header->fields[i];
		const char *bytes = header->bytes + field->start;
		if (changes->is_dropped[i] || is_fine(bytes, field->end - field->start, keeps))
			continue;
		if (!downgrade_field(changes, i, keeps, err))
			return err_wrap(err, _("field %.*s"), (int)field->name_len, bytes);
	}
	return true;
}
