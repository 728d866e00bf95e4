/* private.h - whether a file can hold a secret */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <sys/stat.h>

/*
 * Checks an opened file that holds a password: it must belong to the user, and a regular file must
 * have no permissions for others. Root is exempt (see private_check_as_root). ERR_CONFIG; the
 * caller adds the name of the file.
 */
bool private_check(const struct stat *status, struct err *err) MUST_USE;

/*
 * Checks an opened file from which root would take commands or secrets: root must own it, and no
 * other user may write to it. For a user other than root the check always succeeds. ERR_CONFIG,
 * with the command that repairs it; the caller adds the name of the file.
 */
bool private_check_as_root(const struct stat *status, const char *path, struct err *err) MUST_USE;
/*
 * Appends the command that repairs a file for root: "chown root:root PATH && chmod go-w PATH", or
 * the half of it that is needed.
 */
void private_add_cure(const struct stat *status, const char *path, struct str *out);
