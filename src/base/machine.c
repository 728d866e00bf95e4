/* machine.c - the host name of this machine */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/machine.h"

#include <limits.h>
#include <unistd.h>

const char *machine_name(void)
{
	static char name[HOST_NAME_MAX + 1];

	if (gethostname(name, sizeof name - 1) < 0 || !*name)
		return "localhost";
	return name;
}
