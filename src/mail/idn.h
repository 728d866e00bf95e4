/* idn.h - domains beyond ASCII as DNS knows them, IDNA2008 */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/*
 * Returns a domain in A-labels (RFC 5891, non-transitional); a copy if it is ASCII. The caller
 * frees it. ERR_INPUT: the domain is invalid.
 */
char *idn_to_ascii(const char *domain, struct err *err) MUST_USE;

/*
 * Returns a path for a relay without SMTPUTF8: its domain in A-labels, its local part unchanged.
 * The caller frees it. ERR_INPUT.
 */
char *idn_path(const char *path, struct err *err) MUST_USE;
