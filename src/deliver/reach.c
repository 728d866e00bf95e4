/* reach.c - sessions, without the extensions that failed on their route before */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "deliver/reach.h"

#include "base/i18n.h"
#include "base/log.h"
#include "deliver/route.h"
#include "queue/hint.h"

static void show_avoided(unsigned avoid)
{
	CLEANUP(str_done) struct str names = STR_INIT;

	if (!avoid || !log_is_debug())
		return;
	capabilities_print(avoid, &names);
	log_debug(_("not used, because it failed here within the last day: %s"), names.bytes);
}

static void remember(const struct spool *spool, const char *key, bool is_open,
		     const struct err *reason)
{
	if (!spool || spool->folders[SPOOL_ROUTE] < 0)
		return;
	if (is_open)
		hint_clear(spool, key);
	else
		hint_note_failure(spool, key, reason, err_needs_operator(reason->kind));
}

bool reach_open(struct session *session, const struct spool *spool, const struct settings *settings,
		enum login login, struct err *err)
{
	CLEANUP(mem_free_at) char *key = route_key(settings);
	unsigned avoid = hint_extensions(spool, key, HINT_BROKEN);

	show_avoided(avoid);
	bool is_open = session_open_without(session, settings, login, avoid, err);
	remember(spool, key, is_open, err);
	if (is_open)
		session->trusted = hint_extensions(spool, key, HINT_WORKS);
	return is_open;
}

void reach_note(struct session *session, const struct spool *spool)
{
	unsigned works = session->proved & CAP_CHUNKING & ~(session->trusted | session->broken);

	if (!session->broken && !works)
		return;
	CLEANUP(mem_free_at) char *key = route_key(session->settings);
	if (session->broken)
		hint_note_extensions(spool, key, HINT_BROKEN, session->broken);
	if (works)
		hint_note_extensions(spool, key, HINT_WORKS, works);
	session->trusted |= works;
}
