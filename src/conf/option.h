/* option.h - the table of the settings: finding one by its name */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum option_id {
#define OPTION(group, name, type, argument, value, flags, help, manual) OPT_##name,
#include "conf/options.def"
	OPTION_COUNT
};

enum option_flags {
	OPTION_MSMTP = 1 << 0,    /* msmtp has this long option: for abbreviations */
	OPTION_NO_FLAG = 1 << 1,  /* has no long option */
	OPTION_ALONE = 1 << 2,    /* without an argument its first word is taken */
	OPTION_NEEDED = 1 << 3,   /* an empty argument is an error */
	OPTION_EMPTY = 1 << 4,    /* an empty argument is a value; else it unsets */
	OPTION_FILE = 1 << 5,     /* names a file */
	OPTION_RUNS = 1 << 6,     /* runs a program */
	OPTION_SPACED = 1 << 7,   /* --pretend writes its name with blanks */
	OPTION_QUOTES = 1 << 8,   /* a config file keeps the outer quotes of the value */
	OPTION_SECRET = 1 << 9,   /* leads to a secret of our caller */
	OPTION_TRUST = 1 << 10,   /* decides which server gets a secret, and how it is verified */
	OPTION_GUARDED = 1 << 11, /* as root: only from a file that root alone can write */
	OPTION_PLAIN =
		1 << 12, /* names hosts or an address: quotes and odd characters are errors */
};

enum option_group {
#define GROUP(group, title, manual) OPTION_GROUP_##group,
#include "conf/options.def"
	OPTION_GROUP_COUNT
};

struct option_type;

/* An entry of options.def. Call _() for the texts of `help` and of option_groups. */
struct option {
	const char *name;
	enum option_group group;
	const struct option_type *type;
	const char *argument;
	const char *value; /* the default; NULL: unset */
	unsigned flags;
	const char *help;
};

/* Indexed by enum option_id and enum option_group. */
extern const struct option options[OPTION_COUNT];
extern const char *const option_groups[OPTION_GROUP_COUNT];

/*
 * An old spelling: `name` with `argument` (NULL: any) means the setting `target` with the value
 * `text` (NULL: the same argument).
 */
struct option_alias {
	const char *name;
	const char *argument;
	const struct option *target; /* NULL: no effect */
	const char *text;
	unsigned flags;
};

extern const struct option_alias option_aliases[];
extern const size_t option_alias_count;

/* True if both are the same name; '-' and '_' are equal. */
bool option_same_name(const char *a, const char *b);
/* The setting of that name, or NULL. Old spellings are only found by settings_set_named. */
const struct option *option_find(const char *name);
/* True if there is a setting of that name, old spellings included. */
bool option_exists(const char *name);
/* The index of a setting in the table. */
enum option_id option_id(const struct option *option);
/* The setting of a short option, or NULL. */
const struct option *option_of_letter(char letter);
