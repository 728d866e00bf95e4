/* reach.c - sessions, with what is remembered of a relay's broken extensions */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "deliver/reach.h"

#include "base/i18n.h"
#include "base/log.h"
#include "deliver/route.h"
#include "queue/hint.h"

static void show(unsigned avoid)
{
	CLEANUP(str_done) struct str names = STR_INIT;

	if (!avoid || !log_is_debug())
		return;
	capabilities_print(avoid, &names);
	log_debug(_("not used, because it failed here within the last day: %s"), names.bytes);
}

bool reach_open(struct session *session, const struct spool *spool, const struct settings *settings,
		enum login login, struct err *err)
{
	CLEANUP(mem_free_at) char *key = route_key(settings);
	unsigned avoid = hint_extensions(spool, key, HINT_BROKEN);

	show(avoid);
	if (!session_open_without(session, settings, login, avoid, err))
		return false;
	session->trusted = hint_extensions(spool, key, HINT_WORKS);
	return true;
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
