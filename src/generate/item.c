/* item.c - settings and options as rows of a table, for the generator */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "generate/item.h"

#include "base/i18n.h"
#include "base/mem.h"
#include "conf/option.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { ARGUMENT_MAX = 4096 };

const struct item item_flags[] = {
#define FLAG(group, name, letter, argument, flags, action, help, manual)                           \
	{ #group, name, NULL, letter, argument, NULL, flags, help, manual },
#include "cli/cli.def"
	{ 0 },
};

const struct item item_settings[] = {
#define OPTION(group, name, type, argument, value, flags, help, manual)                            \
	{ #group, #name, #type, 0, argument, value, flags, help, manual },
#include "conf/options.def"
	{ 0 },
};

static const struct {
	char letter;
	const char *name;
} letters[] = {
#define LETTER(letter, name) { letter, #name },
#include "conf/options.def"
};

static const char *const mechanisms[] = {
#define MECHANISM(name, need, flags, backend, setting) (name),
#include "conf/mechanism.def"
};

bool item_is_offered(const struct item *item)
{
	return item->name && (!item->type || !(item->flags & OPTION_NO_FLAG));
}

char item_letter(const struct item *item)
{
	if (!item->type)
		return item->letter;
	for (size_t i = 0; i < LENGTH(letters); i++)
		if (strcmp(letters[i].name, item->name) == 0)
			return letters[i].letter;
	return '\0';
}

bool item_is_optional(const struct item *item)
{
	return item->argument && item->flags & OPTION_ALONE;
}

static void put_lower(const char *text)
{
	for (; *text; text++)
		putchar(tolower((unsigned char)*text));
}

void item_put_words(const struct item *item, const char *separator)
{
	char argument[ARGUMENT_MAX];
	char *rest = argument;
	const char *between = "";

	snprintf(argument, sizeof argument, "%s", item->argument ? item->argument : "");
	for (char *word; (word = strsep(&rest, "|"));) {
		if (!islower((unsigned char)*word))
			continue;
		printf("%s%s", between, word);
		between = separator;
	}
	if (!item->type || strcmp(item->type, "AUTH") != 0)
		return;
	for (size_t i = 0; i < LENGTH(mechanisms); i++) {
		printf("%s", separator);
		put_lower(mechanisms[i]);
	}
}

bool item_has_words(const struct item *item)
{
	const char *argument = item->argument ? item->argument : "";

	return islower((unsigned char)*argument) || strstr(argument, "|system");
}

void item_put_dashed(const char *name)
{
	for (; *name; name++)
		putchar(*name == '_' ? '-' : *name);
}

void item_put_escaped(const char *text, const char *special)
{
	for (; *text; text++) {
		if (strchr(special, *text))
			putchar('\\');
		putchar(*text);
	}
}
