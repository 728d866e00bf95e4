/* parse.h - the grammar of a config file */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/config.h"

/*
 * Reads an opened file (and closes it) into a config without accounts. A line is a command and its
 * argument: a setting; `account NAME [: BASE, ...]`; `defaults`; `eval COMMAND`, which stands for
 * the first line that the command prints; `include FILE`, where a folder stands for its *.conf
 * files. Pairs of outer quotes are removed, also of each name of an account; # begins a comment
 * only at the beginning of a line.
 *
 * `is_user` says whether a file that holds a password has to be private, or only had better be so.
 * As root, nothing that runs a program, holds or names a secret, or names what is written to is
 * taken where one of the files belongs to another user or can be written by others: ERR_CONFIG, and
 * config->is_distrusted is set. No `eval` is run then.
 *
 * ERR_CONFIG for what is wrong in the file, with file and line; ERR_IO.
 */
bool parse_file(struct config *config, int fd, const char *path, bool is_user,
		struct err *err) MUST_USE;
