/* rmqs.c - asking a relay for the messages that wait there */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/rmqs.h"

#include "conf/secret.h"
#include "smtp/etrn.h"
#include "smtp/session.h"

bool rmqs_ask(struct settings *settings, const char *what, struct err *err)
{
	struct session session;

	bool is_open = session_open(&session, settings, LOGIN_ASKING, err);
	secret_forget(settings);
	if (!is_open)
		return false;
	bool is_done = etrn_ask(&session.client, what, err) || err_wrap(err, "%s", session.where);
	session_close(&session);
	return is_done;
}
