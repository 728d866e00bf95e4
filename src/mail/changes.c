/* changes.c - changes to a header before it is sent */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/changes.h"

#include <stdlib.h>
#include <string.h>

void changes_init(struct changes *changes, const struct header *header)
{
	*changes = (struct changes){
		.header = header,
		.top = STR_INIT,
		.bodies = mem_zeroed(header->count + 1, sizeof *changes->bodies),
		.is_dropped = mem_zeroed(header->count + 1, sizeof *changes->is_dropped),
	};
}

void changes_done(struct changes *changes)
{
	if (!changes || !changes->header)
		return;
	for (size_t i = 0; i < changes->header->count; i++)
		free(changes->bodies[i]);
	free(changes->bodies);
	free(changes->is_dropped);
	str_done(&changes->top);
	*changes = (struct changes){ 0 };
}

void changes_add(struct changes *changes, const char *name, const char *body)
{
	str_addf(&changes->top, "%s: %s\r\n", name, body);
}

/* Appends lines with CRLF at the end of each, whatever their line ends were. */
static void add_lines(struct str *out, const char *bytes, size_t len)
{
	for (const char *end = bytes + len, *next; bytes < end; bytes = next) {
		const char *lf = memchr(bytes, '\n', (size_t)(end - bytes));
		next = lf ? lf + 1 : end;
		size_t text = (size_t)((lf ? lf : end) - bytes);
		if (lf && text > 0 && bytes[text - 1] == '\r')
			text--;
		str_add_n(out, bytes, text);
		str_add(out, "\r\n");
	}
}

void changes_add_lines(struct changes *changes, const char *lines, size_t len)
{
	add_lines(&changes->top, lines, len);
}

static bool is_named(const struct changes *changes, size_t number, const char *name)
{
	return header_is(changes->header, &changes->header->fields[number], name);
}

void changes_drop_field(struct changes *changes, size_t number)
{
	changes->is_dropped[number] = true;
}

/* Removes added fields, which the header's index does not have. */
static void drop_added(struct str *top, const char *name)
{
	CLEANUP(str_done) struct str left = STR_INIT;
	CLEANUP(header_done) struct header header;

	header_index(&header, top->bytes, top->len);
	for (size_t i = 0; i < header.count; i++) {
		const struct header_field *field = &header.fields[i];
		if (!header_is(&header, field, name))
			str_add_n(&left, top->bytes + field->start, field->end - field->start);
	}
	str_clear(top);
	str_add_n(top, left.bytes, left.len);
}

void changes_drop(struct changes *changes, const char *name)
{
	drop_added(&changes->top, name);
	for (size_t i = 0; i < changes->header->count; i++)
		if (is_named(changes, i, name))
			changes_drop_field(changes, i);
}

void changes_set_body(struct changes *changes, size_t number, const char *body)
{
	free(changes->bodies[number]);
	changes->bodies[number] = mem_copy(body);
}

void changes_replace(struct changes *changes, const char *name, const char *body)
{
	bool is_there = false;

	for (size_t i = 0; i < changes->header->count; i++) {
		if (!is_named(changes, i, name) || changes->is_dropped[i])
			continue;
		if (is_there)
			changes_drop_field(changes, i);
		else
			changes_set_body(changes, i, body);
		is_there = true;
	}
	if (!is_there)
		changes_add(changes, name, body);
}

static bool has_content(const struct changes *changes, size_t number)
{
	size_t len;
	const char *body = header_body(changes->header, &changes->header->fields[number], &len);

	if (changes->bodies[number]) {
		body = changes->bodies[number];
		len = strlen(body);
	}
	while (len > 0 && strchr(" \t\r\n<>", body[len - 1]))
		len--;
	return len > 0;
}

static bool is_added(const struct changes *changes, const char *name)
{
	CLEANUP(header_done) struct header top;

	header_index(&top, changes->top.bytes, changes->top.len);
	return header_has_content(&top, name);
}

void changes_drop_empty(struct changes *changes, const char *name)
{
	for (size_t i = 0; i < changes->header->count; i++)
		if (is_named(changes, i, name) && !has_content(changes, i))
			changes_drop_field(changes, i);
}

bool changes_has_content(const struct changes *changes, const char *name)
{
	for (size_t i = 0; i < changes->header->count; i++)
		if (is_named(changes, i, name) && !changes->is_dropped[i] &&
		    has_content(changes, i))
			return true;
	return is_added(changes, name);
}

void changes_write(const struct changes *changes, struct str *out)
{
	const struct header *header = changes->header;

	str_add_n(out, changes->top.bytes, changes->top.len);
	for (size_t i = 0; i < header->count; i++) {
		const struct header_field *field = &header->fields[i];
		const char *bytes = header->bytes + field->start;
		if (changes->is_dropped[i])
			continue;
		if (changes->bodies[i])
			str_addf(out, "%.*s: %s\r\n", (int)field->name_len, bytes,
				 changes->bodies[i]);
		else
			add_lines(out, bytes, field->end - field->start);
	}
}
