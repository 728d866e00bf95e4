/* localname.c - names without a domain, or known only on this machine: domain, sender, aliases */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "prepare/localname.h"

#include "base/ascii.h"
#include "base/file.h"
#include "base/machine.h"
#include "conf/expand.h"
#include "mail/address_parse.h"

#include <string.h>

enum { MAILNAME_MAX = 1024 };

static char *read_mailname(void)
{
	CLEANUP(str_done) struct str text = STR_MAX(MAILNAME_MAX);
	CLEANUP(err_done) struct err unused = ERR_INIT;

	if (!file_load_regular("/etc/mailname", &text, ERR_CONFIG, &unused))
		return NULL;
	str_cut(&text, strcspn(text.bytes, " \t\r\n"));
	return text.len ? str_take(&text) : NULL;
}

char *localname_domain(const struct settings *settings)
{
	const char *domain = account_maildomain(settings);

	if (*domain)
		return mem_copy(domain);
	char *mailname = read_mailname();
	return mailname ? mailname : mem_copy(machine_name());
}

static bool is_caller(const char *local)
{
	return strcmp(local, "root") == 0 || strcmp(local, expand_user(true)) == 0;
}

/* Whether no other machine knows the domain. Emacs makes up the first ending. */
static bool is_machine_only(const char *domain, const char *host)
{
	static const char *const names[] = { "localhost",  "localhost.localdomain",
					     "localhost4", "localhost4.localdomain4",
					     "localhost6", "localhost6.localdomain6" };
	static const char *const endings[] = { "i-did-not-set--mail-host-address--so-tickle-me",
					       "localdomain", "local" };
	size_t len = strlen(host);

	for (size_t i = 0; i < LENGTH(names); i++)
		if (ascii_compare(domain, names[i]) == 0)
			return true;
	for (size_t i = 0; i < LENGTH(endings); i++)
		if (ascii_begins(domain, host) && domain[len] == '.' &&
		    ascii_compare(domain + len + 1, endings[i]) == 0)
			return true;
	return false;
}

bool localname_is_of_machine(const struct address *address, const struct settings *settings,
			     const char *own)
{
	const char *domain = address->domain;
	const char *at = strrchr(own, '@');
	const char *host = machine_name();

	if (!domain)
		return true;
	if (ascii_compare(domain, account_maildomain(settings)) == 0 ||
	    (at && ascii_compare(domain, at + 1) == 0))
		return false;
	if (is_machine_only(domain, host))
		return true;
	return ascii_compare(domain, host) == 0 &&
	       (!strchr(host, '.') || is_caller(address->local));
}

const char *localname_own_sender(const struct account *account, const char *sender)
{
	CLEANUP(address_done) struct address given = { 0 };
	CLEANUP(err_done) struct err unfit = ERR_INIT;
	const char *own = account->own_from;

	if (!own || !sender || *account_maildomain(&account->settings) ||
	    !address_parse_path(sender, &given, &unfit) ||
	    !localname_is_of_machine(&given, &account->settings, own))
		return NULL;
	return own;
}

static char *local_domains(const struct settings *settings)
{
	if (settings->local_domains)
		return mem_copy(settings->local_domains);
	return str_format("localhost %s", machine_name());
}

bool localname_read_aliases(struct alias_table *table, const struct settings *settings,
			    struct err *err)
{
	if (!alias_table_read(table, settings->aliases, err))
		return err_wrap(err, "aliases");
	table->local_domains = local_domains(settings);
	return true;
}
