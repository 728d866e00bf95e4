/* help.h - the output of --help and --version */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "cli/request.h"

/* Append the output of --help and --version. */
void help_add(struct str *out);
void help_add_version(struct str *out);

/* Print the output. Return the exit status. */
int help_show(const struct request *request);
int help_show_version(const struct request *request);
