/* credential.c - the password or access token of an account */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/credential.h"

#include "conf/loopback.h"
#include "conf/tokencache.h"

#include <stdlib.h>

void credential_done(struct credential *credential)
{
	if (!credential)
		return;
	secret_done(&credential->secret);
	free(credential->key);
	*credential = (struct credential){ 0 };
}

void credential_refused(const struct credential *credential)
{
	if (credential->key)
		tokencache_forget(credential->key);
}

bool credential_may_be_sent(const struct settings *settings)
{
	if (settings->tls || settings->socket || loopback_has_relay(settings))
		return true;
	return settings->auth && *settings->auth &&
	       settings->origins[OPT_tls].kind != ORIGIN_DEFAULT;
}
