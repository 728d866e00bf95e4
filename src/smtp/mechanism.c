/* mechanism.c - the SASL mechanisms: their properties, and the order of choice */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/mechanism.h"

#include <string.h>

enum {
	FIRST = MECHANISM_CLIENT_FIRST,
	PROMPTED = MECHANISM_PROMPTED,
	SCRAM = MECHANISM_UNASKED | MECHANISM_CLIENT_FIRST | MECHANISM_SCRAM,
	PLUS = SCRAM | MECHANISM_PLUS,
};

/* In the order of choice, the strongest first. */
static const struct mechanism mechanisms[] = {
	{ "SCRAM-SHA-256-PLUS", NEEDS_PASSWORD, PLUS, BACKEND_GSASL },
	{ "SCRAM-SHA-1-PLUS", NEEDS_PASSWORD, PLUS, BACKEND_GSASL },
	{ "SCRAM-SHA-256", NEEDS_PASSWORD, SCRAM, BACKEND_GSASL },
	{ "SCRAM-SHA-1", NEEDS_PASSWORD, SCRAM, BACKEND_GSASL },
	{ "PLAIN", NEEDS_PASSWORD, MECHANISM_UNASKED | FIRST | PROMPTED, BACKEND_GSASL },
	{ "LOGIN", NEEDS_PASSWORD, MECHANISM_UNASKED | PROMPTED, BACKEND_GSASL },
	{ "OAUTHBEARER", NEEDS_TOKEN, MECHANISM_UNASKED | FIRST, BACKEND_OAUTH },
	{ "XOAUTH2", NEEDS_TOKEN, MECHANISM_UNASKED | FIRST, BACKEND_OAUTH },
	{ "GSSAPI", NEEDS_NOTHING, FIRST, BACKEND_GSSAPI },
	{ "EXTERNAL", NEEDS_NOTHING, FIRST, BACKEND_GSASL },
	{ "CRAM-MD5", NEEDS_PASSWORD, 0, BACKEND_GSASL },
	{ "DIGEST-MD5", NEEDS_PASSWORD, 0, BACKEND_GSASL },
	{ "NTLM", NEEDS_PASSWORD, FIRST, BACKEND_GSASL },
};
enum { MECHANISMS = LENGTH(mechanisms) };

const struct mechanism *mechanism_find(const char *name)
{
	for (size_t i = 0; i < MECHANISMS; i++)
		if (strcmp(mechanisms[i].name, name) == 0)
			return &mechanisms[i];
	return NULL;
}

static bool is_possible(const struct mechanism *mechanism, enum mechanism_need need,
			bool has_binding)
{
	return mechanism->flags & MECHANISM_UNASKED && mechanism->need == need &&
	       (has_binding || !(mechanism->flags & MECHANISM_PLUS));
}

const struct mechanism *mechanism_next(const struct mechanism *last, const struct capabilities *can,
				       enum mechanism_need need, bool has_binding)
{
	for (size_t i = last ? (size_t)(last - mechanisms) + 1 : 0; i < MECHANISMS; i++)
		if (is_possible(&mechanisms[i], need, has_binding) &&
		    capabilities_has_mechanism(can, mechanisms[i].name))
			return &mechanisms[i];
	return NULL;
}
