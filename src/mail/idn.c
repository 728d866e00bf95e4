/* idn.c - domains beyond ASCII as DNS knows them, IDNA2008 */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/idn.h"

#include "base/i18n.h"
#include "base/str.h"
#include "mail/idn2.h"

#include <string.h>

char *idn_to_ascii(const char *domain, struct err *err)
{
	char *ascii = NULL;

	if (str_is_ascii(domain, strlen(domain)))
		return mem_copy(domain);
	if (!idn2_load(err))
		return NULL;
	int status = idn2->to_ascii_8z(domain, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
	if (status != IDN2_OK) {
		err_set(err, ERR_INPUT, _("%s: not a valid domain: %s"), domain,
			idn2->strerror(status));
		return NULL;
	}
	char *copy = mem_copy(ascii);
	idn2->free(ascii);
	return copy;
}

char *idn_path(const char *path, struct err *err)
{
	const char *at = strrchr(path, '@');

	if (!at || str_is_ascii(at, strlen(at)))
		return mem_copy(path);
	CLEANUP(mem_free_at) char *domain = idn_to_ascii(at + 1, err);
	if (!domain)
		return NULL;
	return str_format("%.*s%s", (int)(at + 1 - path), path, domain);
}
