/* private.h - whether a file can hold a secret */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

#include <sys/stat.h>

/*
 * Judges an opened file that holds a password: it has to be ours, and a regular file must have no
 * permission for others. Root is not asked for this. ERR_CONFIG; the caller knows the name.
 */
bool private_check(const struct stat *status, struct err *err) MUST_USE;
