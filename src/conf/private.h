/* private.h - whether a file can hold a secret */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <sys/stat.h>

/*
 * Judges an opened file that holds a password: it has to be ours, and a regular file must have no
 * permission for others. Root is not asked for this, but for the next. ERR_CONFIG; the caller knows
 * the name.
 */
bool private_check(const struct stat *status, struct err *err) MUST_USE;

/*
 * Judges an opened file that root is to take commands or secrets from: root has to own it, and no
 * other user may write to it. It is always good for a caller who is not root. ERR_CONFIG, with the
 * command that mends it; the caller puts the name before it.
 */
bool private_check_as_root(const struct stat *status, const char *path, struct err *err) MUST_USE;
/* Appends that command: "chown root:root PATH && chmod go-w PATH", or a half of it. */
void private_add_cure(const struct stat *status, const char *path, struct str *out);
