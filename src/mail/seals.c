/* seals.c - changes to a field that DKIM signatures allow; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/seals.h"

#include "base/ascii.h"

#include <stdlib.h>
#include <string.h>

enum { SIGNATURES_MAX = 100, NAMES_MAX = 16384 };

/* A part of a text. */
struct span {
	const char *text;
	size_t len;
};

static struct span trimmed(const char *text, size_t len)
{
	for (; len > 0 && ascii_is_space(*text); text++)
		len--;
	while (len > 0 && ascii_is_space(text[len - 1]))
		len--;
	return (struct span){ text, len };
}

/* The value of a tag, RFC 6376 section 3.2; `text` is NULL if there is none. */
static struct span find_tag(const char *list, char name)
{
	for (size_t len; *list; list += len + (list[len] == ';')) {
		len = strcspn(list, ";");
		size_t before = strcspn(list, "=;");
		struct span tag = trimmed(list, before);
		if (tag.len == 1 && *tag.text == name && list[before] == '=')
			return trimmed(list + before + 1, len - before - 1);
	}
	return (struct span){ 0 };
}

static bool is_listed(struct span names, const char *name, size_t len)
{
	while (names.len > 0) {
		const char *colon = memchr(names.text, ':', names.len);
		size_t step = colon ? (size_t)(colon - names.text) : names.len;
		struct span one = trimmed(names.text, step);
		if (one.len == len && ascii_is_same(one.text, name, len))
			return true;
		step += colon != NULL;
		names.text += step;
		names.len -= step;
	}
	return false;
}

/* The default is "simple/simple". */
static enum seal canonicalization(const char *signature)
{
	struct span tag = find_tag(signature, 'c');
	const char *slash = tag.text ? memchr(tag.text, '/', tag.len) : NULL;
	size_t len = slash ? (size_t)(slash - tag.text) : tag.len;

	return tag.text && ascii_is(tag.text, len, "relaxed") ? SEAL_RELAXED : SEAL_SIMPLE;
}

static void add_signature(struct seals *seals, const struct header_field *field)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	header_add_unfolded(seals->header, field, &text);
	struct span names = find_tag(text.bytes, 'h');
	enum seal seal = canonicalization(text.bytes);
	seals->names_len += names.len;
	seals->covers_all |=
		!names.text || seals->names_len > NAMES_MAX || seals->count == SIGNATURES_MAX;
	if (seals->covers_all)
		return;
	mem_grow(seals->items, seals->count);
	seals->items[seals->count++] = (struct seal_signature){
		.field = field,
		.seal = seal,
		.names = names.text,
		.names_len = names.len,
		.text = str_take(&text),
	};
}

void seals_init(struct seals *seals, const struct header *header)
{
	*seals = (struct seals){ .header = header };
	for (size_t i = 0; i < header->count && !seals->covers_all; i++)
		if (header_is(header, &header->fields[i], "DKIM-Signature"))
			add_signature(seals, &header->fields[i]);
}

void seals_done(struct seals *seals)
{
	for (size_t i = 0; i < seals->count; i++)
		free(seals->items[i].text);
	free(seals->items);
	*seals = (struct seals){ 0 };
}

static bool is_covered(const struct seals *seals, const struct seal_signature *signature,
		       const struct header_field *field)
{
	struct span names = { signature->names, signature->names_len };

	return field == signature->field ||
	       is_listed(names, seals->header->bytes + field->start, field->name_len);
}

enum seal seals_find(const struct seals *seals, const struct header_field *field)
{
	enum seal strictest = seals->covers_all ? SEAL_SIMPLE : SEAL_NONE;

	for (size_t i = 0; i < seals->count; i++) {
		const struct seal_signature *signature = &seals->items[i];
		if (signature->seal > strictest && is_covered(seals, signature, field))
			strictest = signature->seal;
	}
	return strictest;
}
