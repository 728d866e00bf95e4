/* header.c - a message's header as an index over its bytes */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/header.h"

#include "base/ascii.h"
#include "mail/address_parse.h"

#include <stdlib.h>
#include <string.h>

/* The line without its line end. */
static size_t without_line_end(const char *line, size_t len)
{
	if (len && line[len - 1] == '\n') {
		len--;
		if (len && line[len - 1] == '\r')
			len--;
	}
	return len;
}

static size_t field_name_len(const char *line, size_t len)
{
	size_t i = 0;

	while (i < len && line[i] > ' ' && line[i] < 0x7F && line[i] != ':')
		i++;
	return i;
}

/* Offset of the text after a field's colon, or 0 if the line begins no field. */
static size_t body_offset(const char *line, size_t len)
{
	size_t i = field_name_len(line, len);

	if (i == 0)
		return 0;
	while (i < len && ascii_is_blank(line[i]))
		i++;
	return i < len && line[i] == ':' ? i + 1 : 0;
}

/* The word after the blanks at `at`; returns its length. */
static size_t next_word(const char *line, size_t len, size_t *at)
{
	size_t end;

	while (*at < len && ascii_is_blank(line[*at]))
		++*at;
	for (end = *at; end < len && !ascii_is_blank(line[end]) && line[end] != ',';)
		end++;
	return end - *at;
}

static bool is_weekday(const char *word, size_t len)
{
	static const char days[] = "Mon Tue Wed Thu Fri Sat Sun";

	return len == 3 && memmem(days, sizeof days, word, len);
}

static bool ends_with_year(const char *line, size_t len)
{
	size_t digits = 0;

	while (digits < len && ascii_is_digit(line[len - digits - 1]))
		digits++;
	return digits == 4;
}

/*
 * Whether the line is "From someone" alone, or with a date after it, in any language. A text may
 * begin so, too.
 */
static bool is_mbox_line(const char *line, size_t len)
{
	size_t at = 5;

	if (len < at || memcmp(line, "From ", at) != 0)
		return false;
	at += next_word(line, len, &at);
	size_t word = next_word(line, len, &at);
	return word == 0 || is_weekday(line + at, word) || ends_with_year(line, len);
}

enum header_line header_line_kind(const char *line, size_t len, bool is_first)
{
	len = without_line_end(line, len);
	if (len == 0)
		return HEADER_LINE_EMPTY;
	if (body_offset(line, len))
		return HEADER_LINE_FIELD;
	if (is_first && is_mbox_line(line, len))
		return HEADER_LINE_MBOX;
	return ascii_is_blank(line[0]) && !is_first ? HEADER_LINE_CONTINUATION : HEADER_LINE_OTHER;
}

/* Offset of the line after the line at `at`. */
static size_t line_after(const char *bytes, size_t len, size_t at)
{
	const char *end = memchr(bytes + at, '\n', len - at);

	return end ? (size_t)(end - bytes) + 1 : len;
}

static void add_field(struct header *header, size_t start, size_t end)
{
	const char *line = header->bytes + start;

	mem_grow(header->fields, header->count);
	header->fields[header->count++] = (struct header_field){
		.start = start,
		.name_len = field_name_len(line, end - start),
		.body = start + body_offset(line, end - start),
		.end = end,
	};
}

void header_index(struct header *header, const char *bytes, size_t len)
{
	*header = (struct header){ .bytes = bytes };
	while (header->len < len) {
		size_t start = header->len;
		size_t end = line_after(bytes, len, start);
		enum header_line kind = header_line_kind(bytes + start, end - start, false);
		if (kind == HEADER_LINE_EMPTY)
			return;
		if (kind == HEADER_LINE_FIELD)
			add_field(header, start, end);
		else if (header->count)
			header->fields[header->count - 1].end = end;
		header->len = end;
	}
}

void header_done(struct header *header)
{
	if (!header)
		return;
	free(header->fields);
	*header = (struct header){ 0 };
}

bool header_is(const struct header *header, const struct header_field *field, const char *name)
{
	return ascii_is(header->bytes + field->start, field->name_len, name);
}

/* Index of the field's name among `count` names, or -1. */
static int name_index(const struct header *header, const struct header_field *field,
		      const char *const *names, int count)
{
	for (int i = 0; i < count; i++)
		if (header_is(header, field, names[i]))
			return i;
	return -1;
}

const struct header_field *header_find(const struct header *header, const char *name)
{
	for (size_t i = 0; i < header->count; i++)
		if (header_is(header, &header->fields[i], name))
			return &header->fields[i];
	return NULL;
}

static bool is_blank_text(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!ascii_is_space(text[i]))
			return false;
	return true;
}

bool header_has_content(const struct header *header, const char *name)
{
	for (size_t i = 0; i < header->count; i++) {
		const struct header_field *field = &header->fields[i];
		size_t len;
		const char *body = header_body(header, field, &len);
		if (header_is(header, field, name) && !is_blank_text(body, len))
			return true;
	}
	return false;
}

const char *header_body(const struct header *header, const struct header_field *field, size_t *len)
{
	const char *body = header->bytes + field->body;

	*len = without_line_end(body, field->end - field->body);
	return body;
}

const char *header_value(const struct header *header, const struct header_field *field, size_t *len)
{
	const char *body = header_body(header, field, len);
	bool has_blank = *len > 0 && *body == ' ';

	*len -= has_blank;
	return body + has_blank;
}

void header_add_unfolded(const struct header *header, const struct header_field *field,
			 struct str *out)
{
	size_t len;
	const char *body = header_body(header, field, &len);
	size_t from = 0;

	while (from < len && is_blank_text(body + from, 1))
		from++;
	while (len > from && is_blank_text(body + len - 1, 1))
		len--;
	while (from < len) {
		size_t end = line_after(body, len, from);
		str_add_n(out, body + from, without_line_end(body + from, end - from));
		from = end;
	}
}

/* Adds the name of the field to each fault. */
static void read_addresses(const char *body, size_t len, const char *name,
			   struct address_list *list, struct address_faults *faults)
{
	size_t known = faults->count;

	address_parse_readable(body, len, list, faults);
	for (size_t i = known; i < faults->count; i++) {
		CLEANUP(mem_free_at) char *text = faults->items[i].text;
		faults->items[i].text = str_format("%s: %s", name, text);
	}
}

/* Always succeeds if `faults` is not NULL. */
static bool add_addresses(const struct header *header, const struct header_field *field,
			  const char *name, struct address_list *list,
			  struct address_faults *faults, struct err *err)
{
	size_t len;
	const char *body = header_body(header, field, &len);

	if (faults) {
		read_addresses(body, len, name, list, faults);
		return true;
	}
	if (!address_parse_list(body, len, list, err))
		return err_wrap(err, "%s", name);
	return true;
}

/* The Resent- fields are those of a user who resent the message. */
static const char *const recipient_names[] = { "To", "Cc", "Bcc" };
static const char *const resent_names[] = { "Resent-To", "Resent-Cc", "Resent-Bcc" };
static const char *const sender_names[] = { "From", "Resent-From" };

static bool is_resent(const struct header *header, const struct header_field *field)
{
	static const char prefix[] = "Resent-";

	return field->name_len >= sizeof prefix - 1 &&
	       ascii_begins(header->bytes + field->start, prefix);
}

/* Appends the recipients of the fields from `first` to `end` that have one of the names. */
static bool add_field_recipients(const struct header *header, size_t first, size_t end,
				 const char *const *names, struct address_list *list,
				 struct address_faults *faults, struct err *err)
{
	for (size_t i = first; i < end; i++) {
		const struct header_field *field = &header->fields[i];
		int found = name_index(header, field, names, 3);
		if (found >= 0 && !add_addresses(header, field, names[found], list, faults, err))
			return false;
	}
	return true;
}

static size_t end_of_resent_block(const struct header *header, size_t first)
{
	size_t end = first;

	while (end < header->count && is_resent(header, &header->fields[end]))
		end++;
	return end;
}

bool header_recipients(const struct header *header, struct address_list *list,
		       struct address_faults *faults, struct err *err)
{
	for (size_t i = 0; i < header->count; i++)
		if (name_index(header, &header->fields[i], resent_names, 3) >= 0)
			return add_field_recipients(header, i, end_of_resent_block(header, i),
						    resent_names, list, faults, err);
	return add_field_recipients(header, 0, header->count, recipient_names, list, faults, err);
}

void header_addresses(const struct header *header, const char *name, struct address_list *list)
{
	CLEANUP(address_faults_done) struct address_faults ignored = { 0 };

	for (size_t i = 0; i < header->count; i++) {
		size_t len;
		const char *body = header_body(header, &header->fields[i], &len);
		if (header_is(header, &header->fields[i], name))
			address_parse_readable(body, len, list, &ignored);
	}
}

bool header_sender(const struct header *header, struct address *sender, struct err *err)
{
	CLEANUP(address_list_done) struct address_list list = { 0 };

	*sender = (struct address){ 0 };
	for (size_t i = 0; i < header->count && !list.count; i++) {
		const struct header_field *field = &header->fields[i];
		int found = name_index(header, field, sender_names, 2);
		if (found >= 0 &&
		    !add_addresses(header, field, sender_names[found], &list, NULL, err))
			return false;
	}
	if (list.count) {
		*sender = list.items[0];
		list.items[0] = (struct address){ 0 };
	}
	return true;
}
