/* gsasl_library.c - libgsasl, loaded when it is needed */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/gsasl_library.h"

#include "base/library.h"

const struct gsasl_calls *gsasl;

static const struct library_call calls[] = {
#define CALL(name) { "gsasl_" #name, offsetof(struct gsasl_calls, name) },
	GSASL_CALLS(CALL)
#undef CALL
};

bool gsasl_library_load(struct err *err)
{
	static struct gsasl_calls table;

	if (!gsasl && library_load(GSASL_SONAME, calls, LENGTH(calls), &table, err))
		gsasl = &table;
	return gsasl != NULL;
}
