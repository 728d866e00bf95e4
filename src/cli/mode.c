/* mode.c - the modes in mode.def, and their traits */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/mode.h"

#include "base/mem.h"

#include <string.h>

enum trait {
	NO_TRAIT = 0,
	TAKES_ID = 1,
	TAKES_RECIPIENTS = 2,
	HAS_MESSAGE = 4,
	READS_MESSAGE = 8,
	IS_LOOK = 16,
	IS_INFORMATION = 32,
};

static const struct {
	const char *option;
	unsigned traits;
} modes[] = {
#define MODE(mode, option, traits, function) [MODE_##mode] = { option, traits },
#include "cli/mode.def"
};

static bool has(enum mode mode, enum trait trait)
{
	return modes[mode].traits & trait;
}

bool mode_takes_id(enum mode mode)
{
	return has(mode, TAKES_ID);
}

bool mode_takes_recipients(enum mode mode)
{
	return has(mode, TAKES_RECIPIENTS);
}

bool mode_has_message(enum mode mode)
{
	return has(mode, HAS_MESSAGE);
}

bool mode_reads_message(enum mode mode)
{
	return has(mode, READS_MESSAGE);
}

bool mode_is_look(enum mode mode)
{
	return has(mode, IS_LOOK);
}

bool mode_is_information(enum mode mode)
{
	return has(mode, IS_INFORMATION);
}

bool mode_find(const char *option, enum mode *found)
{
	for (size_t i = 0; i < LENGTH(modes); i++) {
		if (!modes[i].option || strcmp(modes[i].option, option) != 0)
			continue;
		*found = (enum mode)i;
		return true;
	}
	return false;
}
