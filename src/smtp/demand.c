/* demand.c - checks that the relay offers what the settings and a message demand */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/demand.h"

#include "base/i18n.h"
#include "conf/extensions.h"
#include "mail/idn.h"

#include <string.h>

static bool is_ignored(const struct session *session, const char *name)
{
	return extensions_has(session->settings->ignore_extensions, name, strlen(name));
}

static bool demand(const struct session *session, unsigned capability, const char *name,
		   const char *setting, struct err *err)
{
	if (session->client.can.has & capability)
		return true;
	if (is_ignored(session, name))
		return err_set(err, ERR_UNAVAILABLE, _("ignore_extensions has %s, which %s needs"),
			       name, setting);
	return err_set(err, ERR_UNAVAILABLE, _("the relay does not offer %s, which %s needs"), name,
		       setting);
}

static bool check_domain(const char *path, struct err *err)
{
	CLEANUP(mem_free_at) char *ascii = idn_path(path, err);

	return ascii != NULL;
}

static bool check_domains(const struct envelope *envelope, struct err *err)
{
	if (!check_domain(envelope->sender, err))
		return false;
	for (size_t i = 0; i < envelope->count; i++)
		if (!check_domain(envelope->recipients[i].address, err))
			return false;
	return true;
}

bool demand_check(const struct session *session, const struct envelope *envelope, struct err *err)
{
	const struct capabilities *can = &session->client.can;

	if (session->settings->dsn_notify && !demand(session, CAP_DSN, "DSN", "dsn_notify", err))
		return false;
	if (session->settings->dsn_return && !demand(session, CAP_DSN, "DSN", "dsn_return", err))
		return false;
	if (envelope_needs_utf8(envelope) && !(can->has & CAP_SMTPUTF8))
		return err_set(err, ERR_INPUT, "%s",
			       is_ignored(session, "SMTPUTF8")
				       ? _("an address is not ASCII before its @, and "
					   "ignore_extensions has SMTPUTF8")
				       : _("an address is not ASCII before its @, and the relay "
					   "does not offer SMTPUTF8"));
	return check_domains(envelope, err);
}

bool demand_check_size(const struct session *session, uint64_t size, struct err *err)
{
	uint64_t limit = session->client.can.size_limit;

	if (limit == 0 || size <= limit)
		return true;
	return err_set(err, ERR_INPUT,
		       _("the message has %llu octets, the relay takes %llu at most"),
		       (unsigned long long)size, (unsigned long long)limit);
}
