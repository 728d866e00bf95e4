/* parse.h - the grammar of a config file */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/config.h"

/*
 * Reads an opened file (and closes it) into a config without accounts. A line is a command and its
 * argument: a setting; `account NAME [: BASE, ...]`; `defaults`; `eval COMMAND`, which is replaced
 * by the first line of the command's output; `include FILE`, which includes the *.conf files of a
 * folder. Outer quotes are removed from arguments and from each name of an account; # begins a
 * comment only at the beginning of a line.
 *
 * With `is_user`, a file that holds a password has to be private; else there is a warning. As root,
 * if one of the files belongs to another user or can be written by others, no setting is taken that
 * runs a program, holds or names a secret, or names a file to write, and no `eval` is run:
 * ERR_CONFIG, and config->is_distrusted is set.
 *
 * ERR_CONFIG: the file has an error; the text begins with file and line. ERR_IO.
 */
bool parse_file(struct config *config, int fd, const char *path, bool is_user,
		struct err *err) MUST_USE;
