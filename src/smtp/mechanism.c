/* mechanism.c - the rows of conf/mechanism.def, and the choice of the strongest one */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/mechanism.h"

#include "base/i18n.h"

#include <string.h>

static const struct mechanism mechanisms[] = {
#define MECHANISM(name, need, flags, backend, setting)                                             \
	{ name, NEEDS_##need, flags, BACKEND_##backend, setting },
#include "conf/mechanism.def"
};
enum { MECHANISMS = LENGTH(mechanisms) };

const struct mechanism *mechanism_at(size_t number)
{
	return number < MECHANISMS ? &mechanisms[number] : NULL;
}

const struct mechanism *mechanism_find(const char *name)
{
	for (size_t i = 0; i < MECHANISMS; i++)
		if (strcmp(mechanisms[i].name, name) == 0)
			return &mechanisms[i];
	return NULL;
}

static bool is_possible(const struct mechanism *mechanism, enum mechanism_need need,
			bool has_binding)
{
	return mechanism->flags & MECHANISM_AUTOMATIC && mechanism->need == need &&
	       (has_binding || !(mechanism->flags & MECHANISM_PLUS));
}

const struct mechanism *mechanism_next(const struct mechanism *last, const struct capabilities *can,
				       enum mechanism_need need, bool has_binding)
{
	for (size_t i = last ? (size_t)(last - mechanisms) + 1 : 0; i < MECHANISMS; i++)
		if (is_possible(&mechanisms[i], need, has_binding) &&
		    capabilities_has_mechanism(can, mechanisms[i].name))
			return &mechanisms[i];
	return NULL;
}
