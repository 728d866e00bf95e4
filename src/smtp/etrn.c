/* etrn.c - asking a server to send its waiting messages (ETRN); RFC 1985 */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/etrn.h"

#include "base/i18n.h"

static enum err_kind kind_of_reply(int code)
{
	switch (code) {
	case 458:
	case 459:
		return ERR_UNAVAILABLE;
	case 500:
	case 501:
		return ERR_INPUT;
	default:
		return ERR_PROTO;
	}
}

bool etrn_ask(struct client *client, const char *what, struct err *err)
{
	CLEANUP(mem_free_at) char *line = str_format("ETRN %s", what);

	if (!(client->can.has & CAP_ETRN))
		return err_set(err, ERR_UNAVAILABLE, _("the relay does not offer ETRN"));
	if (!client_exchange(client, PHASE_ETRN, line, NULL, err))
		return false;
	if (client_judge(client, PHASE_ETRN, err))
		return true;
	if (!err_needs_operator(err->kind))
		err->kind = kind_of_reply(client->reply.code);
	return false;
}
