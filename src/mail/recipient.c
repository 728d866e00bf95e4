/* recipient.c - a recipient of a message, its status and its result */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/recipient.h"

#include <stdlib.h>

void recipient_done(struct recipient *recipient)
{
	free(recipient->address);
	free(recipient->notify);
	free(recipient->orcpt);
	err_done(&recipient->err);
	recipient->address = NULL;
}

bool recipient_is_open(const struct recipient *recipient)
{
	return recipient->status == STATUS_PENDING || recipient->status == STATUS_DOUBT;
}
