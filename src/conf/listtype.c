/* listtype.c - the types of settings that hold a list */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/listtype.h"

#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

static void append_text(struct texts *texts, const char *text, size_t len)
{
	mem_grow(texts->items, texts->count);
	texts->items[texts->count++] = mem_copy_n(text, len);
}

static size_t field_name_len(const char *text)
{
	size_t len = 0;

	while (text[len] > ' ' && text[len] < 0x7F && text[len] != ':')
		len++;
	return len;
}

static bool is_field(const char *text, size_t len)
{
	size_t name = field_name_len(text);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7F)
			return false;
	return name > 0 && name < len && text[name] == ':';
}

static bool is_field_name(const char *text, size_t len)
{
	return len > 0 && field_name_len(text) == len;
}

/* Each line is an item. If one of them does not fit, none is added. */
static bool parse_texts(void *field, const char *text, bool (*fits)(const char *text, size_t len))
{
	for (const char *line = text;; line++) {
		size_t len = strcspn(line, "\n");
		if (!fits(line, len))
			return false;
		line += len;
		if (!*line)
			break;
	}
	for (;; text++) {
		size_t len = strcspn(text, "\n");
		append_text(field, text, len);
		text += len;
		if (!*text)
			return true;
	}
}

static bool parse_fields(const char *choices, void *field, const char *text)
{
	(void)choices;
	return parse_texts(field, text, is_field);
}

static bool parse_names(const char *choices, void *field, const char *text)
{
	(void)choices;
	return parse_texts(field, text, is_field_name);
}

static void print_texts(const char *choices, const void *field, struct str *out)
{
	const struct texts *texts = field;

	(void)choices;
	for (size_t i = 0; i < texts->count; i++)
		str_addf(out, "%s%s", i ? "\n" : "", texts->items[i]);
}

static bool has_texts(const void *field)
{
	return ((const struct texts *)field)->count > 0;
}

static void add_texts(void *to, const void *from)
{
	const struct texts *texts = from;

	for (size_t i = 0; i < texts->count; i++)
		append_text(to, texts->items[i], strlen(texts->items[i]));
}

static void copy_texts(void *to, const void *from)
{
	*(struct texts *)to = (struct texts){ 0 };
	add_texts(to, from);
}

static void release_texts(void *field)
{
	struct texts *texts = field;

	for (size_t i = 0; i < texts->count; i++)
		free(texts->items[i]);
	free(texts->items);
	*texts = (struct texts){ 0 };
}

#define LIST_TYPE(how, what)                                                                       \
	{                                                                                          \
		.expected = (what), .parse = (how), .print = print_texts, .has_value = has_texts,  \
		.copy = copy_texts, .add = add_texts, .release = release_texts                     \
	}

const struct option_type option_type_FIELDS =
	LIST_TYPE(parse_fields, N_("a header field, NAME: TEXT"));
const struct option_type option_type_NAMES =
	LIST_TYPE(parse_names, N_("the name of a header field"));
