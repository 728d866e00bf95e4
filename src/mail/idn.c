/* idn.c - domains beyond ASCII as DNS knows them, IDNA2008 */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/idn.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "base/str.h"
#include "mail/idn2.h"

#include <string.h>

/*
 * Checks the labels again after the mapping: the library maps compatible characters to their base
 * forms, which may be an angle bracket, a blank or an at sign.
 */
static bool is_domain(const char *ascii)
{
	bool is_after_dot = true;
	size_t i = 0;

	for (; ascii[i]; i++) {
		bool is_dot = ascii[i] == '.';
		bool fits = is_dot ? !is_after_dot
				   : ascii_is_alphanumeric(ascii[i]) || ascii[i] == '-' ||
					     ascii[i] == '_';
		if (!fits)
			return false;
		is_after_dot = is_dot;
	}
	return i > 0;
}

static bool refuse_domain(const char *domain, int status, struct err *err)
{
	return err_set(err, ERR_INPUT, _("%s: not a valid domain: %s"), domain,
		       idn2->strerror(status));
}

char *idn_to_ascii(const char *domain, struct err *err)
{
	char *ascii = NULL;

	if (str_is_ascii(domain, strlen(domain)))
		return mem_copy(domain);
	if (!idn2_load(err))
		return NULL;
	int status = idn2->to_ascii_8z(domain, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
	/* Lack of memory is not a fault of the domain, for which the message would fail. */
	if (status == IDN2_MALLOC)
		mem_exhausted();
	if (status != IDN2_OK) {
		refuse_domain(domain, status, err);
		return NULL;
	}
	char *copy = is_domain(ascii) ? mem_copy(ascii) : NULL;
	idn2->free(ascii);
	if (!copy)
		refuse_domain(domain, IDN2_DISALLOWED, err);
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
