/* request.c - a parsed command line: mode, options and recipients */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/request.h"

#include <stdlib.h>

void request_done(struct request *request)
{
	if (!request)
		return;
	free(request->recipients);
	composition_done(&request->composition);
	settings_done(&request->settings);
	*request = (struct request){ 0 };
}
