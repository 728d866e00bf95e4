/* check.h - showing what would be done: --pretend and --print-config */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "cli/request.h"
#include "conf/config.h"
#include "conf/settings.h"

/* Appends which files and which account are used, and every setting as "key = value". */
void check_pretend(const struct config *config, const struct account *account,
		   const struct request *request, struct str *out);

/* Appends a setting as "key = value (origin)". */
void check_add_configured(const struct settings *settings, const struct option *option,
			  struct str *out);
/* Appends every setting so. */
void check_print_config(const struct account *account, struct str *out);
