/* gnutls.c - GnuTLS, loaded when it is needed */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/gnutls.h"

#include "base/library.h"

const struct gnutls_calls *gnutls;

static const struct library_call calls[] = {
#define CALL(name) { "gnutls_" #name, offsetof(struct gnutls_calls, name) },
	GNUTLS_CALLS(CALL)
#undef CALL
};

bool gnutls_load(struct err *err)
{
	static struct gnutls_calls table;

	if (!gnutls && library_load(GNUTLS_SONAME, calls, LENGTH(calls), &table, err))
		gnutls = &table;
	return gnutls != NULL;
}

const char *gnutls_words(int status)
{
	if (status == GNUTLS_E_MEMORY_ERROR)
		mem_exhausted();
	return gnutls->strerror(status);
}
