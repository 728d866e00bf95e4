/* idn.h - domains beyond ASCII as DNS knows them, IDNA2008 */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/*
 * A domain in A-labels (RFC 5891, non-transitional), a copy of it where it is ASCII already. The
 * caller frees it. ERR_INPUT: it can't be one.
 */
char *idn_to_ascii(const char *domain, struct err *err) MUST_USE;

/*
 * A path as it can be sent to a relay without SMTPUTF8: a domain beyond ASCII in A-labels. A local
 * part beyond ASCII stays as it is. ERR_INPUT.
 */
char *idn_path(const char *path, struct err *err) MUST_USE;
