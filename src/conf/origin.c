/* origin.c - the source of a setting's value */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/origin.h"

#include "base/i18n.h"

void origin_print(const struct origin *origin, struct str *out)
{
	switch (origin->kind) {
	case ORIGIN_DEFAULT:
		str_add(out, _("default"));
		break;
	case ORIGIN_FILE:
		str_addf(out, "%s:%d", origin->file, origin->line);
		break;
	case ORIGIN_ENVIRONMENT:
		str_add(out, _("environment"));
		break;
	case ORIGIN_MESSAGE:
		str_add(out, _("From field"));
		break;
	case ORIGIN_COMMAND_LINE:
		str_add(out, _("command line"));
		break;
	case ORIGIN_QUEUE:
		str_add(out, _("command line by which the message was given in"));
		break;
	}
}
