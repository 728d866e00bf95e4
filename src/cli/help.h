/* help.h - what --help and --version print */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "cli/request.h"

/* Append what --help and --version print. */
void help_add(struct str *out);
void help_add_version(struct str *out);

/* Print it. Return the exit status. */
int help_show(const struct request *request);
int help_show_version(const struct request *request);
