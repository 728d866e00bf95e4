/* downgrade.c - header fields in a form that every relay takes: short lines of ASCII */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/downgrade.h"

#include "base/i18n.h"
#include "base/json.h"
#include "mail/address_parse.h"
#include "mail/content_facts.h"
#include "mail/content_type.h"
#include "mail/form.h"
#include "mail/idn.h"
#include "mail/seals.h"
#include "mail/words.h"

#include <stdlib.h>
#include <string.h>

/* The field being changed. */
struct job {
	const struct downgrade *how;
	struct form form;
	size_t column;
	const char *text; /* the unfolded body */
	struct str *out;
};

static bool takes(const struct downgrade *how, const char *bytes, size_t len)
{
	return how->keeps == KEEPS_8BIT || str_is_ascii(bytes, len) ||
	       (how->keeps == KEEPS_UTF8 && str_is_utf8(bytes, len));
}

static bool cannot_encode(struct err *err)
{
	return err_set(err, ERR_INPUT,
		       _("it has bytes beyond ASCII, which the relay does not take and which can't "
			 "be encoded there"));
}

static struct words_style style_of(const struct job *job)
{
	return (struct words_style){
		.is_structured = job->form.kind != FORM_TEXT,
		.has_ids = job->form.kind == FORM_IDS,
		.charset = job->how->charset,
	};
}

/* Addresses: domains become ASCII, the rest is handled as words. */

/* Parts of a text that are copied unchanged. */
struct places {
	struct address_place *items;
	size_t count;
};

static void places_done(struct places *places)
{
	free(places->items);
}

static void add_place(struct places *places, size_t from, size_t to)
{
	mem_grow(places->items, places->count);
	places->items[places->count++] = (struct address_place){ from, to };
}

static bool add_path(const struct job *job, const char *path, struct str *out, struct places *kept,
		     struct err *err)
{
	CLEANUP(mem_free_at) char *ascii = idn_path(path, err);
	size_t from = out->len;

	if (!ascii)
		return false;
	bool is_ascii = str_is_ascii(ascii, strlen(ascii));
	if (!is_ascii && !takes(job->how, path, strlen(path)))
		return err_set(err, ERR_INPUT,
			       _("%s is not ASCII before the @, and the relay does not offer "
				 "SMTPUTF8"),
			       path);
	str_add(out, is_ascii ? ascii : path);
	if (!is_ascii)
		add_place(kept, from, out->len);
	return true;
}

static bool replace_paths(const struct job *job, const char *text, const struct address_list *list,
			  struct str *out, struct places *kept, struct err *err)
{
	size_t done = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct address_place place = list->items[i].path;
		if (str_is_ascii(text + place.from, place.to - place.from))
			continue;
		CLEANUP(mem_free_at) char *path = address_path(&list->items[i]);
		str_add_n(out, text + done, place.from - done);
		if (!add_path(job, path, out, kept, err))
			return false;
		done = place.to;
	}
	str_add(out, text + done);
	return true;
}

/* Whether the word is an address beyond ASCII, which can't become an encoded-word. */
static bool is_foreign_address(const char *word, size_t len)
{
	return *word != '"' && memchr(word, '@', len) && !str_is_ascii(word, len);
}

/* Other fields than address lists may contain addresses, too. */
static bool replace_words(const struct job *job, const char *text, struct str *out,
			  struct places *kept, struct err *err)
{
	CLEANUP(err_done) struct err unfit = ERR_INIT;

	for (size_t len; *text; text += len) {
		len = words_len(text);
		CLEANUP(mem_free_at) char *word = mem_copy_n(text, len);
		len += len == 0;
		if (!is_foreign_address(word, strlen(word)))
			str_add_n(out, text, len);
		else if (!add_path(job, word, out, kept, &unfit))
			return cannot_encode(err);
	}
	return true;
}

/* Appends the addresses of a body, in ASCII if possible. A reader of the rest may find none. */
static bool replace_addresses(const struct job *job, struct str *out, struct places *kept,
			      struct err *err)
{
	CLEANUP(address_list_done) struct address_list list = { 0 };
	CLEANUP(err_done) struct err unfit = ERR_INIT;

	if (!address_parse_list(job->text, strlen(job->text), &list, &unfit))
		return replace_words(job, job->text, out, kept, err);
	return replace_paths(job, job->text, &list, out, kept, err);
}

static bool write_addresses(const struct job *job, struct err *err)
{
	CLEANUP(places_done) struct places kept = { 0 };
	CLEANUP(str_done) struct str ascii = STR_INIT;
	struct words_style style = style_of(job);

	if (!replace_addresses(job, &ascii, &kept, err))
		return false;
	style.kept = kept.items;
	style.kept_count = kept.count;
	return words_add(job->out, ascii.bytes, job->column, &style) || cannot_encode(err);
}

/* Parameters: only values beyond ASCII and long file names change their form. */
static void write_parameters(const struct job *job)
{
	CLEANUP(content_type_done) struct content_type type;

	content_type_init(&type, job->text, strlen(job->text));
	str_add(job->out, type.value);
	for (size_t i = 0; i < type.count; i++)
		mime_keep_parameter(job->out, type.parameters[i].name, type.parameters[i].value,
				    job->how->charset);
}

static bool write_words(const struct job *job, const char *text, struct err *err)
{
	struct words_style style = style_of(job);

	return words_add(job->out, text, job->column, &style) || cannot_encode(err);
}

/* URLs: bytes become percent-encoded; an encoded-word would split the URL. */
static bool write_urls(const struct job *job, struct err *err)
{
	CLEANUP(str_done) struct str ascii = STR_INIT;
	bool is_url = false;

	for (const char *c = job->text; *c; c++) {
		is_url = *c == '<' || (is_url && *c != '>');
		if (is_url && (unsigned char)*c >= 0x80)
			str_addf(&ascii, "%%%02X", (unsigned char)*c);
		else
			str_add_char(&ascii, *c);
	}
	return write_words(job, ascii.bytes, err);
}

/* JSON: its strings have escapes for characters, RFC 8259 section 7. */
static bool write_json(const struct job *job, struct err *err)
{
	CLEANUP(str_done) struct str ascii = STR_INIT;

	if (!str_is_utf8(job->text, strlen(job->text)))
		return write_words(job, job->text, err);
	json_add_ascii(&ascii, job->text, strlen(job->text));
	return fold_body(job->out, ascii.bytes, job->column, job->form.fold) ||
	       write_words(job, ascii.bytes, err);
}

static bool write_body(const struct job *job, struct err *err)
{
	switch (job->form.kind) {
	case FORM_ADDRESSES:
		return write_addresses(job, err);
	case FORM_URLS:
		return write_urls(job, err);
	case FORM_PARAMETERS:
		write_parameters(job);
		return true;
	case FORM_JSON:
		return write_json(job, err);
	case FORM_IDS:
	case FORM_PHRASES:
	case FORM_TEXT:
		break;
	}
	return write_words(job, job->text, err);
}

/* The whole field */

static bool is_short(const struct job *job)
{
	struct content_facts facts = { 0 };
	const char *fold = strchr(job->out->bytes, '\r');
	size_t first = fold ? (size_t)(fold - job->out->bytes) : job->out->len;

	content_facts_look(&facts, job->out->bytes, job->out->len);
	return facts.line_max <= CONTENT_LINE_MAX && first + job->column <= CONTENT_LINE_MAX;
}

static void add_unfolded(struct str *out, const char *body)
{
	for (const char *end; body; body = end) {
		end = strstr(body, "\r\n");
		str_add_n(out, body, end ? (size_t)(end - body) : strlen(body));
		end = end ? end + 2 : NULL;
	}
}

/* Words are folded only at blanks. */
static bool fold_again(const struct job *job)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	if (is_short(job))
		return true;
	add_unfolded(&text, job->out->bytes);
	str_clear(job->out);
	return fold_body(job->out, text.bytes, job->column, job->form.fold);
}

static bool is_too_long(struct err *err)
{
	return err_set(err, ERR_INPUT, _("it has a line of over %d octets that can't be folded"),
		       CONTENT_LINE_MAX);
}

static bool encode(const struct job *job, struct err *err)
{
	if (!write_body(job, err))
		return false;
	if (!takes(job->how, job->out->bytes, job->out->len))
		return cannot_encode(err);
	return fold_again(job) || is_too_long(err);
}

/* Folds the unchanged text. */
static bool fold(const struct job *job)
{
	str_clear(job->out);
	return takes(job->how, job->text, strlen(job->text)) &&
	       fold_body(job->out, job->text, job->column, job->form.fold);
}

static bool refuse_sealed(const struct job *job, struct err *err)
{
	bool is_8bit = !takes(job->how, job->text, strlen(job->text));

	return err_set(err, ERR_INPUT, _("it has %s in a signed header, which must not be changed"),
		       is_8bit ? _("bytes beyond ASCII, which the relay does not take (SMTPUTF8),")
			       : _("a line of over 998 octets"));
}

/* Folds as far as the signature allows. A field that is short enough stays as it is. */
static bool fold_sealed(const struct job *job, enum seal seal, bool is_signature)
{
	struct job sealed = *job;

	sealed.form.fold.places = is_signature ? FOLD_SIGNATURE : FOLD_BLANKS;
	sealed.form.fold.is_fixed = seal == SEAL_SIMPLE;
	sealed.form.fold.keeps_quotes = false;
	return fold(&sealed);
}

static bool write_field(const struct job *job, struct err *err)
{
	CLEANUP(err_done) struct err reason = ERR_INIT;

	if (str_is_ascii(job->text, strlen(job->text)) && fold(job))
		return true;
	str_clear(job->out);
	if (encode(job, &reason) || fold(job))
		return true;
	err_copy(err, &reason);
	return false;
}

/* Whether the field must change. A body beyond ASCII may stay if a signature covers it. */
static bool is_fine(const struct downgrade *how, const char *bytes, size_t len, bool is_sealed)
{
	struct content_facts facts = { 0 };

	content_facts_look(&facts, bytes, len);
	return facts.line_max <= CONTENT_LINE_MAX &&
	       (!facts.is_8bit || (is_sealed && takes(how, bytes, len)));
}

/* The new body may differ only in its folds; a field whose lines are short enough then stays. */
static bool is_same(const struct job *job, const char *bytes, size_t len)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	add_unfolded(&text, job->out->bytes);
	return strcmp(text.bytes, job->text) == 0 && is_fine(job->how, bytes, len, true);
}

static bool downgrade_field(struct changes *changes, size_t number, const struct seals *seals,
			    const struct downgrade *how, struct err *err)
{
	const struct header *header = changes->header;
	const struct header_field *field = &header->fields[number];
	const char *bytes = header->bytes + field->start;
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;

	if (is_fine(how, bytes, field->end - field->start, false))
		return true;
	enum seal seal = seals_find(seals, field);
	if (seal != SEAL_NONE && is_fine(how, bytes, field->end - field->start, true))
		return true;
	header_add_unfolded(header, field, &text);
	struct job job = { how, form_find(header, field, text.bytes), field->name_len + 2,
			   text.bytes, &out };
	bool is_done = seal != SEAL_NONE &&
		       fold_sealed(&job, seal, header_is(header, field, "DKIM-Signature"));
	if (!is_done && seal != SEAL_NONE && !how->is_inner)
		return refuse_sealed(&job, err);
	if (!is_done && !write_field(&job, err))
		return false;
	if (!is_same(&job, bytes, field->end - field->start))
		changes_set_body(changes, number, out.bytes);
	return true;
}

bool downgrade_header(struct changes *changes, const struct downgrade *how, struct err *err)
{
	const struct header *header = changes->header;
	CLEANUP(seals_done) struct seals seals;

	seals_init(&seals, header);
	for (size_t i = 0; i < header->count; i++) {
		const struct header_field *field = &header->fields[i];
		if (changes->is_dropped[i] || downgrade_field(changes, i, &seals, how, err))
			continue;
		return err_wrap(err, _("field %.*s"), (int)field->name_len,
				header->bytes + field->start);
	}
	return true;
}
