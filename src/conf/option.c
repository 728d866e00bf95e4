/* option.c - the table of the settings: finding one by its name */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/option.h"

#include "base/i18n.h"
#include "conf/listtype.h"
#include "conf/pin.h"
#include "conf/texttype.h"
#include "conf/type.h"
#include "conf/words.h"

const struct option options[OPTION_COUNT] = {
#define OPTION(group, name, type, argument, value, flags, help, manual)                            \
	[OPT_##name] = { #name, OPTION_GROUP_##group, &option_type_##type, argument, value, flags, \
			 help },
#include "conf/options.def"
};

const char *const option_groups[OPTION_GROUP_COUNT] = {
#define GROUP(group, title, manual) [OPTION_GROUP_##group] = (title),
#include "conf/options.def"
};

const struct option_alias option_aliases[] = {
#define ALIAS(old, argument, name, text, flags)                                                    \
	{ #old, argument, &options[OPT_##name], text, flags },
#define NOOP(old) { #old, NULL, NULL, NULL, OPTION_MSMTP | OPTION_ALONE },
#include "conf/options.def"
};

const size_t option_alias_count = LENGTH(option_aliases);

static const struct {
	char letter;
	enum option_id id;
} letters[] = {
#define LETTER(letter, name) { letter, OPT_##name },
#include "conf/options.def"
};

static char with_underscore(char c)
{
	return c == '-' ? '_' : c;
}

bool option_same_name(const char *a, const char *b)
{
	while (*a && with_underscore(*a) == with_underscore(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

const struct option *option_find(const char *name)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (option_same_name(options[i].name, name))
			return &options[i];
	return NULL;
}

enum option_id option_id(const struct option *option)
{
	return (enum option_id)(option - options);
}

const struct option *option_of_letter(char letter)
{
	for (size_t i = 0; i < LENGTH(letters); i++)
		if (letters[i].letter == letter)
			return &options[letters[i].id];
	return NULL;
}

bool option_exists(const char *name)
{
	for (size_t i = 0; i < option_alias_count; i++)
		if (option_same_name(option_aliases[i].name, name))
			return true;
	return option_find(name) != NULL;
}
