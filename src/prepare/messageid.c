/* messageid.c - a unique Message-ID */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "prepare/messageid.h"

#include "base/ascii.h"
#include "base/machine.h"
#include "base/random.h"
#include "mail/idn.h"
#include "prepare/localname.h"

#include <stdlib.h>
#include <string.h>

/* Whether a name is a domain literal, in brackets. RFC 5322 section 3.6.4. */
static bool is_literal(const char *name)
{
	size_t len = strlen(name);

	return len > 2 && name[0] == '[' && strcspn(name + 1, "[]\\ <>") == len - 2 &&
	       name[len - 1] == ']';
}

static bool has_letter(const char *text)
{
	for (; *text; text++)
		if (ascii_is_alphanumeric(*text) && !ascii_is_digit(*text))
			return true;
	return false;
}

/* Whether a name has a domain; an IP address and the name localhost.localdomain do not count. */
static bool is_qualified(const char *name)
{
	const char *dot = strrchr(name, '.');

	for (const char *c = name; *c; c++)
		if (!ascii_is_alphanumeric(*c) && !strchr("-_.", *c))
			return false;
	return dot && *name != '.' && !strstr(name, "..") && has_letter(dot + 1) &&
	       ascii_compare(name, "localhost.localdomain") != 0;
}

/* Sets the domain if it is not set yet and this name is good enough. */
static void propose(char **domain, const char *name)
{
	CLEANUP(err_done) struct err unfit = ERR_INIT;
	bool is_wanted = !*domain && name && *name;

	if (is_wanted && is_literal(name))
		*domain = mem_copy(name);
	if (!is_wanted || *domain)
		return;
	CLEANUP(mem_free_at) char *ascii = idn_to_ascii(name, &unfit);
	if (ascii && is_qualified(ascii))
		*domain = mem_take(&ascii);
}

static const char *domain_of(const char *address)
{
	const char *at = address ? strrchr(address, '@') : NULL;

	return at ? at + 1 : NULL;
}

char *messageid_domain(const char *sender, const char *own, const struct settings *settings)
{
	char *domain = NULL;

	propose(&domain, settings->domain);
	propose(&domain, domain_of(sender));
	propose(&domain, account_maildomain(settings));
	propose(&domain, domain_of(own));
	if (domain)
		return domain;
	CLEANUP(mem_free_at) char *bare = localname_domain(settings);
	propose(&domain, bare);
	propose(&domain, machine_name());
	return domain ? domain : str_format("%s.localdomain", machine_name());
}

char *messageid_new(const char *sender, const struct account *account)
{
	CLEANUP(mem_free_at)
	char *domain = messageid_domain(sender, account->own_from, &account->settings);
	unsigned char random[16];
	CLEANUP(str_done) struct str id = STR_INIT;

	random_fill(random, sizeof random);
	str_add_char(&id, '<');
	for (size_t i = 0; i < sizeof random; i++)
		str_addf(&id, "%02x", random[i]);
	str_addf(&id, "@%s>", domain);
	return str_take(&id);
}
