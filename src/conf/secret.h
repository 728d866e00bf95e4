/* secret.h - finding the password of an account */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "conf/settings.h"

#include <stdint.h>

/*
 * The password of an account: `password`, else the first line that `passwordeval` prints; the
 * command has until `deadline`, and a minute at most. The caller releases `out` by secret_done.
 * ERR_CONFIG: the command failed, or printed nothing; its output is never in the text.
 * ERR_AUTH: there is neither.
 */
bool secret_find(const struct settings *settings, int64_t deadline, struct secret *out,
		 struct err *err) MUST_USE;
