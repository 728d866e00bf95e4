/* idn2.c - libidn2, loaded on demand */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/idn2.h"

#include "base/library.h"

const struct idn2_calls *idn2;

static const struct library_call calls[] = {
#define CALL(name) { "idn2_" #name, offsetof(struct idn2_calls, name) },
	IDN2_CALLS(CALL)
#undef CALL
};

bool idn2_load(struct err *err)
{
	static struct idn2_calls table;

	if (!idn2 && library_load(IDN2_SONAME, calls, LENGTH(calls), &table, err))
		idn2 = &table;
	return idn2 != NULL;
}
