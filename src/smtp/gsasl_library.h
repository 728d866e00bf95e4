/* gsasl_library.h - libgsasl, loaded when it is needed */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

#include <gsasl.h>

/* The functions in use, without their prefix. */
#define GSASL_CALLS(CALL)                                                                          \
	CALL(callback_set)                                                                         \
	CALL(check_version)                                                                        \
	CALL(client_start)                                                                         \
	CALL(done)                                                                                 \
	CALL(finish)                                                                               \
	CALL(free)                                                                                 \
	CALL(init)                                                                                 \
	CALL(property_set)                                                                         \
	CALL(property_set_raw)                                                                     \
	CALL(session_hook_get)                                                                     \
	CALL(session_hook_set)                                                                     \
	CALL(step)                                                                                 \
	CALL(strerror)

struct gsasl_calls {
#define CALL(name) __typeof__(&gsasl_##name) name;
	GSASL_CALLS(CALL)
#undef CALL
};

/* NULL until gsasl_library_load has succeeded once. */
extern const struct gsasl_calls *gsasl;

/* Loads the library, unless it is loaded. ERR_SYSTEM, as library_load. */
bool gsasl_library_load(struct err *err) MUST_USE;
