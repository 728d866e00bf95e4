/* idn2.h - libidn2, loaded on demand */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

#include <idn2.h>

/* The functions used, without their prefix. */
#define IDN2_CALLS(CALL)                                                                           \
	CALL(free)                                                                                 \
	CALL(strerror)                                                                             \
	CALL(to_ascii_8z)

struct idn2_calls {
#define CALL(name) __typeof__(&idn2_##name) name;
	IDN2_CALLS(CALL)
#undef CALL
};

/* NULL until idn2_load has succeeded once. */
extern const struct idn2_calls *idn2;

/* Loads the library unless it is loaded. ERR_SYSTEM, as library_load. */
bool idn2_load(struct err *err) MUST_USE;
