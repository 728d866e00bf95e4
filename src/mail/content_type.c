/* content_type.c - the value and the parameters of a Content-Type or Content-Disposition field */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/content_type.h"

#include "base/ascii.h"
#include "mail/atom.h"

#include <stdlib.h>
#include <string.h>

enum { SECTIONS_MAX = 32 };

struct scanner {
	const char *at;
	const char *end;
};

/* A comment without an end takes the rest of the field. */
static void skip_type_blanks(struct scanner *s)
{
	s->at += atom_blank_len(s->at, (size_t)(s->end - s->at));
	if (s->at < s->end && *s->at == '(')
		s->at = s->end;
}

/* Reads up to one of the characters, or a blank. */
static char *take_token(struct scanner *s, const char *stops)
{
	const char *from = s->at;

	while (s->at < s->end && !ascii_is_space(*s->at) && !(*s->at && strchr(stops, *s->at)))
		s->at++;
	return mem_copy_n(from, (size_t)(s->at - from));
}

/* A quoted string without an end takes the rest of the field. */
static char *take_quoted(struct scanner *s)
{
	struct str text = STR_INIT;
	size_t left = (size_t)(s->end - s->at);
	size_t len = atom_enclosed_len(s->at, left);

	atom_add_content(&text, s->at + 1, len ? len - 2 : left - 1);
	s->at += len ? len : left;
	return str_take(&text);
}

static char *take_value(struct scanner *s)
{
	skip_type_blanks(s);
	return s->at < s->end && *s->at == '"' ? take_quoted(s) : take_token(s, ";");
}

/* Skips text before the next semicolon that is no parameter. */
static void take_parameter(struct content_type *type, struct scanner *s)
{
	skip_type_blanks(s);
	CLEANUP(mem_free_at) char *name = take_token(s, "=;");
	skip_type_blanks(s);
	if (*name && s->at < s->end && *s->at == '=') {
		s->at++;
		ascii_make_lower(name);
		mem_grow(type->parameters, type->count);
		type->parameters[type->count++] =
			(struct parameter){ mem_take(&name), take_value(s) };
	}
	while (s->at < s->end && *s->at != ';')
		s->at++;
}

void content_type_init(struct content_type *type, const char *text, size_t len)
{
	struct scanner s = { text, text + len };

	*type = (struct content_type){ 0 };
	skip_type_blanks(&s);
	type->value = take_token(&s, ";(");
	ascii_make_lower(type->value);
	while (s.at < s.end && *s.at != ';')
		s.at++;
	while (s.at < s.end) {
		s.at++;
		take_parameter(type, &s);
	}
}

void content_type_done(struct content_type *type)
{
	if (!type)
		return;
	for (size_t i = 0; i < type->count; i++) {
		free(type->parameters[i].name);
		free(type->parameters[i].value);
	}
	free(type->parameters);
	free(type->value);
	*type = (struct content_type){ 0 };
}

const char *content_type_find(const struct content_type *type, const char *name)
{
	for (size_t i = 0; i < type->count; i++)
		if (strcmp(type->parameters[i].name, name) == 0)
			return type->parameters[i].value;
	return NULL;
}

/* The text after charset and language, which the first section begins with. */
static const char *behind_charset(const char *value)
{
	const char *language = strchr(value, '\'');
	const char *text = language ? strchr(language + 1, '\'') : NULL;

	return text ? text + 1 : value;
}

static void add_without_percents(struct str *out, const char *value)
{
	for (; *value; value++) {
		int high = *value == '%' ? str_hex_digit(value[1]) : -1;
		int low = high >= 0 ? str_hex_digit(value[2]) : -1;
		str_add_char(out, (char)(low >= 0 ? high << 4 | low : *value));
		value += low >= 0 ? 2 : 0;
	}
}

/* Number -1: the single section "name*". */
static bool add_section(const struct content_type *type, const char *name, int number,
			struct str *out)
{
	CLEANUP(mem_free_at) char *plain = str_format("%s*%d", name, number);
	CLEANUP(mem_free_at) char *extended = str_format("%s*", number < 0 ? name : plain);
	const char *value = content_type_find(type, plain);

	if (value) {
		str_add(out, value);
		return true;
	}
	value = content_type_find(type, extended);
	if (value)
		add_without_percents(out, number > 0 ? value : behind_charset(value));
	return value != NULL;
}

char *content_type_join(const struct content_type *type, const char *name)
{
	CLEANUP(str_done) struct str joined = STR_INIT;
	const char *value = content_type_find(type, name);
	int count = 0;

	if (value)
		return mem_copy(value);
	if (add_section(type, name, -1, &joined))
		return str_take(&joined);
	while (count < SECTIONS_MAX && add_section(type, name, count, &joined))
		count++;
	return count > 0 ? str_take(&joined) : NULL;
}

bool content_type_is(const struct content_type *type, const char *prefix)
{
	return strncmp(type->value, prefix, strlen(prefix)) == 0;
}
