/* seal.c - what the DKIM signatures of a header let be done to its fields; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/seal.h"

#include "base/ascii.h"

#include <string.h>

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

/* The value of a tag, RFC 6376 section 3.2; its text is NULL where there is none. */
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

/* "simple/simple" where it is not said. */
static enum seal canonicalization(const char *signature)
{
	struct span tag = find_tag(signature, 'c');
	const char *slash = tag.text ? memchr(tag.text, '/', tag.len) : NULL;
	size_t len = slash ? (size_t)(slash - tag.text) : tag.len;

	return tag.text && ascii_is(tag.text, len, "relaxed") ? SEAL_RELAXED : SEAL_SIMPLE;
}

static enum seal seal_by(const struct header *header, const struct header_field *signature,
			 const struct header_field *field)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	header_add_unfolded(header, signature, &text);
	struct span names = find_tag(text.bytes, 'h');
	if (!names.text)
		return SEAL_SIMPLE;
	bool is_covered = field == signature ||
			  is_listed(names, header->bytes + field->start, field->name_len);
	return is_covered ? canonicalization(text.bytes) : SEAL_NONE;
}

enum seal seal_find(const struct header *header, const struct header_field *field)
{
	enum seal strictest = SEAL_NONE;

	for (size_t i = 0; i < header->count; i++) {
		const struct header_field *signature = &header->fields[i];
		if (!header_is(header, signature, "DKIM-Signature"))
			continue;
		enum seal seal = seal_by(header, signature, field);
		strictest = seal > strictest ? seal : strictest;
	}
	return strictest;
}
