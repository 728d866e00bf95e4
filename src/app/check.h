/* check.h - showing files, account and settings: --pretend and --print-config */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "cli/request.h"
#include "conf/config.h"
#include "conf/settings.h"

/*
 * Print the files, account and settings that a message would use: as "key = value", or each setting
 * with its origin. Reads the message on standard input if the choice depends on it. Return the exit
 * status.
 */
int check_pretend(const struct request *request);
int check_print_config(const struct request *request);

/* Appends the output of --pretend. */
void check_add_pretended(const struct config *config, const struct account *account,
			 const struct request *request, struct str *out);

/* Appends a setting as "key = value (origin)". */
void check_add_configured(const struct settings *settings, const struct option *option,
			  struct str *out);
