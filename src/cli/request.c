/* request.c - what the caller asks for: mode, options and recipients */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/request.h"

#include <stdlib.h>

bool request_is_look(enum mode mode)
{
	switch (mode) {
	case MODE_SEND:
	case MODE_STDIO:
	case MODE_QUEUE_RUN:
	case MODE_QUEUE_RETRY:
	case MODE_QUEUE_IMPORT:
	case MODE_RMQS:
	case MODE_SERVERINFO:
		return false;
	case MODE_VERIFY:
	case MODE_ALIASES:
	case MODE_QUEUE_LIST:
	case MODE_QUEUE_SHOW:
	case MODE_QUEUE_HOLD:
	case MODE_QUEUE_REMOVE:
	case MODE_DRY_RUN:
	case MODE_EXPLAIN:
	case MODE_PRINT_CONFIG:
	case MODE_PRETEND:
	case MODE_VERSION:
	case MODE_HELP:
	case MODE_CONFIGURE:
		return true;
	}
	return false;
}

void request_done(struct request *request)
{
	if (!request)
		return;
	free(request->recipients);
	composition_done(&request->composition);
	settings_done(&request->settings);
	*request = (struct request){ 0 };
}
